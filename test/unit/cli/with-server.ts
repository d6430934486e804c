// A server for the commands of a test file: what it holds, what it answers, and what it was asked.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'
import { ok } from '../../../src/base/index.ts'
import type { NodeStatus } from '../../../src/fleet/index.ts'
import type { ObjectContent } from '../../../src/model/index.ts'
import type { ChangeAnswer, ChangeCommand, PushRecord } from '../../../src/push/index.ts'
import { type Rig, scripted, startRig } from '../admin/rig.ts'
import { here, type Ran, verdigris } from './run.ts'

/** As long as a name may be. */
export const long = 'a-name-that-is-as-long-as-names-may-be-'.padEnd(63, 'x')
export const push = (phase: PushRecord['phase'], more: Partial<PushRecord> = {}): PushRecord => ({
  ...{
    id: '7',
    revision: 12,
    verb: 'switch',
    actor: 'unverified:lena',
    reason: 'release 2, which has a long reason to be told at length',
  },
  objects: ['default/Traffic/cart'],
  phase,
  startedAt: Date.now() - 65_000,
  timings: phase === 'done' ? { firstAckMs: 2.6, lastAckMs: 3.44 } : {},
  groups: [
    ...[
      {
        group: 'default/edge',
        before: 3,
        switched: 4,
        nodes: 3,
        preparedNodes: 2,
        switchedNodes: phase === 'done' ? 3 : 0,
      },
    ].map((group) => ({ ...group, heldUpBy: ['edge-3: default/cart/green.2: no endpoints'] })),
  ],
  refusals: [],
  ...more,
})
const answer: ChangeAnswer = {
  revision: 12,
  push: '7',
  objects: [
    { key: 'default/Service/cart', change: 'changed', lines: ['-  version: "1"', '+  version: "2"'] },
    { key: 'shop/Route/web', change: 'created', lines: ['+ kind: Route'], effect: 'drains' },
    { key: 'default/Gateway/edge', change: 'unchanged', lines: [] },
  ],
  notes: ['traffic unchanged: 90/10, set by deploy-bot in r41'],
}
const node: NodeStatus = {
  ...{ group: 'default/edge', connected: true, lastSeen: Date.now() - 3_000, holds: 4 },
  node: {
    id: 'edge-1',
    cluster: 'edge',
    metadata: {},
    locality: { region: 'eu', zone: 'a', subZone: '' },
    agent: 'envoy 1.40.0/Clean/RELEASE',
  },
  streams: [{ id: 's', variant: 'delta', peer: '127.0.0.1:4242', since: 1_000 }],
  types: [
    {
      type: 'type.googleapis.com/envoy.config.cluster.v3.Cluster',
      ...{ sent: 5, holds: 4, unwarmed: [] },
      nack: { generation: 5, version: 'v', detail: 'bad\u001b[31m regex', at: 0 },
    },
  ],
}

export const manifest = (name: string): string =>
  `apiVersion: verdigris.dev/v1alpha1\nkind: Route\nmetadata: {name: ${name}}\nspec:\n  gateways: [{name: edge}]\n  hosts: ["*"]\n  rules: [{service: {name: cart}}]\n`

type Outcome = Awaited<ReturnType<ReturnType<typeof scripted>['change']>>

interface CommandLine {
  /** Here, with the server of this file; with input or a signal, as a process of its own. */
  run(args: readonly string[], options?: Parameters<typeof verdigris>[1]): Promise<Ran>
  /** What the server's engine was asked in this test. */
  readonly commands: readonly ChangeCommand[]
  /** Its pushes; empty after each test. */
  readonly script: ReturnType<typeof scripted>
  /** A folder with manifests a and b. */
  readonly folder: string
  /** What the engine says in this test; by default `answer`. */
  answers(outcome: () => Outcome): void
}

/** Starts the server before the tests of a file and ends it after them; called once in a file. */
export function commandLine(): CommandLine {
  let rig: Rig
  let commands: ChangeCommand[] = []
  let outcome: () => Outcome = () => ok(answer)
  const folder = mkdtempSync(join(tmpdir(), 'verdigris-cli-'))
  const script = scripted(async (command) => {
    commands.push(command)
    return outcome()
  })

  beforeAll(async () => {
    writeFileSync(join(folder, 'a.yaml'), manifest('a'))
    writeFileSync(join(folder, 'b.yml'), manifest('b'))
    writeFileSync(join(folder, 'notes.txt'), 'not a manifest')
    rig = await startRig({
      delivery: script.delivery,
      nodes: [node, { ...node, node: { ...node.node, id: long } }],
    })
    const cart: ObjectContent = {
      ...{ kind: 'Service', namespace: 'default', name: 'cart', labels: {} },
      ...{ incarnations: { blue: 1 }, incarnationsEver: { blue: 1 } },
      spec: {
        ports: [{ name: 'http', protocol: 'HTTP' }],
        environments: [{ name: 'blue', release: { version: '1' }, endpoints: { static: [] } }],
      },
    }
    const spec = { weights: { blue: 10_000 } }
    const committed = await rig.store.commit({
      revision: {
        ...{
          actor: 'unverified:lena',
          reason: 'first of all the services that this shop will ever have',
          verb: 'apply',
          deletes: [],
        },
        puts: [
          cart,
          { ...cart, name: long },
          { kind: 'Traffic', namespace: 'default', name: 'cart', labels: {}, spec },
        ],
      },
    })
    if (!committed.ok) throw new Error(committed.error.message)
  })
  afterAll(async () => {
    await rig?.close()
    rmSync(folder, { recursive: true, force: true })
  })
  beforeEach(() => {
    commands = []
    outcome = () => ok(answer)
  })
  afterEach(() => {
    script.pushes.length = 0
  })
  return {
    script,
    folder,
    get commands() {
      return commands
    },
    answers: (next) => {
      outcome = next
    },
    run: (args, options = {}) => {
      const env = { VERDIGRIS_SERVER: `127.0.0.1:${rig.port}`, ...options.env }
      const alone = options.input !== undefined || options.interruptAt !== undefined
      return alone ? verdigris(args, { ...options, env }) : here(args, env)
    },
  }
}

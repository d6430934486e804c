// The command line against a server: what goes to stdout and what to stderr, exit statuses, tables at 80 columns.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { err, limits, ok, type Problem } from '../../../src/base/index.ts'
import type { NodeStatus } from '../../../src/fleet/index.ts'
import type { ObjectContent } from '../../../src/model/index.ts'
import type { ChangeAnswer, ChangeCommand, PushRecord } from '../../../src/push/index.ts'
import { type Rig, scripted, startRig } from '../admin/rig.ts'
import { here, type Ran, verdigris } from './run.ts'

const long = 'a-name-that-is-as-long-as-names-may-be-'.padEnd(63, 'x')
const push = (phase: PushRecord['phase'], more: Partial<PushRecord> = {}): PushRecord => ({
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

let rig: Rig
let script: ReturnType<typeof scripted>
let outcome: (command: ChangeCommand) => Awaited<ReturnType<ReturnType<typeof scripted>['change']>>
let commands: ChangeCommand[] = []
let folder = ''
const manifest = (name: string): string =>
  `apiVersion: verdigris.dev/v1alpha1\nkind: Route\nmetadata: {name: ${name}}\nspec:\n  gateways: [{name: edge}]\n  hosts: ["*"]\n  rules: [{service: {name: cart}}]\n`

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'verdigris-cli-'))
  writeFileSync(join(folder, 'a.yaml'), manifest('a'))
  writeFileSync(join(folder, 'b.yml'), manifest('b'))
  writeFileSync(join(folder, 'notes.txt'), 'not a manifest')
  script = scripted(async (command) => {
    commands.push(command)
    return outcome(command)
  })
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
/** Here, with the server of this test; with input or a signal, as a process of its own. */
const run = (args: readonly string[], options: Parameters<typeof verdigris>[1] = {}): Promise<Ran> => {
  const env = { VERDIGRIS_SERVER: `127.0.0.1:${rig.port}`, ...options.env }
  const alone = options.input !== undefined || options.interruptAt !== undefined
  return alone ? verdigris(args, { ...options, env }) : here(args, env)
}

describe('apply', () => {
  it('prints a line per object, the notes, revision and push on stdout; what to do next on stderr', async () => {
    const ran = await run(['apply', '-f', folder])
    expect(ran).toEqual({
      status: 0,
      stdout: [
        'service/cart configured',
        'route/web -n shop created, drains',
        'gateway/edge unchanged',
        'note: traffic unchanged: 90/10, set by deploy-bot in r41',
        'r12, push 7',
        '',
      ].join('\n'),
      stderr: 'follow it with: verdigris push watch 7\n',
    })
    expect(commands).toMatchObject([{ verb: 'apply', manifests: [{ name: 'a' }, { name: 'b' }] }])
  })

  it('reads several files, folders and stdin, and names them in errors', async () => {
    await run(['apply', '-f', join(folder, 'b.yml'), '-f', '-', '-n', 'shop', '--in-place', '--dry-run'], {
      input: manifest('c'),
    })
    expect(commands).toMatchObject([
      {
        manifests: [
          { name: 'b', namespace: 'shop' },
          { name: 'c', namespace: 'shop' },
        ],
        inPlace: true,
        dryRun: true,
      },
    ])
    const broken = await run(['apply', '-f', '-'], { input: manifest('c').replace('hosts', 'hots') })
    expect(broken.status).toBe(2)
    expect(broken.stdout).toBe('')
    expect(broken.stderr).toContain(
      'error: stdin:6:3: Route default/c: unknown field "hots"; did you mean "hosts"? (spec.hots)',
    )
    expect(broken.stderr).toMatch(/next: {2}mend the input/)
  })

  it.each([
    ['a file that is not there', ['-f', '/absent.yaml'], /\/absent\.yaml does not exist/],
    ['a folder without manifests', ['-f', '/proc/self/fd'], /no \*\.yaml, \*\.yml or \*\.json in/],
    ['no file at all', [], /required option '-f, --filename <path>' not specified/],
  ])('refuses %s without asking the server', async (_what, args, said) => {
    const ran = await run(['apply', ...args])
    expect([ran.status, ran.stdout]).toEqual([2, ''])
    expect(ran.stderr).toMatch(said)
    expect(commands).toEqual([])
  })

  it('refuses a file above the bound before it is read', async () => {
    const file = join(folder, 'huge.data')
    writeFileSync(file, Buffer.alloc(limits.manifestBytes + 1, 32))
    const ran = await run(['apply', '-f', file])
    rmSync(file)
    expect([ran.status, ran.stdout]).toEqual([1, ''])
    expect(ran.stderr).toContain('more than 16 MiB of manifests')
  })
})

describe('a change', () => {
  it.each<[Problem, number, string]>([
    [{ kind: 'notFound', message: 'no Service default/cart' }, 1, 'no Service default/cart'],
    [{ kind: 'conflict', message: 'etag', winner: 'r41 by deploy-bot' }, 1, 'first was: r41 by deploy-bot'],
    [
      {
        kind: 'precondition',
        message: 'refused',
        refusals: [{ node: 'edge-1', type: 'Cluster', detail: 'bad regex' }],
      },
      1,
      'edge-1 refused Cluster: bad regex',
    ],
    [{ kind: 'invalid', message: 'no environment "gren"', violations: [] }, 2, 'no environment "gren"'],
    [{ kind: 'unavailable', message: 'read-only' }, 3, 'read-only'],
  ])(
    'that is refused with %j ends with its status, on stderr, with what to do next',
    async (problem, status, said) => {
      outcome = () => err(problem)
      const ran = await run(['switch', 'cart', 'green'])
      expect([ran.status, ran.stdout]).toEqual([status, ''])
      expect(ran.stderr).toContain(`error: `)
      expect(ran.stderr).toContain(said)
      expect(ran.stderr).toContain('next:  ')
    },
  )

  it.each<[PushRecord['phase'], number]>([
    ['done', 0],
    ['aborted', 4],
    ['reverted', 4],
    ['overtaken', 4],
    ['split', 5],
  ])('waits for its push, and ends by how that ended: %s', async (phase, status) => {
    script.pushes.push(push('preparing'))
    const running = run(['switch', 'cart', 'green', '--wait', '--reason', 'because'])
    await expect.poll(() => commands.length, { timeout: 10_000 }).toBe(1)
    await new Promise((resolve) => setTimeout(resolve, 150))
    script.pushes[0] = push(phase, phase === 'done' ? {} : { verdict: 'edge-1 said no' })
    script.changed()
    const ran = await running
    expect(ran.status).toBe(status)
    expect(ran.stderr).toBe(
      'push 7 preparing: 2 of 3 proxies; waits for edge-3: default/cart/green.2: no endpoints\n',
    )
    expect(ran.stdout.split('\n').slice(0, 3)).toEqual([
      'cart: all traffic to green (r12, push 7)',
      'note: traffic unchanged: 90/10, set by deploy-bot in r41',
      expect.stringContaining(`push 7 ${phase}`),
    ])
    if (phase === 'done') expect(ran.stdout).toContain('push 7 done in 3.4ms: 3 of 3 proxies, skew 0.8ms')
    else expect(ran.stdout).toContain('  edge-1 said no')
    if (phase === 'aborted') expect(ran.stdout).toContain('push 7 aborted: no proxy had switched')
    if (phase === 'reverted')
      expect(ran.stdout).toContain('push 7 reverted: 0 of 3 proxies had switched, all are back')
  })

  it('that is not there in time says that the push goes on', async () => {
    script.pushes.push(push('preparing'))
    const ran = await run(['rollback', 'cart', '--wait', '--timeout', '300ms'])
    expect(ran.status).toBe(5)
    expect(ran.stderr).toContain('still going: verdigris push watch 7')
  })

  it('with -o json is one JSON document on stdout, the push in it when it was waited for', async () => {
    script.pushes.push(push('done'))
    const ran = await run(['split', 'cart', 'blue=99.5', 'green=0.5', '--wait', '-o', 'json'])
    expect(JSON.parse(ran.stdout)).toMatchObject({
      revision: 12,
      push: '7',
      record: { phase: 'done', timings: { lastAckMs: 3.44 } },
    })
    expect(commands).toMatchObject([{ verb: 'split', weights: { blue: 9_950, green: 50 } }])
  })

  it('sends who asks: --actor, its variable, or the login', async () => {
    await run(['switch', 'cart', 'green', '--actor', 'deploy-bot'])
    await run(['switch', 'cart', 'green'], { env: { VERDIGRIS_ACTOR: 'ci/main' } })
    expect(commands.map((command) => command.actor)).toEqual(['unverified:deploy-bot', 'unverified:ci/main'])
  })

  it.each([
    [['split', 'cart', 'blue=90', 'green=9'], /shares add up to 99, wanted 100/],
    [['split', 'cart', 'blue=100', 'green=0'], /Leave green out/],
    [['split', 'cart', 'blue=-1'], /Wanted ENVIRONMENT=PERCENT/],
    [['split', 'cart', 'blue=50', 'blue=50'], /blue is there twice/],
    [['switch', 'cart'], /missing required argument 'environment'/],
    [['switch', 'cart', 'green', '--timeout', 'soon'], /Wanted a duration/],
    [['switch', 'cart', 'green', '--server', 'nowhere'], /Wanted HOST:PORT/],
    [['swich', 'cart', 'green'], /Did you mean switch\?/],
    [['get', 'pods'], /no kind 'pods'; there are nodegroups \(ng\)/],
    [['delete', 'svc', 'a', 'b', '--etag', 'x'], /--etag goes with one name/],
  ])('that is not well put is a usage error: %j', async (args, said) => {
    const ran = await run(args)
    expect([ran.status, ran.stdout]).toEqual([2, ''])
    expect(ran.stderr).toMatch(said)
    expect(commands).toEqual([])
  })
})

describe('diff', () => {
  it('prints what would change and ends with 1; with 0 when nothing would', async () => {
    const differs = await run(['diff', '-f', folder])
    expect(differs.status).toBe(1)
    expect(differs.stdout).toBe(
      'service/cart configured\n-  version: "1"\n+  version: "2"\nroute/web -n shop created, drains\n+ kind: Route\n',
    )
    outcome = () =>
      ok({ objects: [{ key: 'default/Gateway/edge', change: 'unchanged', lines: [] }], notes: [] })
    expect(await run(['diff', '-f', folder])).toMatchObject({ status: 0, stdout: '' })
    expect(commands.every((command) => command.dryRun === true)).toBe(true)
  })

  it('that cannot be made never looks like a difference', async () => {
    outcome = () => err({ kind: 'precondition', message: 'no' })
    expect((await run(['diff', '-f', folder])).status).toBe(2)
  })
})

describe('without a server', () => {
  it('says where it looked and what to do, with its own status', async () => {
    const ran = await here(['get', '--server', '127.0.0.1:1'])
    expect([ran.status, ran.stdout]).toEqual([3, ''])
    expect(ran.stderr).toBe(
      'error: no server at 127.0.0.1:1: ECONNREFUSED\nnext:  start it with `verdigris serve`, or say where it is with --server HOST:PORT (TLS: --server-ca)\n',
    )
  })

  it('manifests are validated all the same', async () => {
    const whole = join(import.meta.dirname, '..', '..', '..', 'examples', 'single')
    expect(await here(['validate', '-f', whole])).toEqual({
      status: 0,
      stdout: '5 objects are valid\n',
      stderr: '',
    })
    const part = join(folder, 'a.yaml')
    const alone = await here(['validate', '-f', part])
    expect([alone.status, alone.stdout]).toEqual([2, ''])
    expect(alone.stderr).toMatch(/a\.yaml:5:\d+: Route default\/a: .*edge/)
    expect((await here(['validate', '-f', part, '--partial'])).status).toBe(0)
    const bad = await verdigris(['validate', '-f', '-'], { input: 'kind: [\n' })
    expect([bad.status, bad.stdout]).toEqual([2, ''])
    expect(bad.stderr).toMatch(/^error: stdin:2:1: broken YAML/)
  })

  it('a bootstrap is printed, as YAML or JSON', async () => {
    const yaml = await here(['bootstrap', '--node-id', 'edge-1', '--node-cluster', 'edge'])
    expect([yaml.status, yaml.stderr]).toEqual([0, ''])
    expect(yaml.stdout).toContain('id: edge-1')
    const json = await here(['bootstrap', '--node-id', 'edge-1', '--sotw', '-o', 'json'])
    expect(JSON.parse(json.stdout)).toMatchObject({ node: { id: 'edge-1', cluster: 'edge' } })
    const bad = await here(['bootstrap', '--node-id', 'two words'])
    expect([bad.status, bad.stdout]).toEqual([2, ''])
  })

  it('help is quick, because it loads nothing', async () => {
    const before = performance.now()
    const help = await verdigris(['--help'])
    expect(help.status).toBe(0)
    expect(help.stdout).toContain('verdigris switch checkout green --wait')
    // 0.1 s alone; the bound leaves room for a busy machine and none for gRPC and protobuf on top.
    expect(performance.now() - before).toBeLessThan(2_000)
    expect(help.stdout).toBe((await verdigris([])).stdout)
  })
})

describe('tables', () => {
  const widest = (text: string): number => Math.max(...text.split('\n').map((line) => [...line].length))

  it.each([
    ['get'],
    ['get', 'svc'],
    ['get', '-A'],
    ['proxies'],
    ['proxy', 'edge-1'],
    ['push', 'list'],
    ['push', 'get', '7'],
    ['history', 'cart'],
  ])('fit 80 columns: %s %s', async (...args) => {
    script.pushes.push(
      push('done', { verdict: 'everything went as it should have gone from the beginning on' }),
    )
    const ran = await run(args, { env: { COLUMNS: '80' } })
    expect([ran.status, ran.stderr]).toEqual([0, ''])
    if (args[0] !== 'push' || args[1] !== 'get') expect(widest(ran.stdout)).toBeLessThanOrEqual(80)
    expect(ran.stdout).not.toContain('\u001b')
  })

  it('are whole in a pipe, where nobody counts columns', async () => {
    expect((await run(['proxies'])).stdout).toContain(long)
  })

  it('show services with their traffic, as kubectl would', async () => {
    const ran = await run(['get', 'svc', 'cart'])
    expect(ran.stdout).toBe(
      `NAME  ENVIRONMENTS  TRAFFIC    REVISION\ncart  blue 1        blue 100%        r1\n`,
    )
    expect((await run(['get', 'svc', '-o', 'name'])).stdout).toBe(`service/${long}\nservice/cart\n`)
  })

  it('show who moved a service, when and why', async () => {
    const ran = await run(['history', 'cart'])
    expect(ran.stdout).toMatch(
      /^REVISION +AGE +VERB +TRAFFIC +ACTOR +PUSH +REASON\nr1 +\d+[sm] +apply +blue 100% +unverified:lena +first of all/,
    )
    expect((await run(['history', 'none'])).status).toBe(1)
  })

  it('print one object as a manifest that can be applied again', async () => {
    const ran = await run(['get', 'service', 'cart', '-o', 'yaml'])
    expect(ran.stdout).toMatch(/^apiVersion: verdigris\.dev\/v1alpha1\nkind: Service\n/)
    expect((await run(['apply', '-f', '-', '--dry-run'], { input: ran.stdout })).status).toBe(0)
    expect(commands).toMatchObject([{ manifests: [{ kind: 'Service', name: 'cart' }] }])
  })

  it('print everything as manifests that can be applied again: traffic is left out, and that is said', async () => {
    const ran = await run(['get', '-o', 'yaml'])
    expect(ran.stdout).not.toContain('kind: Traffic\n')
    expect(ran.stderr).toContain('without traffic, which is not applied: verdigris get traffic')
    expect((await run(['apply', '-f', '-', '--dry-run'], { input: ran.stdout })).status).toBe(0)
    expect((await run(['get', 'traffic', '-o', 'yaml'])).stdout).toContain('kind: Traffic\n')
  })

  it('never carry what a proxy says to the terminal as it is', async () => {
    const ran = await run(['proxy', 'edge-1'])
    expect(ran.stdout).toContain('refused: bad [31m regex')
    expect(ran.stdout).not.toContain('\u001b')
  })

  it('are coloured only when asked for or on a terminal', async () => {
    expect((await run(['get'], { env: { FORCE_COLOR: '1' } })).stdout).toContain('\u001b[1m')
    expect((await run(['get'], { env: { FORCE_COLOR: '1', NO_COLOR: '1' } })).stdout).not.toContain('\u001b')
  })
})

describe('push watch', () => {
  it('without an id goes on until Ctrl-C, which is said by the status', async () => {
    script.pushes.push(push('done'))
    const ran = await run(['push', 'watch'], { interruptAt: 'push 7 done' })
    expect(ran.status).toBe(130)
    expect(ran.stdout).toContain('push 7 done')
  })
})

// The control plane with content that its own checks would refuse: store, delivery, fleet, pushes and streams are the
// product's. Only what a node group compiles to is handed in, by a label of its NodeGroup.
import { createHash } from 'node:crypto'
import { ServerCredentials } from '@grpc/grpc-js'
import { ok } from '../../../src/base/index.ts'
import { createChannel, type DeciderEnd, type FromStreams } from '../../../src/channel/index.ts'
import { type Scope, until } from '../../../src/demo/rig/index.ts'
import { resourceTypes, typeUrls } from '../../../src/envoy-api/index.ts'
import type { GroupKey, World } from '../../../src/model/index.ts'
import { parseManifests } from '../../../src/model/index.ts'
import { createDelivery, type DeliveryEngine, finalPhases, type PushRecord } from '../../../src/push/index.ts'
import {
  type CompiledGroup,
  type Compiler,
  createCompiler,
  type EncodedResource,
  restoreResource,
} from '../../../src/snapshot/index.ts'
import { openStore } from '../../../src/store/index.ts'
import { type StreamLimits, startXdsServer } from '../../../src/xds/index.ts'
import { openGate } from '../../unit/xds/support/gate.ts'
import { type Contents, type Made, type NackWorld, reasons, refusable } from './nack-world.ts'

/** Name of a node group (and of the `node.cluster` that it selects) → its content. */
export type Worlds = ReadonlyMap<string, NackWorld>

export interface Heard {
  readonly at: number
  readonly message: FromStreams
}

export interface NackPlane {
  readonly port: number
  readonly delivery: DeliveryEngine
  /** What the streams said, with the monotonic time. */
  readonly heard: readonly Heard[]
  /** Waits until a group was given no new generation for a while: what left intent is taken away later. */
  quiet(group: string): Promise<void>
  /** Brings a group to a content: `good`, `bad.lds.semantic.3`, `other.rds.4`. The push, when it is over. */
  bring(group: string, content: string): Promise<PushRecord>
  /** Starts bringing; the push as it is. */
  begin(group: string, content: string): Promise<string>
  close(): Promise<void>
}

export interface PlaneOptions {
  readonly scope: Scope
  readonly worlds: Worlds
  /** Folder of the store; default: a new one. A second plane on the folder of the first is a restart. */
  readonly dir?: string
  readonly port?: number
  /** Smaller bounds of the streams. */
  readonly streamLimits?: Partial<StreamLimits>
}

/** Milliseconds: longer than a retired cluster stays here. */
const quietMs = 500

/** Starts it; nothing is applied yet. */
export async function startPlane(options: PlaneOptions): Promise<NackPlane> {
  const { scope, worlds, dir, port = 0, streamLimits = {} } = options
  const store = await openStore({ dir: dir ?? (await scope.folder()) })
  if (!store.ok) throw new Error(store.error.message)
  const channel = createChannel({ codec: true })
  const heard: Heard[] = []
  const generations = new Map<string, number>()
  const delivery = createDelivery({
    store: store.value,
    decider: listening(channel.decider, heard),
    compiler: compilerOf(worlds),
    log: {
      info: () => {},
      warn: () => {},
      error: (fields) => process.stderr.write(`${JSON.stringify(fields)}\n`),
    },
    onEvent: ({ name, attributes }) => {
      if (name === 'generation') generations.set(String(attributes.group), performance.now())
    },
    timeouts: { retireDelayMs: 100, settleMs: 2_000, goneMs: 300 },
  })
  const server = await startXdsServer({
    listen: { address: '127.0.0.1', port, flag: '--xds-port' },
    credentials: ServerCredentials.createInsecure(),
    gate: openGate,
    streamers: channel.streamers,
    log: { info: () => {}, warn: () => {} },
    limits: streamLimits,
  })
  if (!server.ok) throw new Error(server.error.message)
  await delivery.start()
  const begin: NackPlane['begin'] = async (group, content) => {
    const manifests = parseManifests([
      {
        file: 'nack.yaml',
        text: `apiVersion: verdigris.dev/v1alpha1
kind: NodeGroup
metadata: { name: ${group}, labels: { content: ${content} } }
spec: { selector: { cluster: ${group} } }
`,
      },
    ])
    if (!manifests.ok) throw new Error(manifests.error.message)
    const by = { actor: 'test', reason: content }
    const answer = await delivery.change({ verb: 'apply', manifests: manifests.value, force: true, ...by })
    if (!answer.ok) throw new Error(`${content}: ${JSON.stringify(answer.error)}`)
    if (answer.value.push === undefined) throw new Error(`${content}: no push`)
    return answer.value.push
  }
  return {
    port: server.value.port,
    delivery,
    heard,
    begin,
    async quiet(group) {
      await until(`${group} is quiet`, 10_000, async () => {
        return performance.now() - (generations.get(`default/${group}`) ?? 0) > quietMs || undefined
      })
    },
    async bring(group, content) {
      const push = await begin(group, content)
      const over = new AbortController()
      for await (const record of delivery.watchPushes(push, over.signal)) {
        if (finalPhases.includes(record.phase)) return record
      }
      throw new Error(`push ${push} has no end`)
    },
    async close() {
      await delivery.stop(1_000)
      await server.value.stop(200)
      await store.value.close()
    },
  }
}

function listening(decider: DeciderEnd, heard: Heard[]): DeciderEnd {
  return {
    send: (message) => decider.send(message),
    receive: (listener) =>
      decider.receive((message) => {
        heard.push({ at: performance.now(), message })
        listener(message)
      }),
  }
}

/** The product's compiler for what every proxy gets; the five types are the content that the label names. */
function compilerOf(worlds: Worlds): Pick<Compiler, 'compile'> {
  const compiler = createCompiler()
  return {
    compile(world, group) {
      const base = compiler.compile(world, group)
      return base.ok ? ok(withContent(base.value, contentOf(worlds, world, group))) : base
    },
  }
}

function contentOf(worlds: Worlds, world: World, group: GroupKey): Contents {
  const name = group.split('/')[1] ?? ''
  const nacks = worlds.get(name)
  const label = world.get(`default/NodeGroup/${name}`)?.labels.content ?? 'good'
  if (nacks === undefined) throw new Error(`no content for ${group}`)
  const [what, key, ...rest] = label.split('.')
  const type = refusable.find((one) => one === key)
  const reason = reasons.find((one) => one === rest[0])
  const serial = Number(rest.at(-1))
  if (type === undefined) return nacks.good
  if (what === 'other') return { ...nacks.good, [type]: nacks.other(type, serial) }
  if (reason === undefined) throw new Error(`what is the content "${label}"?`)
  return { ...nacks.good, [type]: nacks.bad(type, reason, serial) }
}

function withContent(base: CompiledGroup, contents: Contents): CompiledGroup {
  const types = new Map(base.types)
  for (const type of refusable) {
    const { typeUrl } = resourceTypes[type]
    const own = typeUrl === typeUrls.eds ? [...(base.types.get(typeUrl)?.values() ?? [])] : []
    const all = [...own, ...contents[type].map(encoded)].sort((a, b) => (a.name < b.name ? -1 : 1))
    types.set(typeUrl, new Map(all.map((resource) => [resource.name, resource])))
  }
  return { ...base, types }
}

const encoded = ({ name, body }: Made): EncodedResource =>
  restoreResource(name, createHash('sha256').update(body).digest('hex').slice(0, 32), body)

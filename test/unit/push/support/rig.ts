// A delivery engine over a real store in memory, the real compiler and the channel with its codec, driven by a virtual
// clock, with proxies at the other end.
import type { Problem, Result, Tracing } from '../../../../src/base/index.ts'
import { createChannel } from '../../../../src/channel/index.ts'
import { knownEndpoints } from '../../../../src/discovery/index.ts'
import type { EventInput } from '../../../../src/events/index.ts'
import type { Manifest } from '../../../../src/model/index.ts'
import { parseManifests } from '../../../../src/model/index.ts'
import type {
  ChangeAnswer,
  ChangeCommand,
  DeliveryEngine,
  PushRecord,
  Timeouts,
  Unsafe,
} from '../../../../src/push/index.ts'
import { createDelivery, finalPhases } from '../../../../src/push/index.ts'
import type { SecretSource } from '../../../../src/secrets/index.ts'
import { type Compiler, createCompiler } from '../../../../src/snapshot/index.ts'
import type { Store } from '../../../../src/store/index.ts'
import type { MemoryDisk } from '../../store/memory-engine.ts'
import { memoryDisk } from '../../store/memory-engine.ts'
import { openOnMemory } from '../../store/on-memory.ts'
import type { Cut } from './cut.ts'
import type { FakeFleet } from './fake-fleet.ts'
import { fakeFleet } from './fake-fleet.ts'
import type { VirtualClock } from './virtual-clock.ts'
import { settle, virtualClock } from './virtual-clock.ts'

export const environment = (name: string, version = 'v1', ports: readonly number[] = [9101]): string =>
  `{name: ${name}, release: {version: ${version}}, endpoints: {static: [${ports
    .map((port) => `{address: 127.0.0.1, port: ${port}}`)
    .join(', ')}]}}`

const object = (kind: string, name: string, spec: string): string =>
  `---\napiVersion: verdigris.dev/v1alpha1\nkind: ${kind}\nmetadata: {name: ${name}}\nspec: ${spec}\n`

export const group = (name = 'edge', more = ''): string =>
  object('NodeGroup', name, `{selector: {cluster: ${name}}${more}}`)
export const gateway = (name = 'edge', port = 10_000): string =>
  object('Gateway', name, `{nodeGroups: [${name}], listeners: [{name: http, port: ${port}}]}`)
export const service = (
  name = 'checkout',
  environments: readonly string[] = [environment('blue'), environment('green', 'v2', [9201])],
): string => object('Service', name, `{ports: [{name: http}], environments: [${environments.join(', ')}]}`)
export const route = (
  name = 'checkout',
  gateways: readonly string[] = ['edge'],
  host = `${name}.test`,
): string =>
  object(
    'Route',
    name,
    `{gateways: [${gateways.map((each) => `{name: ${each}}`).join(', ')}], hosts: [${host}], rules: [{service: {name: ${name}}}]}`,
  )

/** One group, one gateway, one service with blue (all the traffic) and green. */
export const world = group() + gateway() + service() + route()

export const manifests = (text: string): readonly Manifest[] => {
  const parsed = parseManifests([{ file: 'test.yaml', text }])
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error))
  return parsed.value
}

export interface Rig {
  readonly clock: VirtualClock
  readonly disk: MemoryDisk
  readonly store: Store
  readonly fleet: FakeFleet
  readonly delivery: DeliveryEngine
  readonly logged: readonly Record<string, unknown>[]
  /** Events, in their order. */
  readonly told: readonly EventInput[]
  apply(text: string, more?: Partial<Extract<ChangeCommand, { verb: 'apply' }>>): Promise<ChangeAnswer>
  switchTo(environment: string, service?: string): Promise<ChangeAnswer>
  rollback(service?: string): Promise<ChangeAnswer>
  change(command: ChangeCommand): Promise<Result<ChangeAnswer, Problem>>
  /** Lets proxies and engine talk until nothing more happens. */
  talk(): Promise<void>
  push(answer: ChangeAnswer): PushRecord
  /** Everything that runs ends, if it takes this long; in ms. */
  runOut(ms?: number): Promise<void>
}

export interface RigOptions {
  readonly disk?: MemoryDisk
  readonly clock?: VirtualClock
  readonly timeouts?: Partial<Timeouts>
  readonly unsafe?: Unsafe
  readonly nodes?: readonly string[]
  /** One for several engines: what it has compiled it need not again. */
  readonly compiler?: Compiler
  /** Proxies that were there before: they come back to this engine. */
  readonly fleet?: FakeFleet
  /** Dies at a step. */
  readonly cut?: Cut
  /** Spans of what it does. */
  readonly tracing?: Tracing
  /** Where certificates come from. */
  readonly secrets?: SecretSource
  /** Bounds of one batch of the engine; a change beyond them is staged. */
  readonly batch?: { readonly writes: number; readonly bytes: number }
}

/** A started engine. `nodes` are connected before it starts. */
export async function createRig(options: RigOptions = {}): Promise<Rig> {
  const clock = options.clock ?? virtualClock()
  const disk = options.disk ?? memoryDisk()
  const { cut, batch } = options
  const written = cut === undefined ? disk : cut.disk(disk)
  const opened = await openOnMemory(written, batch === undefined ? {} : { batch })
  const store = cut === undefined ? opened.store : cut.store(opened.store)
  const channel = createChannel({ codec: process.env.CODEC !== 'no' })
  const fleet = options.fleet ?? fakeFleet(clock.wall)
  fleet.attach(channel.streamers)
  const logged: Record<string, unknown>[] = []
  const told: EventInput[] = []
  const note =
    (level: string) =>
    (fields: object): void => {
      logged.push({ level, ...fields })
    }
  const delivery = createDelivery({
    store,
    decider: cut === undefined ? channel.decider : cut.decider(channel.decider),
    compiler: options.compiler ?? createCompiler(),
    clock: cut === undefined ? clock : cut.clock(clock),
    log: { info: note('info'), warn: note('warn'), error: note('error') },
    onEvent: (event) => told.push(event),
    timeouts: { tickMs: 250, ...options.timeouts },
    observed: { endpoints: knownEndpoints(store.view().records('endpoint')), secrets: new Map() },
    ...(options.unsafe === undefined ? {} : { unsafe: options.unsafe }),
    ...(options.secrets === undefined ? {} : { secrets: options.secrets }),
    ...(options.tracing === undefined ? {} : { tracing: options.tracing }),
  })
  for (const id of options.nodes ?? []) {
    if (!fleet.nodes.has(id)) fleet.add(id)
    fleet.connect(id)
  }
  await delivery.start()
  const must = (outcome: Result<ChangeAnswer, Problem>): ChangeAnswer => {
    if (!outcome.ok) throw new Error(JSON.stringify(outcome.error))
    return outcome.value
  }
  const talk = async (): Promise<void> => {
    for (let turn = 0; turn < 4; turn++) {
      fleet.deliver()
      await settle()
    }
  }
  const by = { actor: 'deploy-bot', reason: 'test' }
  const rig: Rig = {
    clock,
    disk,
    store,
    fleet,
    delivery,
    logged,
    told,
    change: (command) => delivery.change(command),
    apply: async (text, more = {}) =>
      must(await delivery.change({ ...by, verb: 'apply', manifests: manifests(text), ...more })),
    switchTo: async (name, on = 'checkout') =>
      must(
        await delivery.change({
          ...by,
          verb: 'switch',
          namespace: 'default',
          service: on,
          weights: { [name]: 10_000 },
        }),
      ),
    rollback: async (on = 'checkout') =>
      must(await delivery.change({ ...by, verb: 'rollback', namespace: 'default', service: on })),
    talk,
    push: ({ push }) => {
      const record = push === undefined ? undefined : delivery.push(push)
      if (record === undefined) throw new Error(`no push ${push}`)
      return record
    },
    runOut: async (ms = 120_000) => {
      const end = clock.mono() + ms
      while (clock.mono() < end && delivery.pushes(1_000).some(({ phase }) => !finalPhases.includes(phase))) {
        await clock.advance(500)
        await talk()
      }
    },
  }
  await talk()
  return rig
}

/** A started engine to which `world` is applied: every proxy holds it. */
export async function appliedRig(options: RigOptions): Promise<Rig> {
  const rig = await createRig(options)
  await rig.apply(world)
  await rig.talk()
  return rig
}

/** The engine after one that died: on what is on its disk now, at the same time, before the same proxies. */
export const afterDeath = (
  { disk, fleet, clock }: Rig,
  nodes: readonly string[] = [],
  secrets?: SecretSource,
): Promise<Rig> =>
  createRig({
    ...{ disk: memoryDisk(disk.values), fleet, clock, nodes },
    ...(secrets === undefined ? {} : { secrets }),
  })

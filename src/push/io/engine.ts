// What the delivery engine holds in memory: everything here is read back from the store at a start, or learned anew
// from the streams. The files beside this one are its verbs.
import type { Problem, Result } from '../../base/index.ts'
import { err, limits, ok, type Tracing } from '../../base/index.ts'
import type { DeciderEnd } from '../../channel/index.ts'
import { typeUrls } from '../../envoy-api/index.ts'
import type { EventInput } from '../../events/index.ts'
import type { Barrier, FleetSettings, FleetState, Now, Refusal } from '../../fleet/index.ts'
import type { GroupKey, Observed, World } from '../../model/index.ts'
import type { SecretSource } from '../../secrets/index.ts'
import type { CompiledGroup, Compiler, EncodedResource, ResourceTypes } from '../../snapshot/index.ts'
import type { Generation, Store } from '../../store/index.ts'
import type { PushTimeouts } from '../machine.ts'
import type { Needs } from '../needs.ts'
import { worldWith } from '../overlay-world.ts'
import type { Push } from '../push-state.ts'
import type { Before } from '../records.ts'
import type { Retirement, RetireTimeouts } from '../retirement.ts'
import type { PushPhase, PushRecord } from '../types.ts'
import type { Clock } from './clock.ts'
import type { PushSpans } from './push-spans.ts'
import type { Serial } from './serial.ts'
import type { Watchers } from './watchers.ts'

/** The part of a logger that is used: one event name and fields. */
export interface Log {
  info(fields: object): void
  warn(fields: object): void
  error(fields: object): void
}

/** Milliseconds. */
export interface Timeouts extends PushTimeouts, RetireTimeouts, FleetSettings {
  /** Between two looks at deadlines. */
  readonly tickMs: number
  /** A generation is called closed after this much quiet, so that a row of switches writes one line and not one each. */
  readonly closeAfterMs: number
}

/** For tests that show what the engine is for: each switch takes one promise away. Never set by a flag. */
export interface Unsafe {
  /** No barrier before the decision: clusters and routes go out in the same generation, at once. */
  readonly skipPrepare?: boolean
  /** No retirement: a generation holds only the clusters that its routes name, so the old ones go with the switch. */
  readonly removeWithSwitch?: boolean
}

/** `refresh`: without it everything is compiled anew. */
export type EngineCompiler = Pick<Compiler, 'compile'> & Partial<Pick<Compiler, 'refresh'>>

/** A group of a world as it was compiled. */
export interface Compiled {
  readonly observed: Observed
  readonly result: Result<CompiledGroup, Problem>
}

/** What one push needs in memory while it runs. */
export interface Running {
  readonly barriers: Map<GroupKey, Barrier>
  /** What it changes and needs, by group; as of its decision once it is decided. */
  needs: ReadonlyMap<GroupKey, Needs>
  /** What its objects were; known once it is decided. */
  before: Before | undefined
  /** Who was told to switch; undefined before the decision, and after a restart: everyone in the inventory. */
  scope: ReadonlyMap<GroupKey, ReadonlySet<string>> | undefined
  /** The phase of which it was said who holds it up. */
  heldUpIn?: PushPhase
}

export interface PendingRefusal {
  readonly refusal: Refusal
  readonly weary: boolean
}

/** What a push may ask to be written down. */
export type StepCommit = 'decision' | 'step' | 'compensation' | 'record'

export interface Engine {
  readonly store: Store
  readonly compiler: EngineCompiler
  readonly decider: DeciderEnd
  readonly clock: Clock
  readonly log: Log
  readonly timeouts: Timeouts
  readonly unsafe: Unsafe
  readonly tracing: Tracing
  /** Of pushes that are not over, by id. */
  readonly spans: Map<string, PushSpans>
  readonly onEvent: (event: EventInput) => void
  readonly secrets: SecretSource
  /** Writes a step of a push down and goes on with it; set once, by the runner. */
  commit: (push: Push, what: StepCommit) => Promise<void>
  readonly serial: Serial
  readonly watchers: Watchers
  /** `stopping`: decided pushes may still arrive; nothing new is taken and nothing is decided. */
  phase: 'loading' | 'ready' | 'stopping' | 'stopped'
  /** Monotonic end of the settling after our start. */
  settleEnd: number
  fleet: FleetState
  /** Pushes that are not over, by id, oldest first. */
  readonly pushes: Map<string, Push>
  readonly running: Map<string, Running>
  /** Pushes that are over, oldest first, at most `limits.pushesKept`. */
  readonly ended: Map<string, PushRecord>
  lastPush: number
  /** Group → name → retirement. */
  readonly retirements: Map<GroupKey, Map<string, Retirement>>
  /** Resources of each group's newest generation. */
  readonly served: Map<GroupKey, ResourceTypes>
  /** Group → when its newest generation was published (monotonic), while it is not closed. */
  readonly unclosed: Map<GroupKey, number>
  /** Nodes whose record has to be written, and those to be struck. */
  readonly unwritten: Map<string, 'record' | 'strike'>
  /** Refusals that have to be written down, and whether the streams are to be told. */
  readonly refusals: PendingRefusal[]
  /** A job that removes retired clusters, or writes the inventory, stands in the row. */
  retiring: boolean
  writingInventory: boolean
  stopTicking: () => void
  /** Why the store took the last step of delivery not; undefined: it did. */
  storeFault: string | undefined
  /** Who wrote a revision. */
  readonly actors: Map<number, string>
  /** Endpoints and certificates as they are seen now. */
  observed: Observed
  /** What was compiled, and with what was observed then. */
  readonly worlds: WeakMap<World, Map<GroupKey, Compiled>>
  readonly targets: WeakMap<
    Push['objects'],
    { readonly applied: World; readonly heads: World; readonly target: World }
  >
}

export const nowOf = ({ clock }: Engine): Now => ({ wall: clock.wall(), mono: clock.mono() })

/** The group in this world, compiled once per world. */
export function compiledOf(engine: Engine, world: World, group: GroupKey): Result<CompiledGroup, Problem> {
  let known = engine.worlds.get(world)
  if (known === undefined) {
    known = new Map()
    engine.worlds.set(world, known)
  }
  const found = known.get(group)
  if (found?.observed === engine.observed) return found.result
  const result =
    refreshed(engine, world, found) ??
    engine.tracing.within('compile', { 'verdigris.group': group }, () =>
      engine.compiler.compile(world, group, engine.observed),
    )
  known.set(group, { observed: engine.observed, result })
  return result
}

/** Churn of endpoints goes past translation: what else was compiled stands. */
function refreshed(
  { compiler, observed }: Engine,
  world: World,
  before: Compiled | undefined,
): Compiled['result'] | undefined {
  if (before?.result.ok !== true || before.observed.secrets !== observed.secrets) return undefined
  const services: string[] = []
  for (const [name, endpoints] of observed.endpoints)
    if (before.observed.endpoints.get(name) !== endpoints) services.push(name)
  for (const name of before.observed.endpoints.keys()) if (!observed.endpoints.has(name)) services.push(name)
  if (services.length > limits.servicesRefreshed) return undefined
  const made = compiler.refresh?.(world, before.result.value, services, observed)
  return made === undefined ? undefined : ok(made)
}

/** After a commit: what was compiled for the target is what is applied now, and so is what it did not touch. */
export function adoptCompiled(
  engine: Engine,
  worlds: { readonly before: World; readonly target: World; readonly applied: World },
  touched: readonly GroupKey[],
): void {
  if (worlds.applied === worlds.before) return
  const adopted = new Map(engine.worlds.get(worlds.before))
  for (const group of touched) adopted.delete(group)
  for (const [group, compiled] of engine.worlds.get(worlds.target) ?? []) adopted.set(group, compiled)
  engine.worlds.set(worlds.applied, adopted)
}

/** The applied world with a push's objects at their heads: what the push is to bring about. */
export function targetOf(engine: Engine, push: Push): World {
  const { applied, heads } = engine.store.view()
  const known = engine.targets.get(push.objects)
  if (known !== undefined && known.applied === applied && known.heads === heads) return known.target
  const target = worldWith(
    applied,
    push.objects.map((key) => [key, heads.get(key)]),
  )
  engine.targets.set(push.objects, { applied, heads, target })
  return target
}

/** Whether the world has the NodeGroup. */
export function hasGroup(world: World, group: GroupKey): boolean {
  const [namespace, name] = group.split('/')
  return world.has(`${namespace}/NodeGroup/${name}`)
}

export const keptOf = ({ store }: Engine, group: GroupKey): readonly Generation[] =>
  store.view().generations.get(group) ?? []

/** The generation that a group has once these plans are committed; 0: none yet. */
export const numberAfter = (
  engine: Engine,
  plans: readonly {
    readonly group: GroupKey
    readonly generation?: { readonly number: number } | undefined
  }[],
  group: GroupKey,
): number =>
  plans.find((plan) => plan.group === group)?.generation?.number ?? keptOf(engine, group).at(-1)?.number ?? 0

/** Whether the group has a generation. */
export const isServed = (engine: Engine, group: GroupKey): boolean => keptOf(engine, group).length > 0

/** Whether anybody could listen there. A group without listeners gets no first generation: it would wipe a proxy. */
export const hasListeners = (compiled: CompiledGroup): boolean =>
  (compiled.types.get(typeUrls.lds)?.size ?? 0) > 0

/** Bytes of what a group is served. */
export const lookupIn =
  (engine: Engine, group: GroupKey) =>
  (typeUrl: string, name: string, hash: string): EncodedResource => {
    const found = engine.served.get(group)?.get(typeUrl)?.get(name)
    if (found?.hash !== hash) throw new Error(`${group} serves no ${typeUrl} ${name} with hash ${hash}`)
    return found
  }

/** Refuses work while the engine cannot do it. */
export function availability(engine: Engine): Result<void, Problem> {
  switch (engine.phase) {
    case 'ready':
      return ok(undefined)
    case 'loading':
      return err({ kind: 'unavailable', message: 'the state is being loaded: try again in a moment' })
    case 'stopping':
    case 'stopped':
      return err({
        kind: 'unavailable',
        message: 'the server is stopping, and nothing was changed: send it again when it is back',
      })
    default:
      return engine.phase satisfies never
  }
}

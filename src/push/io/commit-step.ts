// A step of delivery as one commit: generations of every node group that it concerns, their new resources, the
// retirements that begin or end with it. Durable first, then published.
import type { Problem, Result } from '../../base/index.ts'
import { err, ok } from '../../base/index.ts'
import { isStored } from '../../envoy-api/index.ts'
import type { Now } from '../../fleet/index.ts'
import type { GroupKey, Kind, StoredObject, World } from '../../model/index.ts'
import type { CompiledGroup } from '../../snapshot/index.ts'
import { diffTypes } from '../../snapshot/index.ts'
import type { Change, Committed } from '../../store/index.ts'
import type { GroupPlan } from '../group-plan.ts'
import { planGroup } from '../group-plan.ts'
import { worldWith } from '../overlay-world.ts'
import { publication } from '../publish.ts'
import { revisionEvent, serviceOf } from '../push-events.ts'
import type { Push } from '../push-state.ts'
import { isUndecided } from '../push-state.ts'
import { retirementKey, retirementValue } from '../retirement.ts'
import type { Engine } from './engine.ts'
import {
  adoptCompiled,
  compiledOf,
  hasGroup,
  hasListeners,
  isServed,
  keptOf,
  lookupIn,
  nowOf,
} from './engine.ts'
import { keepSecrets, movesSecrets } from './keep-secrets.ts'
import { publishGroups } from './node-groups.ts'
import { asRamped, type RampScene } from './ramped-world.ts'

/** A push that prepares; `target`: the world that it is about, where that is at hand. */
export type Preparing = Pick<Push, 'objects' | 'groups'> & { readonly target?: World }

export interface StepScene {
  readonly groups: Iterable<GroupKey>
  /** The applied world as it will be. */
  readonly applied: World
  /** Heads as they will be: what preparing pushes are about. */
  readonly heads: World
  /** Pushes that are undecided as it will be, oldest first. */
  readonly preparing: readonly Preparing[]
  readonly cause: string
  readonly removing?: ReadonlyMap<GroupKey, ReadonlySet<string>>
  /** Ramps that are not as they were: else each stays at its step. */
  readonly ramps?: RampScene
  /** Groups whose applied world is not valid (any more) keep what they have; the change may be what mends them. */
  readonly leaveInvalid?: boolean
}

/** Pushes that prepare, oldest first, without some. */
export const preparingBut = (engine: Engine, ...without: readonly string[]): readonly Push[] =>
  [...engine.pushes.values()].filter((push) => isUndecided(push) && !without.includes(push.id))

const leading: ReadonlySet<Kind> = new Set(['Route', 'Gateway', 'Sidecar'])

/** Routes, Gateways and Sidecars of these pushes, as they are to be: what leads to services. */
export const pendingRoutes = (heads: World, pushes: readonly Preparing[]): readonly StoredObject[] =>
  pushes.flatMap(({ objects }) =>
    objects.flatMap((key) => {
      const object = heads.get(key)
      return object !== undefined && leading.has(object.kind) ? [object] : []
    }),
  )

/** What every group is to be served; a problem if the applied world is not valid. Groups that are gone are left out. */
export function planGroups(engine: Engine, scene: StepScene): Result<readonly GroupPlan[], Problem> {
  const plans: GroupPlan[] = []
  const { applied } = engine.store.view()
  const served = asRamped(engine, scene.applied, scene.ramps)
  for (const group of scene.groups) {
    if (!hasGroup(scene.applied, group)) continue
    const routes = compiledOf(engine, served, group)
    if (!routes.ok && scene.leaveInvalid === true) continue
    if (!routes.ok) return routes
    if (!isServed(engine, group) && !hasListeners(routes.value)) continue
    const newest = keptOf(engine, group).at(-1)
    const was = hasGroup(applied, group) ? compiledOf(engine, applied, group) : undefined
    plans.push(
      planGroup({
        group,
        routes: routes.value,
        was: was?.ok === true ? was.value : undefined,
        warm: warmOf(engine, scene, group),
        retiring: [...(engine.retirements.get(group)?.values() ?? [])],
        removing: scene.removing?.get(group) ?? new Set(),
        newest,
        served: engine.served.get(group),
        cause: scene.cause,
        at: engine.clock.mono(),
        retireDeadlineMs: engine.timeouts.retireDeadlineMs,
        removeAtOnce: engine.unsafe.removeWithSwitch === true,
      }),
    )
  }
  return ok(plans)
}

/** What preparing pushes want in a group. One whose world became invalid wants nothing: it is about to be aborted. */
function warmOf(engine: Engine, scene: StepScene, group: GroupKey): readonly CompiledGroup[] {
  return scene.preparing.flatMap((push) => {
    if (!push.groups.has(group)) return []
    const target =
      push.target ??
      worldWith(
        scene.applied,
        push.objects.map((key) => [key, scene.heads.get(key)]),
      )
    const compiled = hasGroup(target, group) ? compiledOf(engine, target, group) : undefined
    return compiled?.ok === true ? [compiled.value] : []
  })
}

/** Commits a step and publishes it. `target`: the world that was compiled as the next applied one, if it changes. */
export async function commitStep(
  engine: Engine,
  change: Change,
  plans: readonly GroupPlan[],
  worlds: { readonly target?: World; readonly touched: readonly GroupKey[] },
): Promise<Result<Committed, Problem>> {
  const before = engine.store.view()
  const records = recordsOf(plans, nowOf(engine))
  const committed = await engine.tracing.within('commit', {}, async (span) => {
    const written = await engine.store.commit({
      ...change,
      generations: plans.flatMap(({ generation }) => (generation === undefined ? [] : [generation])),
      resources: newResources(engine, plans),
      records: {
        put: [...(change.records?.put ?? []), ...records.put],
        delete: [...(change.records?.delete ?? []), ...records.delete],
      },
    })
    const number = written.ok ? written.value.revision?.number : undefined
    if (number !== undefined) span.set({ 'verdigris.revision': number })
    return written
  })
  engine.storeFault = committed.ok ? undefined : committed.error.message
  if (!committed.ok) {
    engine.log.error({ event: 'store_refused', problem: committed.error })
    return err(committed.error)
  }
  const { applied } = engine.store.view()
  if (worlds.target !== undefined) {
    adoptCompiled(engine, { before: before.applied, target: worlds.target, applied }, worlds.touched)
  }
  const { revision } = committed.value
  if (revision !== undefined) {
    engine.actors.set(revision.number, revision.actor)
    engine.onEvent(revisionEvent(revision))
  }
  if (change.applied?.some(({ key }) => key.split('/')[1] === 'NodeGroup') === true) publishGroups(engine)
  if (movesSecrets(change)) keepSecrets(engine)
  for (const plan of plans) publishPlan(engine, plan, before.generations.get(plan.group)?.at(-1))
  return committed
}

function publishPlan(engine: Engine, plan: GroupPlan, base: Parameters<typeof publication>[0]): void {
  const { group, generation, resources, leaving, over } = plan
  noteRetirements(engine, group, leaving, over)
  if (generation === undefined) return
  engine.served.set(group, resources)
  engine.unclosed.set(group, engine.clock.mono())
  engine.tracing.within(
    'publish',
    { 'verdigris.group': group, 'verdigris.generation': generation.number },
    () => engine.decider.send(publication(base, generation, lookupIn(engine, group))),
  )
  engine.log.info({ event: 'generation', group, generation: generation.number, cause: generation.cause })
  engine.onEvent({
    name: 'generation',
    attributes: {
      ...{ group, generation: generation.number, cause: generation.cause },
      ...pushBehind(generation.cause),
    },
  })
}

/** `push/12 switched` → push 12. */
function pushBehind(cause: string): { readonly push?: string } {
  const push = /^push\/(\d+) /.exec(cause)?.[1]
  return push === undefined ? {} : { push }
}

function noteRetirements(
  engine: Engine,
  group: GroupKey,
  leaving: GroupPlan['leaving'],
  over: GroupPlan['over'],
): void {
  const known = engine.retirements.get(group) ?? new Map()
  for (const { name } of over) known.delete(name)
  for (const retirement of leaving) {
    known.set(retirement.name, retirement)
    engine.log.info({ event: 'retirement_started', group, name: retirement.name })
    engine.onEvent({
      name: 'retirement_started',
      attributes: { group, name: retirement.name, ...serviceOf(retirement.name) },
    })
  }
  engine.retirements.set(group, known)
}

/** Resources that new generations name and the store does not hold. */
function newResources(engine: Engine, plans: readonly GroupPlan[]): ReadonlyMap<string, Uint8Array> {
  const bodies = new Map<string, Uint8Array>()
  for (const { group, generation, resources } of plans) {
    if (generation === undefined) continue
    const newest = keptOf(engine, group).at(-1)
    for (const [typeUrl, { put }] of diffTypes(newest?.types, generation.types)) {
      if (!isStored(typeUrl)) continue
      for (const name of put) {
        const resource = resources.get(typeUrl)?.get(name)
        if (resource !== undefined && !engine.store.has(resource.hash))
          bodies.set(resource.hash, resource.body)
      }
    }
  }
  return bodies
}

function recordsOf(plans: readonly GroupPlan[], now: Now) {
  return {
    put: plans.flatMap(({ leaving }) =>
      leaving.map((each) => ({
        table: 'retirement' as const,
        key: retirementKey(each),
        value: retirementValue(each, now),
      })),
    ),
    delete: plans.flatMap(({ over }) =>
      over.map((each) => ({ table: 'retirement' as const, key: retirementKey(each) })),
    ),
  }
}

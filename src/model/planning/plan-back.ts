// A way back as one plan: applied, moved and deleted as the commands would do it, with all that they refuse. What belongs
// together is planned together: an environment may lose its release in the change that takes its traffic away.
import { err, ok, type Problem, type Result } from '../../base/index.ts'
import {
  keyOf,
  type ObjectKey,
  type StoredObject,
  type StoredOf,
  type TrafficContent,
  titleOf,
  type World,
} from '../objects.ts'
import type { Observed } from '../observed.ts'
import { type Fence, gaining } from './fences.ts'
import { type LiveTraffic, liveOf } from './live-traffic.ts'
import { type Plan, planOf, refused, sameContent, type Who } from './plan.ts'
import { planApply } from './plan-apply.ts'
import { planDelete } from './plan-delete.ts'
import { planEarlier } from './plan-rollback.ts'
import { numberOf, policyOf } from './traffic.ts'
import type { TrafficTarget, WayBack } from './way-back.ts'

export interface BackOptions {
  readonly manager?: string | undefined
  /** A release under traffic may be another one, as a rolling change. */
  readonly inPlace?: boolean | undefined
  readonly force?: boolean | undefined
  /** Registered endpoints. */
  readonly observed?: Observed | undefined
  readonly who?: Who | undefined
}

type Part = Pick<Plan, 'puts' | 'deletes' | 'expects' | 'notes' | 'forced'>

/** All or nothing; a plan without puts and deletes when everything is as it was. */
export function planBack(heads: World, way: WayBack, options: BackOptions): Result<Plan, Problem> {
  const going = new Set(way.deletes)
  const targets = way.traffic.filter((target) => !going.has(serviceKey(target)))
  const lost = targets.flatMap((target) => lostReleases(heads, target))
  if (lost.length > 0) return err(refused(lost))
  const parts: Part[] = []
  let world = heads
  const take = (part: Part): void => {
    parts.push(part)
    world = worldAfter(world, part)
  }

  if (way.manifests.length > 0) {
    const moving = new Map(targets.map((target) => [trafficKey(target), liveOf(target.state)]))
    const applied = planApply(movedTo(heads, moving), way.manifests, {
      ...options,
      going: way.deletes,
      moving,
    })
    if (!applied.ok) return applied
    take(applied.value)
  }
  const left = going.size === 0 ? world : new Map([...world].filter(([key]) => !going.has(key)))
  const moves: Part[] = []
  for (const target of targets) {
    const moved = movedBack(left, heads.has(serviceKey(target)), target, options)
    if (!moved.ok) return moved
    if (moved.value !== undefined) moves.push(moved.value)
  }
  // No two move the same traffic, so one world comes after all of them.
  take(together(moves))
  if (way.deletes.length > 0) {
    const deleted = planDelete(
      world,
      way.deletes.map((key) => ({ key })),
      { who: options.who },
    )
    if (!deleted.ok) return deleted
    take(deleted.value)
  }
  return ok(joined(heads, world, parts))
}

const serviceKey = ({ namespace, service }: TrafficTarget): ObjectKey =>
  keyOf({ kind: 'Service', namespace, name: service })
const trafficKey = ({ namespace, service }: TrafficTarget): ObjectKey =>
  keyOf({ kind: 'Traffic', namespace, name: service })

function trafficIn(world: World, target: TrafficTarget): StoredOf<'Traffic'> | undefined {
  const traffic = world.get(trafficKey(target))
  return traffic?.kind === 'Traffic' ? traffic : undefined
}

/** Which incarnations have to be there still: of all that serve, or of those that get more. */
function neededIn(
  world: World,
  service: StoredOf<'Service'>,
  target: TrafficTarget,
): Readonly<Record<string, number>> {
  const numbers = Object.entries(target.state.incarnations ?? {})
  if (target.onlyGained !== true) return Object.fromEntries(numbers)
  const traffic = trafficIn(world, target)
  const live = traffic === undefined ? undefined : liveOf(traffic.spec)
  const gains = gaining(service, policyOf(world, target), live, liveOf(target.state))
  return Object.fromEntries(numbers.filter(([name]) => gains.includes(name)))
}

/** Releases that served then and are not there any more: no apply brings back what a name meant. */
function lostReleases(heads: World, target: TrafficTarget): readonly string[] {
  const service = heads.get(serviceKey(target))
  if (service?.kind !== 'Service') return []
  const gone = Object.entries(neededIn(heads, service, target))
    .filter(([name, number]) => numberOf(service.incarnations, name) !== number)
    .map(([name, number]) => `${name}.${number}`)
  if (gone.length === 0) return []
  const there = service.spec.environments.map(
    ({ name, release }) => `${name}.${numberOf(service.incarnations, name)} (${release.version})`,
  )
  const since = target.since === undefined ? '' : ` of r${target.since}`
  return [
    `${titleOf(service)}: the traffic${since} went to ${gone.join(', ')}, which ${gone.length === 1 ? 'is' : 'are'} gone; there ${there.length === 1 ? 'is' : 'are'} ${there.join(', ')}: apply that release to an environment without traffic, and switch`,
  ]
}

/** The world with traffic as it will be: what carries none by then may be changed. */
function movedTo(heads: World, moving: ReadonlyMap<ObjectKey, LiveTraffic>): World {
  const moved = [...moving].flatMap(([key, { weights, cohorts, mirrors }]): [ObjectKey, StoredObject][] => {
    const traffic = heads.get(key)
    if (traffic?.kind !== 'Traffic') return []
    return [[key, { ...traffic, spec: { ...traffic.spec, weights, cohorts: [...cohorts], mirrors } }]]
  })
  return moved.length === 0 ? heads : new Map([...heads, ...moved])
}

/** Undefined where the manifests own it, or made it as it was. */
function movedBack(
  world: World,
  isThere: boolean,
  target: TrafficTarget,
  options: BackOptions,
): Result<Part | undefined, Problem> {
  const service = world.get(serviceKey(target))
  if (service?.kind !== 'Service' || !isThere) return ok(undefined)
  const policy = policyOf(world, target)
  if (policy?.spec.managedBy === 'manifest') return ok(undefined)
  const incarnations = neededIn(world, service, target)
  const { manager, force, observed, who } = options
  const plan = planEarlier(world, service, {
    ...{ namespace: target.namespace, service: target.service, manager, force, observed, who },
    target: { spec: { ...target.state, incarnations }, revision: target.since },
    doing: 'go back',
    gated: true,
  })
  if (!plan.ok || target.fences === undefined) return plan
  const put = plan.value.puts[0] ?? trafficIn(world, target)
  if (put?.kind !== 'Traffic') return plan
  const note = `${target.namespace}/${target.service}: fences ${idsOf(put.spec.fences)} become ${idsOf(target.fences)}`
  return ok({ ...plan.value, puts: [withFences(put, target.fences)], notes: [...plan.value.notes, note] })
}

const idsOf = (fences: readonly Fence[] = []): string =>
  fences.length === 0 ? 'none' : fences.map(({ id }) => id).join(', ')

function withFences(
  { kind, namespace, name, labels, spec }: TrafficContent,
  fences: readonly Fence[],
): TrafficContent {
  const { fences: _, ...rest } = spec
  return {
    ...{ kind, namespace, name, labels },
    spec: { ...rest, ...(fences.length === 0 ? {} : { fences: [...fences] }) },
  }
}

/** The world as it is after a part; what only a commit gives is made up. */
function worldAfter(world: World, { puts, deletes }: Part): World {
  if (puts.length === 0 && deletes.length === 0) return world
  const next = new Map(world)
  for (const key of deletes) next.delete(key)
  for (const put of puts) {
    const head = world.get(keyOf(put))
    next.set(keyOf(put), {
      ...put,
      uid: head?.uid ?? '',
      etag: head?.etag ?? '',
      revision: head?.revision ?? 0,
    })
  }
  return next
}

const together = (parts: readonly Part[]): Part => ({
  puts: parts.flatMap(({ puts }) => puts),
  deletes: parts.flatMap(({ deletes }) => deletes),
  expects: parts.flatMap(({ expects }) => expects),
  notes: parts.flatMap(({ notes }) => notes),
  forced: parts.flatMap(({ forced = [] }) => forced),
})

/** One plan against the heads of now, which compares all that its parts rely on. */
function joined(heads: World, after: World, parts: readonly Part[]): Plan {
  const { puts, deletes, expects, notes, forced = [] } = together(parts)
  const written = new Map(puts.map((put) => [keyOf(put), put]))
  const touched = new Set([...written.keys(), ...deletes])
  return planOf(heads, {
    puts: [...written].flatMap(([key, put]) => {
      const head = heads.get(key)
      return after.has(key) && (head === undefined || !sameContent(head, put)) ? [put] : []
    }),
    deletes: [...touched].filter((key) => !after.has(key) && heads.has(key)),
    relies: expects.map(({ key }) => key),
    notes,
    forced: [...new Set(forced)],
  })
}

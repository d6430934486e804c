// The barriers of a push in its present step: made from the state, never from what happened.
import { limits } from '../../base/index.ts'
import type { BarrierCount, BarrierOptions, Requirement } from '../../fleet/index.ts'
import { count, createBarrier, heldUpBy, inventoryOf, isOpen } from '../../fleet/index.ts'
import type { GroupKey, SelectableGroup, World } from '../../model/index.ts'
import { matchingOrder, selectGroup } from '../../model/index.ts'
import type { Generation } from '../../store/index.ts'
import type { Needs } from '../needs.ts'
import { needsOf, noNeeds, servedSince } from '../needs.ts'
import { worldWith } from '../overlay-world.ts'
import type { Push, PushGroupState } from '../push-state.ts'
import { isSwitching, isUndecided } from '../push-state.ts'
import { pushName } from '../records.ts'
import type { Engine, Running } from './engine.ts'
import { compiledOf, hasGroup, keptOf, nowOf, targetOf } from './engine.ts'

/** A barrier that nobody holds up. */
const nobody: BarrierOptions = { scope: new Set(), unknown: 'ignore' }

/** Makes the barriers of a push anew; answers why it has become impossible, if it has. */
export function standBarriers(engine: Engine, push: Push, running: Running): string | undefined {
  const undecided = isUndecided(push)
  if (undecided) {
    const needs = needsOfPush(engine, push)
    if (typeof needs === 'string') return needs
    running.needs = needs
  }
  const now = nowOf(engine)
  running.barriers.clear()
  for (const state of push.groups.values()) {
    const [wanted, options] = undecided
      ? preparation(engine, state, running.needs.get(state.group) ?? noNeeds, keptOf(engine, state.group))
      : arrival(push, state, running)
    running.barriers.set(state.group, createBarrier(engine.fleet, wanted, options, now))
  }
  return undefined
}

/** What the push changes in each of its groups now; or why its world is not valid any more. */
function needsOfPush(engine: Engine, push: Push): ReadonlyMap<GroupKey, Needs> | string {
  const { applied } = engine.store.view()
  const target = targetOf(engine, push)
  const needs = new Map<GroupKey, Needs>()
  for (const group of push.groups.keys()) {
    if (!hasGroup(target, group)) continue
    const wanted = compiledOf(engine, target, group)
    if (!wanted.ok) return `not valid any more: ${wanted.error.message}`
    const current = hasGroup(applied, group) ? compiledOf(engine, applied, group) : undefined
    needs.set(group, needsOf(current?.ok === true ? current.value : undefined, wanted.value))
  }
  return needs
}

/**
 * What a decided push has changed, found again after a restart: the applied world against the same with the push's objects
 * as they were.
 */
export function needsOfDecided(engine: Engine, push: Push, running: Running): ReadonlyMap<GroupKey, Needs> {
  const { applied } = engine.store.view()
  const earlier: World = worldWith(applied, running.before ?? [])
  const needs = new Map<GroupKey, Needs>()
  for (const group of push.groups.keys()) {
    const current = compiledOf(engine, applied, group)
    const before = compiledOf(engine, earlier, group)
    if (current.ok) needs.set(group, needsOf(before.ok ? before.value : undefined, current.value))
  }
  return needs
}

/** What every proxy of a group must hold before the decision. `kept`: the group's generations, the preparing one last. */
export function preparation(
  engine: Engine,
  { group, before }: Pick<PushGroupState, 'group' | 'before'>,
  needs: Needs,
  kept: readonly Generation[],
): readonly [Requirement, BarrierOptions] {
  const { clusters, empty } = needs
  const wanted: Requirement = { kind: 'prepared', group, since: servedSince(kept, needs), clusters, empty }
  // A group without a generation serves nobody: there is nothing to break.
  const isFree = before === 0 || !needs.moves || engine.unsafe.skipPrepare === true
  return [wanted, isFree ? nobody : { unknown: 'wait' }]
}

function arrival(
  push: Push,
  state: PushGroupState,
  running: Running,
): readonly [Requirement, BarrierOptions] {
  const { group, before } = state
  const isBack = push.step.kind === 'reverting'
  const generation = isBack ? state.reverted : state.switched
  const told = push.step.kind === 'switching' || push.step.kind === 'reverting' ? push.step.toldAt : 0
  // Nodes of a new group had nothing before: slow ones are late, not silent.
  const toldAt = before === 0 ? Number.NEGATIVE_INFINITY : told
  const wanted: Requirement = { kind: 'switched', group, generation: generation ?? 0, toldAt }
  if (generation === undefined) return [wanted, nobody]
  const scope = running.scope?.get(group)
  const unknown = before === 0 ? 'ignore' : 'count'
  return [wanted, scope === undefined ? { unknown } : { unknown, scope }]
}

/** Who is told to switch in each group: the inventory, and those that the new table of groups brings there. */
export function scopeOf(
  engine: Engine,
  groups: Iterable<GroupKey>,
): ReadonlyMap<GroupKey, ReadonlySet<string>> {
  const now = nowOf(engine)
  // Looked up where somebody is in no group yet: it walks through the world.
  let table: readonly SelectableGroup[] | undefined
  const scopes = new Map<GroupKey, Set<string>>()
  for (const group of groups)
    scopes.set(group, new Set(inventoryOf(engine.fleet, group, now).map(({ id }) => id)))
  for (const node of engine.fleet.nodes.values()) {
    if (node.group !== undefined || node.presence.kind !== 'connected') continue
    table ??= matchingOrder(engine.store.view().applied)
    const group = selectGroup(table, node.identity)
    if (group !== undefined) scopes.get(group)?.add(node.id)
  }
  return scopes
}

/** Who is out of reach, once nobody is waited for; capped, because it ends in a sentence. */
export function absentOf(running: Running): readonly string[] {
  const barriers = [...running.barriers.values()]
  if (!barriers.every(isOpen)) return []
  const nodes: string[] = []
  let unknown = 0
  for (const barrier of barriers) {
    if (barrier.unknownGone) unknown += barrier.unknown
    if (barrier.tally.gone === 0) continue
    for (const [id, standing] of barrier.standings) if (standing.kind === 'gone') nodes.push(id)
  }
  const named = [...new Set(nodes)].sort()
  const more = named.length - limits.nodesNamed
  return [
    ...named.slice(0, limits.nodesNamed),
    ...(more > 0 ? [`and ${more} more`] : []),
    ...(unknown > 0 ? [`${unknown} expected and never seen`] : []),
  ]
}

export const countsOf = (running: Running): ReadonlyMap<GroupKey, BarrierCount> =>
  new Map([...running.barriers].map(([group, barrier]) => [group, count(barrier)]))

/** Who holds a push up in a group just now. */
export function holdsUp(engine: Engine, push: Push, group: GroupKey): readonly string[] {
  const barrier = engine.running.get(push.id)?.barriers.get(group)
  const held = barrier === undefined ? [] : heldUpBy(barrier)
  const isWriting =
    push.step.kind === 'deciding' ||
    push.step.kind === 'stepping' ||
    push.step.kind === 'aborting' ||
    push.step.kind === 'takingBack'
  if (isWriting && engine.storeFault !== undefined) return [...held, `the store: ${engine.storeFault}`]
  if (push.step.kind !== 'prepared') return held
  const first = [...engine.pushes.values()].find((other) => isSwitching(other) && other.groups.has(group))
  return first === undefined ? held : [...held, `waits for ${pushName(first.id)} to end its switch`]
}

// Which nodes belong to which group, and which of them count.
import type { GroupKey } from '../model/index.ts'
import type { FleetState, GroupExpectation, GroupState, NodeState, Now, StreamState } from './state.ts'
import type { FleetEffect } from './step.ts'

/** Takes over the table of node groups. A group that is gone keeps no members; its nodes are placed anew by the streams. */
export function placeGroups(
  state: FleetState,
  groups: readonly GroupExpectation[],
  now: Now,
): readonly [FleetState, readonly FleetEffect[]] {
  const named = new Set(groups.map(({ group }) => group))
  for (const group of state.groups.keys()) {
    if (!named.has(group)) state.groups.delete(group)
  }
  for (const { group, size, withinMs } of groups) {
    const known = groupOf(state, group, now)
    known.expectedSize = size
    known.expectWithinMs = withinMs
  }
  return [state, []]
}

/** The group's state, made when it is new. */
function groupOf(state: FleetState, group: GroupKey, now: Now): GroupState {
  const known = state.groups.get(group)
  if (known !== undefined) return known
  const members = new Set<string>()
  for (const node of state.nodes.values()) if (groupsOf(state, node).has(group)) members.add(node.id)
  // At our start the fleet has `settle` to come back; a group that is new has as long as an absent node.
  const patienceMs = now.mono <= state.startedAt ? state.settings.settleMs : state.settings.goneMs
  const made: GroupState = {
    group,
    expectedSize: undefined,
    expectWithinMs: Number.POSITIVE_INFINITY,
    unknownGoneAt: now.mono + patienceMs,
    members,
  }
  state.groups.set(group, made)
  return made
}

/**
 * Every group in which a node counts: its own, and those of its streams. Two proxies that share an id (a copied bootstrap) may be
 * in two groups: each is waited for where it is.
 */
export function groupsOf(state: FleetState, node: NodeState): ReadonlySet<GroupKey> {
  const groups = new Set<GroupKey>()
  if (node.group !== undefined) groups.add(node.group)
  for (const id of node.streams) {
    const group = state.streams.get(id)?.group
    if (group !== undefined) groups.add(group)
  }
  return groups
}

/** The streams of a node that say how it stands in a group: those in it; all of them while none is. */
export function streamsIn(
  state: FleetState,
  node: NodeState,
  group: GroupKey | undefined,
): readonly StreamState[] {
  const all = [...node.streams].flatMap((id) => state.streams.get(id) ?? [])
  const inside = all.filter((stream) => stream.group === group)
  return inside.length > 0 ? inside : all
}

/** Gives a node this group as its own, and takes it out of those in which it was and has no stream any more. */
export function moveNode(
  state: FleetState,
  node: NodeState,
  group: GroupKey | undefined,
  before: Iterable<GroupKey> = groupsOf(state, node),
): void {
  node.group = group
  const now = groupsOf(state, node)
  for (const one of before) if (!now.has(one)) state.groups.get(one)?.members.delete(node.id)
  for (const one of now) state.groups.get(one)?.members.add(node.id)
}

/** The nodes of a group that count: connected, or seen within its patience. In no particular order. */
export function inventoryOf(state: FleetState, group: GroupKey, now: Now): readonly NodeState[] {
  const known = state.groups.get(group)
  if (known === undefined) return []
  const counted: NodeState[] = []
  for (const id of known.members) {
    const node = state.nodes.get(id)
    if (node !== undefined && counts(node, known, now)) counted.push(node)
  }
  return counted
}

/** Whether the node is part of its group's inventory. */
export const counts = (node: NodeState, group: GroupState, now: Now): boolean =>
  absentMs(node, now) <= group.expectWithinMs

/** Milliseconds that the node has not been seen, whatever the wall clock has done since; 0 while it is connected. */
export const absentMs = ({ presence }: NodeState, now: Now): number =>
  presence.kind === 'connected' ? 0 : presence.beforeMs + now.mono - presence.since

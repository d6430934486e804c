// Which generations are closed: every proxy that could have seen one has ACKed it, so that what a proxy reports of it
// after a reconnect is believed (rule 18).
import type { GroupKey } from '../model/index.ts'
import { owesAsking } from './asks.ts'
import { inventoryOf, streamsIn } from './groups.ts'
import { routeTypes } from './resource-roles.ts'
import type { FleetState, NodeState, Now } from './state.ts'

/**
 * Whether every node of the group holds this generation, the newest, of every type it asked for. A node that is away and
 * was sent less cannot have it by halves and does not count; one that is away since before our start, or has refused
 * something, does. Nobody at all closes nothing.
 */
export function isClosed(state: FleetState, group: GroupKey, newest: number, now: Now): boolean {
  let holders = 0
  for (const node of inventoryOf(state, group, now)) {
    if (node.refusals.size > 0) return false
    if (node.presence.kind === 'connected') {
      if (isAsking(state, node, group, now, () => true)) return false
      if ((nodeHolds(state, node, group) ?? -1) < newest) return false
      holders += 1
    } else if (node.sent === undefined || node.sent >= newest) return false
  }
  return holders > 0
}

/**
 * The newest generation that the node holds of every type it asked for, on every stream in the group; undefined while it asks for
 * none.
 */
export const nodeHolds = (
  state: FleetState,
  node: NodeState,
  group: GroupKey | undefined,
): number | undefined => leastHeld(state, node, group, () => true)

/** The newest generation whose routes the node holds: on its streams, or when it left. Undefined: not known, or none. */
export function routesHeld(
  state: FleetState,
  node: NodeState,
  group: GroupKey | undefined,
  now: Now,
): number | undefined {
  if (node.streams.size === 0) return node.routesHeld
  if (isAsking(state, node, group, now, isRouteType)) return undefined
  return leastHeld(state, node, group, isRouteType)
}

const isRouteType = (type: string): boolean => routeTypes.includes(type)

/** Whether the node is back and has yet to ask again for some of these types: what it holds of them is not known. */
const isAsking = (
  state: FleetState,
  node: NodeState,
  group: GroupKey | undefined,
  now: Now,
  matters: (type: string) => boolean,
): boolean =>
  streamsIn(state, node, group).some((stream) =>
    [...node.asks].some((type) => matters(type) && owesAsking(node, stream, type, state.settings, now)),
  )

/**
 * Nodes of the group that may still route as before this generation: connected and not there yet, or away and not known
 * to have left it behind. Unknown is never zero.
 */
export const heldBackBy = (
  state: FleetState,
  group: GroupKey,
  generation: number,
  now: Now,
): readonly string[] =>
  inventoryOf(state, group, now)
    .filter((node) => (routesHeld(state, node, group, now) ?? -1) < generation)
    .map(({ id }) => id)

function leastHeld(
  state: FleetState,
  node: NodeState,
  group: GroupKey | undefined,
  matters: (type: string) => boolean,
): number | undefined {
  let least: number | undefined
  for (const { types } of streamsIn(state, node, group)) {
    for (const [type, held] of types) {
      if (!matters(type)) continue
      if (held.holds === undefined) return undefined
      if (least === undefined || held.holds < least) least = held.holds
    }
  }
  return least
}

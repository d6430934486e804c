// What time alone changes: nodes go out of reach, are written down again, and leave the inventory.
import { limits } from '../base/index.ts'
import { absentMs, counts, moveNode } from './groups.ts'
import type { FleetState, NodeState, Now } from './state.ts'
import type { FleetEffect } from './step.ts'

/** Looks over the whole inventory, at most once in `limits.inventorySweepMs`. */
export function sweep(state: FleetState, now: Now): readonly [FleetState, readonly FleetEffect[]] {
  if (now.mono < state.nextSweep) return [state, []]
  state.nextSweep = now.mono + limits.inventorySweepMs
  const effects: FleetEffect[] = []
  for (const node of state.nodes.values()) {
    if (node.presence.kind === 'connected') node.lastSeen = now.wall
    if (isExpired(state, node, now)) {
      const { group } = node
      moveNode(state, node, undefined)
      state.nodes.delete(node.id)
      if (group !== undefined) effects.push({ kind: 'touched', node: node.id, group })
      effects.push({ kind: 'strike', node: node.id })
    } else if (node.lastSeen - node.seenOnRecord >= state.settings.seenRefreshMs || wentOut(node, now)) {
      effects.push({ kind: 'record', node: node.id })
    }
  }
  return [state, effects]
}

function isExpired(state: FleetState, node: NodeState, now: Now): boolean {
  if (node.presence.kind === 'connected') return false
  const group = node.group === undefined ? undefined : state.groups.get(node.group)
  return group === undefined ? absentMs(node, now) > limits.expectWithinMs : !counts(node, group, now)
}

/** Out of reach since the last sweep: worth a line, so that a restart does not wait for it. */
const wentOut = (node: NodeState, now: Now): boolean =>
  node.presence.kind === 'away' &&
  node.presence.goneAt <= now.mono &&
  node.presence.goneAt > now.mono - limits.inventorySweepMs

// The fleet as it stands at our start: what the records say, nobody connected yet.
import type { InventoryRecord } from './records.ts'
import type { FleetSettings, FleetState, NodeState, Now, Refusal } from './state.ts'
import { defaultFleetSettings } from './state.ts'

/** A fleet from its records. Known nodes have `settleMs` to come back before they are out of reach. */
export function createFleet(
  now: Now,
  from: { readonly inventory?: readonly InventoryRecord[]; readonly refusals?: readonly Refusal[] } = {},
  settings: Partial<FleetSettings> = {},
): FleetState {
  const state: FleetState = {
    settings: { ...defaultFleetSettings, ...settings },
    startedAt: now.mono,
    groups: new Map(),
    nodes: new Map(),
    streams: new Map(),
    nextSweep: now.mono,
  }
  for (const record of from.inventory ?? []) state.nodes.set(record.id, restored(state, record, now))
  for (const refusal of from.refusals ?? []) {
    const node = state.nodes.get(refusal.node)
    if (node === undefined) continue
    node.refusals.set(refusal.type, refusal)
    node.resends = Math.max(node.resends, refusal.resend)
  }
  return state
}

function restored(state: FleetState, record: InventoryRecord, now: Now): NodeState {
  const { id, cluster, metadata, locality, agent } = record
  return {
    id,
    identity: { id, cluster, metadata, locality, agent },
    group: record.group,
    presence: {
      kind: 'away',
      since: now.mono,
      goneAt: record.gone ? now.mono : now.mono + state.settings.settleMs,
      // While we were away nobody was seen: only one that was out of reach before has been so all the time.
      beforeMs: record.gone ? Math.max(0, now.wall - record.lastSeen) : 0,
    },
    streams: new Set(),
    asks: new Set(record.asks),
    lastSeen: record.lastSeen,
    seenOnRecord: record.lastSeen,
    resends: record.resends,
    refusals: new Map(),
    sent: undefined,
    routesHeld: undefined,
  }
}

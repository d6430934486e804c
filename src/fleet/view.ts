// The fleet as people and the admin API see it.
import { nodeHolds } from './closed.ts'
import type { FleetState, NodeState } from './state.ts'
import type { FleetView, NodeStatus, NodeTypeStatus } from './types.ts'

/** A view that reads the state of the moment it is asked in. */
export function createFleetView(current: () => FleetState, wallNow: () => number): FleetView {
  return {
    nodes: () => [...current().nodes.values()].map((node) => statusOf(current(), node, wallNow())),
    node: (id) => {
      const node = current().nodes.get(id)
      return node === undefined ? undefined : statusOf(current(), node, wallNow())
    },
  }
}

function statusOf(state: FleetState, node: NodeState, wall: number): NodeStatus {
  const streams = [...node.streams].flatMap((id) => {
    const stream = state.streams.get(id)
    return stream === undefined ? [] : [stream]
  })
  const holds = nodeHolds(state, node, node.group)
  const connected = node.presence.kind === 'connected'
  return {
    node: node.identity,
    group: node.group,
    connected,
    streams: streams.map(({ id, variant, peer, since }) => ({ id, variant, peer, since })),
    lastSeen: connected ? wall : node.lastSeen,
    types: typesOf(state, node),
    ...(holds === undefined ? {} : { holds }),
  }
}

/** Every type that any stream of the node asked for, each as the least stream stands; refusals known from before too. */
function typesOf(state: FleetState, node: NodeState): readonly NodeTypeStatus[] {
  const names = new Set<string>(node.refusals.keys())
  for (const id of node.streams) for (const type of state.streams.get(id)?.types.keys() ?? []) names.add(type)
  return [...names].sort().map((type) => typeStatus(state, node, type))
}

function typeStatus(state: FleetState, node: NodeState, type: string): NodeTypeStatus {
  let sent: number | undefined
  let holds: number | undefined
  let isFirst = true
  const unwarmed = new Set<string>()
  for (const id of node.streams) {
    const stream = state.streams.get(id)
    const held = stream?.types.get(type)
    if (stream === undefined || held === undefined) continue
    sent = isFirst ? held.sent : least(sent, held.sent)
    holds = isFirst ? held.holds : least(holds, held.holds)
    isFirst = false
    for (const name of stream.unwarmed) unwarmed.add(name)
  }
  const refusal = node.refusals.get(type)
  return {
    type,
    ...(sent === undefined ? {} : { sent }),
    ...(holds === undefined ? {} : { holds }),
    unwarmed: [...unwarmed],
    ...(refusal === undefined
      ? {}
      : {
          nack: {
            generation: refusal.generation,
            version: refusal.parked,
            detail: refusal.detail,
            at: refusal.at,
          },
        }),
  }
}

/** The lesser; nothing is less than anything. */
const least = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b === undefined ? undefined : Math.min(a, b)

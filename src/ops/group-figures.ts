// How the proxies of each node group stand with its newest generation, as figures. How long one has been behind is known only
// from looking again: what was seen at the last look comes in, and goes out for the next.
import { limits } from '../base/index.ts'
import type { NodeStatus } from '../fleet/index.ts'
import type { GroupKey } from '../model/index.ts'

/**
 * `current`: holds the newest; `behind`: does not yet; `refusing`: has an open NACK; `gone`: not connected, still counted;
 * `missing`: expected by the NodeGroup and not known.
 */
export const nodeStates = ['current', 'behind', 'refusing', 'gone', 'missing'] as const
export type NodeStateName = (typeof nodeStates)[number]

export interface GroupFigures {
  readonly group: GroupKey
  readonly generation: number
  readonly nodes: Readonly<Record<NodeStateName, number>>
  /** How long the connected proxy that is behind for longest has not moved on; 0: none is behind. */
  readonly lagMs: number
}

/** A declared node group: the number of its newest generation (0: none yet), and how many nodes it is to have at least. */
export interface MeasuredGroup {
  readonly newest: number
  readonly expected: number
}

/** Node → the generation that it held when it was seen behind, and since when (monotonic ms). */
export type Laggards = ReadonlyMap<string, { readonly holds: number | undefined; readonly since: number }>

/** Counts. Groups beyond `limits.groupsMeasured`, in the order of their names, are left out. */
export function groupFigures(
  nodes: readonly NodeStatus[],
  declared: ReadonlyMap<GroupKey, MeasuredGroup>,
  before: Laggards,
  nowMs: number,
): { readonly groups: readonly GroupFigures[]; readonly laggards: Laggards } {
  const counts = new Map<GroupKey, { nodes: Record<NodeStateName, number>; lagMs: number }>()
  for (const group of [...declared.keys()].sort().slice(0, limits.groupsMeasured))
    counts.set(group, { nodes: { current: 0, behind: 0, refusing: 0, gone: 0, missing: 0 }, lagMs: 0 })
  const laggards = new Map<string, { readonly holds: number | undefined; readonly since: number }>()
  for (const status of nodes) {
    const count = status.group === undefined ? undefined : counts.get(status.group)
    if (count === undefined || status.group === undefined) continue
    const state = stateOf(status, declared.get(status.group)?.newest ?? 0)
    count.nodes[state] += 1
    if (state !== 'behind' && state !== 'refusing') continue
    const known = before.get(status.node.id)
    const still = known !== undefined && known.holds === status.holds
    const since = still ? known.since : nowMs
    laggards.set(status.node.id, { holds: status.holds, since })
    count.lagMs = Math.max(count.lagMs, nowMs - since)
  }
  const groups = [...counts].map(([group, { nodes: states, lagMs }]) => {
    const { newest, expected } = declared.get(group) ?? { newest: 0, expected: 0 }
    const known = states.current + states.behind + states.refusing + states.gone
    return { group, generation: newest, nodes: { ...states, missing: Math.max(0, expected - known) }, lagMs }
  })
  return { groups, laggards }
}

function stateOf({ connected, types, holds }: NodeStatus, newest: number): Exclude<NodeStateName, 'missing'> {
  if (!connected) return 'gone'
  if (types.some(({ nack }) => nack !== undefined)) return 'refusing'
  return (holds ?? -1) < newest ? 'behind' : 'current'
}

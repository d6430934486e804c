// Whether a refusal counts against a push: only if the refused response held something that this push changed for that
// node since its last ACK. Any other refusal is repaired and reported, and blocks nobody.
import { limits } from '../base/index.ts'
import { clusterTypes } from '../fleet/index.ts'
import type { GroupKey } from '../model/index.ts'
import type { Needs } from './needs.ts'
import type { Push } from './push-state.ts'

export interface Refusal {
  readonly node: string
  readonly group: GroupKey
  readonly type: string
  readonly generation: number
  /** Names in the refused response that changed since the last ACK, capped at `limits.namesPerReport`. */
  readonly changed: readonly string[]
}

/** `scope`: who was told to switch in the group; undefined: everyone. */
export function countsAgainst(
  push: Push,
  needs: Needs | undefined,
  scope: ReadonlySet<string> | undefined,
  refusal: Refusal,
): boolean {
  const group = push.groups.get(refusal.group)
  if (group === undefined || needs === undefined) return false
  // Its clusters go out with the prepared generation, its routes with the switched one; older content is not its own.
  const first = clusterTypes.includes(refusal.type) ? (group.prepared ?? group.switched) : group.switched
  if (first === undefined || refusal.generation < first) return false
  if (scope !== undefined && !scope.has(refusal.node)) return false
  const mine = needs.changed.get(refusal.type)
  if (mine === undefined) return false
  if (refusal.changed.some((name) => mine.has(name))) return true
  // The report was cut off, and this push changed more than a report holds.
  return refusal.changed.length >= limits.namesPerReport && mine.size >= limits.namesPerReport
}

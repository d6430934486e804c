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

/**
 * Resources that a refusal may mean, of those that this push changed: the ones that the text names, else all of them; capped at
 * `limits.resourcesNamed`. Envoy names what it refuses for listeners and field constraints, not for regexes and certificates.
 */
export function resourcesMeant(
  needs: Needs | undefined,
  refusal: Pick<Refusal, 'type' | 'changed'>,
  detail: string,
): readonly string[] {
  const mine = needs?.changed.get(refusal.type)
  const suspects = refusal.changed.filter((name) => mine?.has(name))
  const named = suspects.filter((name) => namesIt(detail, name))
  return (named.length > 0 ? named : suspects).slice(0, limits.resourcesNamed)
}

/** Whether a text has this name in it, not as a part of a longer one. */
function namesIt(text: string, name: string): boolean {
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
    const around = [text[at - 1], text[at + name.length]]
    if (around.every((one) => one === undefined || !/[\w/.-]/.test(one) || one === '.')) return true
  }
  return false
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

// Whether objects fit together: what they refer to is there, and what they claim is theirs alone. Looks at what was
// touched and at those who refer to it, never at the whole world.
import type { Violation } from '../../base/index.ts'
import { limits, suggestion } from '../../base/index.ts'
import { type ObjectContent, type ObjectKey, titleOf, type World } from '../objects.ts'
import { statementsOf, viewOf, type WorldView } from './world-view.ts'

/** Every fault between the objects of a world. */
export const checkWorld = (world: World): readonly Violation[] =>
  checkReferences(viewOf(world), [...world.keys()])

/**
 * Every fault that the touched objects (put or deleted) have part in. A fault of an untouched object that refers to
 * a touched one is reported at the one that refers.
 */
export function checkReferences(view: WorldView, touched: readonly ObjectKey[]): readonly Violation[] {
  const order = new Map(touched.map((key, index) => [key, index]))
  const violations: Violation[] = []
  const rechecked = new Set<ObjectKey>()
  for (const key of order.keys()) {
    if (violations.length > limits.violationsReported) break
    const object = view.get(key)
    if (object !== undefined) {
      violations.push(...referenceFaults(view, object), ...claimFaults(view, object, key, order))
    }
    for (const referrer of view.referrers(key)) {
      if (order.has(referrer) || rechecked.has(referrer)) continue
      rechecked.add(referrer)
      const other = view.get(referrer)
      if (other !== undefined) violations.push(...referenceFaults(view, other))
    }
  }
  return violations
}

function referenceFaults(view: WorldView, object: ObjectContent): readonly Violation[] {
  return statementsOf(object).references.flatMap(({ kind, name, path, target, check }) => {
    const found = view.get(target)
    if (found !== undefined)
      return (check?.(found) ?? []).map((mismatch) => ({ ...mismatch, object: titleOf(object) }))
    const names = view.names(kind, object.namespace).slice(0, limits.nodesNamed)
    const hint = names.length === 0 ? `; there is no ${kind} in this namespace` : suggestion(name, names)
    const message = `there is no ${kind} "${name}" in namespace "${object.namespace}"${hint}`
    return [{ path, message, object: titleOf(object) }]
  })
}

/** Clashes with others; of two touched objects, the later one has the fault. */
function claimFaults(
  view: WorldView,
  object: ObjectContent,
  key: ObjectKey,
  order: ReadonlyMap<ObjectKey, number>,
): readonly Violation[] {
  return statementsOf(object).claims.flatMap(({ claim, path, detail = '', overlaps, clash }) => {
    const other = view.claimants(claim).find((claimant) => {
      if (claimant.key === key || (order.get(claimant.key) ?? -1) > (order.get(key) ?? 0)) return false
      return overlaps === undefined || overlaps(detail, claimant.detail)
    })
    const owner = other === undefined ? undefined : view.get(other.key)
    if (other === undefined || owner === undefined) return []
    return [{ path, message: clash(titleOf(owner)), object: titleOf(object) }]
  })
}

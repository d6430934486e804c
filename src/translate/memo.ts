// Results remembered by the identity of what they were made of: stored objects keep their identity while they do
// not change, so comparing references is enough.
import { limits } from '../base/index.ts'

/** Gives the remembered value for these very parts, or makes and remembers it. */
export type IdentityMemo<Root extends object, Value> = (
  root: Root,
  parts: readonly unknown[],
  make: () => Value,
) => Value

/**
 * A memo that lives as long as its roots (weak) and holds at most `limits.memoEntriesPerObject` values for each:
 * heads, applied and the worlds of running pushes differ in the parts, and none should push out another.
 * With `same`, a value that says the same as a remembered one is replaced by it, so that what is built on its
 * identity is not built again.
 */
export function identityMemo<Root extends object, Value>(
  same?: (known: Value, made: Value) => boolean,
): IdentityMemo<Root, Value> {
  const entries = new WeakMap<Root, { readonly parts: readonly unknown[]; readonly value: Value }[]>()
  return (root, parts, make) => {
    let known = entries.get(root)
    if (known === undefined) {
      known = []
      entries.set(root, known)
    }
    for (const entry of known) {
      if (sameItems(entry.parts, parts)) return entry.value
    }
    const made = make()
    const value = (same && known.find((entry) => same(entry.value, made))?.value) ?? made
    known.unshift({ parts, value })
    if (known.length > limits.memoEntriesPerObject) known.pop()
    return value
  }
}

/** Whether two lists hold the very same items in the same order. */
export function sameItems(a: readonly unknown[], b: readonly unknown[]): boolean {
  if (a === b) return true
  if (a.length !== b.length) return false
  for (let index = 0; index < a.length; index++) {
    if (a[index] !== b[index]) return false
  }
  return true
}

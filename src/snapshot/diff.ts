// What changes between two generations, by name.
import type { GenerationType, GenerationTypes } from '../store/index.ts'

/** Names of one type to send and to take away, each sorted. */
export interface TypeDiff {
  readonly put: readonly string[]
  readonly remove: readonly string[]
}

/** type URL → what changed; types without a change are left out. Identical and equal-version types cost nothing. */
export function diffTypes(
  from: GenerationTypes | undefined,
  to: GenerationTypes,
): ReadonlyMap<string, TypeDiff> {
  const diffs = new Map<string, TypeDiff>()
  for (const typeUrl of new Set([...(from?.keys() ?? []), ...to.keys()])) {
    const before = from?.get(typeUrl)
    const after = to.get(typeUrl)
    if (before === after || before?.version === after?.version) continue
    const diff = diffEntries(before, after)
    if (diff.put.length > 0 || diff.remove.length > 0) diffs.set(typeUrl, diff)
  }
  return diffs
}

function diffEntries(before: GenerationType | undefined, after: GenerationType | undefined): TypeDiff {
  const put: string[] = []
  const remove: string[] = []
  for (const [name, hash] of after?.entries ?? []) if (before?.entries.get(name) !== hash) put.push(name)
  for (const name of before?.entries.keys() ?? []) if (after?.entries.has(name) !== true) remove.push(name)
  return { put: put.sort(), remove: remove.sort() }
}

// Names that are answered although their content did not change.
import type { Content, Resource } from './content.ts'
import type { Follow } from './follow.ts'
import { covers } from './subscription.ts'

/** `put` and the owed resources that are not in it; the same array when there are none, so that bytes are shared. */
export function withOwed(follow: Follow, put: readonly Resource[], content: Content): readonly Resource[] {
  if (follow.owed.size === 0) return put
  const there = new Set(put.map(({ name }) => name))
  const more: Resource[] = []
  for (const name of follow.owed) {
    const resource = content.resources.get(name)
    // Never the same name twice in one response (rule 17).
    if (resource !== undefined && !there.has(name) && covers(follow.wants, name)) more.push(resource)
  }
  if (more.length === 0) return put
  return [...put, ...more].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
}

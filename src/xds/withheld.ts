// Envoy asks for no clusters on a new stream while one of them warms, and that one waits for its endpoints without end. When
// it was withdrawn meanwhile nobody has any, so nobody would ever get further (state of the world; a delta client is told of a
// removal). An explicit empty assignment ends the warming; then the proxy asks for its clusters, and is sent those of now.
import { delimitedField, encodeAny } from '../envoy-api/index.ts'
import { type Content, contentOf, type Resource } from './content.ts'
import type { Follow } from './follow.ts'
import type { Context, Goal, Now, StreamState } from './machine.ts'
import { isWithdrawn, withholdsClusters } from './order.ts'
import { urlOf } from './resource-type.ts'

const cds = urlOf('cds')

/**
 * Empty assignments for what this stream asks for in vain: names of clusters that are gone. Not at once, because clusters may be
 * asked for a moment later; not for what the proxy may still route to, within the deadline of all order.
 */
export function emptyAssignments(
  stream: StreamState,
  follow: Follow,
  goal: Goal,
  context: Context,
  now: Now,
): readonly Resource[] {
  if (!follow.type.removalEndsWarming || !withholdsClusters(stream)) return []
  const overdue = now.mono >= stream.openedAt + context.limits.orderDeadlineMs
  const clusters = contentOf(goal.generation, cds)
  const found: Resource[] = []
  for (const name of follow.wants.names) {
    if (goal.content.resources.has(name) || clusters.resources.has(name) || follow.emptied.has(name)) continue
    if (overdue || isWithdrawn(stream, follow, name, context, now)) found.push(emptyOf(follow, name))
  }
  return found.sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** Names in `put` that no content has: they are not said twice. */
export function noteEmptied(follow: Follow, put: readonly Resource[], content: Content): void {
  if (!follow.type.removalEndsWarming) return
  for (const { name } of put) if (!content.resources.has(name)) follow.emptied.add(name)
}

/** ClusterLoadAssignment: cluster_name 1. */
const emptyOf = ({ type }: Follow, name: string): Resource => ({
  name,
  hash: 'empty',
  body: encodeAny(type.url, delimitedField(1, Buffer.from(name, 'utf8'))),
  facts: { usable: 0 },
})

// Endpoints of clusters that stay although the newest content has neither: routes still name them, or they are of the last good
// set. A proxy asks for them when such a cluster is new to it, and while it waits it withholds the ACK of all the clusters beside
// it (rule 25).
import { namesIn, type Resource } from './content.ts'
import type { Follow } from './follow.ts'
import type { Context, Goal, StreamState } from './machine.ts'
import { isParked } from './nodes.ts'
import { urlOf } from './resource-type.ts'
import { covers } from './subscription.ts'
import { lastKept } from './world.ts'

const cds = urlOf('cds')

/** What a stream asks for of clusters that stay with it, as a kept generation had it last. */
export function endpointsThatStay(
  stream: StreamState,
  follow: Follow,
  goal: Goal,
  context: Context,
): readonly Resource[] {
  const clusters = stream.follows.get(cds)
  if (!follow.type.removalEndsWarming || follow.owed.size === 0 || stream.node === undefined) return []
  if (clusters === undefined) return []
  const kept = clusters.base === undefined ? undefined : namesIn(clusters.base, clusters.type, 'eds')
  const named = new Set<string>()
  for (const resource of clusters.lingering.values()) {
    if (resource !== undefined) for (const name of clusters.type.names.eds?.(resource) ?? []) named.add(name)
  }
  const record = context.nodeOf(stream.node.id)
  const { url } = follow.type
  const found: Resource[] = []
  for (const name of follow.owed) {
    if (goal.content.resources.has(name) || !covers(follow.wants, name)) continue
    if (!named.has(name) && kept?.has(name) !== true) continue
    const { group } = goal.generation
    const last = lastKept(context.world, group, url, name, (version) => isParked(record, url, version))
    if (last !== undefined) found.push(last)
  }
  return found.sort((a, b) => (a.name < b.name ? -1 : 1))
}

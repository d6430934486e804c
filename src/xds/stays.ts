// Endpoints of clusters that stay for now although the newest content has neither. A proxy asks for them when such a cluster is
// new to it, and while it waits it withholds the ACK of all the clusters beside it (rule 25).
import type { Resource } from './content.ts'
import type { Follow } from './follow.ts'
import type { Context, Goal, StreamState } from './machine.ts'
import { isParked } from './nodes.ts'
import { urlOf } from './resource-type.ts'
import { covers } from './subscription.ts'
import { lastKept } from './world.ts'

const cds = urlOf('cds')

/** What a stream asks for of clusters that stay in its set, as a kept generation had it last. */
export function endpointsThatStay(
  stream: StreamState,
  follow: Follow,
  goal: Goal,
  context: Context,
): readonly Resource[] {
  const clusters = stream.follows.get(cds)
  if (!follow.type.removalEndsWarming || follow.owed.size === 0 || stream.node === undefined) return []
  if (clusters === undefined || clusters.lingering.size === 0) return []
  const named = new Set<string>()
  for (const resource of clusters.lingering.values()) {
    if (resource !== undefined) for (const name of clusters.type.names.eds?.(resource) ?? []) named.add(name)
  }
  const record = context.nodeOf(stream.node.id)
  const { url } = follow.type
  const found: Resource[] = []
  for (const name of follow.owed) {
    if (!named.has(name) || goal.content.resources.has(name) || !covers(follow.wants, name)) continue
    const { group } = goal.generation
    const kept = lastKept(context.world, group, url, name, (version) => isParked(record, url, version))
    if (kept !== undefined) found.push(kept)
  }
  return found.sort((a, b) => (a.name < b.name ? -1 : 1))
}

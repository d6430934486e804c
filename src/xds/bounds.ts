// How large everything is that the streams keep, beside what it may be.
import { type Bound, limits } from '../base/index.ts'
import type { Inbox } from './inbox.ts'
import type { Request, StreamLimits, StreamState } from './machine.ts'
import type { Nodes } from './nodes.ts'
import type { World } from './world.ts'

/** What a hub holds. */
interface Held {
  readonly entries: Iterable<{ readonly state: StreamState; readonly inbox: Inbox<Request> }>
  readonly nodes: Nodes
  readonly world: World
  readonly limits: StreamLimits
}

/** Sizes now; of what there is per stream, type or node, the largest. */
export function boundsOf({ entries, nodes, world, limits: streamLimits }: Held): readonly Bound[] {
  const most = { streams: 0, inbox: 0, pending: 0, parts: 0, owed: 0, lingering: 0, unwarmed: 0, strange: 0 }
  const note = (what: keyof typeof most, size: number): void => {
    most[what] = Math.max(most[what], size)
  }
  for (const { state, inbox } of entries) {
    most.streams += 1
    note('inbox', inbox.requests.length)
    note('unwarmed', state.unwarmed.size)
    note('strange', state.strangeTypes.size)
    for (const follow of state.follows.values()) {
      note('pending', follow.pending.length)
      note('parts', follow.parts.length)
      note('owed', follow.owed.size)
      note('lingering', follow.lingering.size)
    }
  }
  let parked = 0
  let unions = 0
  for (const node of nodes.values()) {
    for (const versions of node.parked.values()) parked = Math.max(parked, versions.length)
    for (const kept of node.unions.values()) unions = Math.max(unions, kept.length)
  }
  let ring = 0
  for (const { generations } of world.rings.values()) ring = Math.max(ring, generations.length)
  const names = limits.namesPerSubscription
  return [
    { what: 'streams', size: most.streams, limit: limits.streams },
    { what: 'requests that wait on a stream', size: most.inbox, limit: limits.streamInbox },
    { what: 'responses in flight of a type', size: most.pending, limit: streamLimits.pendingPerType },
    { what: 'parts of a reply that wait', size: most.parts, limit: limits.resourcesPerType },
    { what: 'names owed of a type', size: most.owed, limit: names },
    { what: 'resources that stay for now', size: most.lingering, limit: names },
    { what: 'clusters of a stream that are cold', size: most.unwarmed, limit: limits.resourcesPerType },
    { what: 'unknown types of a stream', size: most.strange, limit: 16 },
    { what: 'nodes remembered by the streams', size: nodes.size, limit: limits.nodes },
    { what: 'versions parked of a node and type', size: parked, limit: limits.parkedVersions },
    { what: 'unions kept of a node and type', size: unions, limit: limits.unionsPerNode },
    { what: 'generations kept of a group', size: ring, limit: limits.generationsKept },
  ]
}

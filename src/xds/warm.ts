// Which clusters of a stream are not warm yet: sent, and their endpoints not ACKed since (rule 24). And what has to be
// sent again because something that names it changed (rules 20 and 22).
import { limits } from '../base/index.ts'
import { type Content, namesIn, type Resource } from './content.ts'
import type { Follow, Pending } from './follow.ts'
import type { StreamState } from './machine.ts'
import { urlOf } from './resource-type.ts'

/** After a response went out: what it names is owed, and clusters in it are cold until their endpoints are ACKed. */
export function followUp(
  stream: StreamState,
  follow: Follow,
  changed: readonly Resource[],
  sequence: number,
): void {
  const key = follow.type.followedBy
  const naming = key === undefined ? undefined : follow.type.names[key]
  if (key === undefined || naming === undefined) return
  const next = stream.follows.get(urlOf(key))
  for (const resource of changed) {
    for (const name of naming(resource)) {
      if (key === 'eds') {
        stream.unwarmed.set(name, sequence)
        stream.warmth += 1
      }
      if (next?.wants.names.has(name) === true) next.owed.add(name)
    }
  }
}

/** After an ACK with nothing more in flight: what no cluster names any more needs no endpoints. */
export function coolDown(stream: StreamState, follow: Follow, content: Content): void {
  if (follow.type.names.eds === undefined || follow.pending.length > 0 || stream.unwarmed.size === 0) return
  const named = namesIn(content, follow.type, 'eds')
  for (const name of [...stream.unwarmed.keys()]) if (!named.has(name)) warm(stream, name)
}

/** Endpoints were ACKed: the clusters that were sent before them have theirs. */
export function warmUp(stream: StreamState, pending: Pending): void {
  for (const { name } of pending.put) {
    const sentAt = stream.unwarmed.get(name)
    if (sentAt !== undefined && sentAt < pending.sequence) warm(stream, name)
  }
}

function warm(stream: StreamState, name: string): void {
  if (stream.unwarmed.delete(name)) stream.warmth += 1
}

/** Names for a report, capped. */
export const unwarmedNames = (stream: StreamState): readonly string[] =>
  [...stream.unwarmed.keys()].slice(0, limits.namesPerReport)

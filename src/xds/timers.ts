// When a stream has to be looked at again although nothing happens to it.
import type { Context, Now, StreamState } from './machine.ts'
import { withholdsClusters } from './order.ts'

/**
 * The next deadline of a stream, monotonic; undefined: none is ahead. What is overdue is not lost: it is looked at with the
 * next event, and only an event can let it go.
 */
export function dueAt(stream: StreamState, { limits }: Context, now: Now): number | undefined {
  let earliest = Number.POSITIVE_INFINITY
  const consider = (at: number): void => {
    if (at > now.mono && at < earliest) earliest = at
  }
  if (withholdsClusters(stream)) {
    consider(stream.openedAt + limits.clustersFirstMs)
    consider(stream.openedAt + limits.orderDeadlineMs)
  }
  if (stream.phase === 'fresh') consider(stream.openedAt + limits.firstRequestMs)
  for (const { unwritten, waiting, lingeringSince, trust } of stream.follows.values()) {
    if (unwritten !== undefined) consider(unwritten.since + limits.writeDeadlineMs)
    if (waiting !== undefined) consider(waiting.until)
    if (lingeringSince !== undefined) {
      consider(lingeringSince + limits.orderDeadlineMs)
      consider(stream.openedAt + limits.clustersFirstMs)
    }
    if (trust.kind === 'refused') consider(trust.since + limits.refusalDeadlineMs)
  }
  return earliest === Number.POSITIVE_INFINITY ? undefined : earliest
}

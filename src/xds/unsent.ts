// How many bytes were handed to sockets that have not taken them yet, over all streams. A fleet that comes back at once
// is let in as fast as its sockets take what they are given; a reader that stalls stops counting after a while, so that it
// keeps nobody waiting, and the slowest are cut when such bytes pile up. With that, memory has a bound whatever peers do.

/** Bounds, in bytes and milliseconds. */
export interface UnsentLimits {
  readonly unsentBytes: number
  readonly slowBytes: number
  readonly slowAfterMs: number
}

interface Waiting {
  readonly stream: string
  readonly bytes: number
  readonly since: number
}

/** Changed in place by the functions below. Both maps: nonce → what waits, oldest first. */
export interface Unsent {
  readonly limits: UnsentLimits
  readonly quick: Map<string, Waiting>
  readonly slow: Map<string, Waiting>
  quickBytes: number
  slowBytes: number
}

export const createUnsent = (limits: UnsentLimits): Unsent => ({
  limits,
  quick: new Map(),
  slow: new Map(),
  quickBytes: 0,
  slowBytes: 0,
})

/** A response was handed to the socket of a stream; `now` in monotonic milliseconds. */
export function handed(unsent: Unsent, stream: string, nonce: string, bytes: number, now: number): void {
  unsent.quick.set(nonce, { stream, bytes, since: now })
  unsent.quickBytes += bytes
}

/** The socket took it, or is gone. */
export function taken(unsent: Unsent, nonce: string): void {
  const { quick, slow } = unsent
  unsent.quickBytes -= quick.get(nonce)?.bytes ?? 0
  unsent.slowBytes -= slow.get(nonce)?.bytes ?? 0
  quick.delete(nonce)
  slow.delete(nonce)
}

/** Whether another response may be handed to a socket. */
export function hasRoom(unsent: Unsent, now: number): boolean {
  settle(unsent, now)
  return unsent.quickBytes < unsent.limits.unsentBytes
}

/** The stream that has not read for longest, when slow ones hold too much; undefined: they do not. */
export function slowest(unsent: Unsent, now: number): string | undefined {
  settle(unsent, now)
  if (unsent.slowBytes <= unsent.limits.slowBytes) return undefined
  const [oldest] = unsent.slow.values()
  return oldest?.stream
}

/** What waits for long is slow. */
function settle(unsent: Unsent, now: number): void {
  for (const [nonce, waiting] of unsent.quick) {
    if (waiting.since + unsent.limits.slowAfterMs > now) return
    unsent.quick.delete(nonce)
    unsent.quickBytes -= waiting.bytes
    unsent.slow.set(nonce, waiting)
    unsent.slowBytes += waiting.bytes
  }
}

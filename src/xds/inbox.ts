// What waits for one stream: its requests and whether something changed for it. Requests go first, so that ACKs are not
// starved by pushes (rule 41), and at a bounded rate, so that a storm of them costs a bucket and not a core.
import { limits } from '../base/index.ts'

/** Changed in place by `put`, `mark` and `take`. */
export interface Inbox<R> {
  readonly requests: R[]
  changed: boolean
  tokens: number
  filledAt: number
}

export type Work<R> =
  | { readonly kind: 'request'; readonly request: R }
  | { readonly kind: 'changed' }
  /** Requests wait for their turn. */
  | { readonly kind: 'later'; readonly ms: number }
  | { readonly kind: 'none' }

export const createInbox = <R>(now: number): Inbox<R> => ({
  requests: [],
  changed: false,
  tokens: limits.streamRequestsPerSecond,
  filledAt: now,
})

/** Adds a request; false when there is no room. */
export function put<R>(inbox: Inbox<R>, request: R): boolean {
  if (inbox.requests.length >= limits.streamInbox) return false
  inbox.requests.push(request)
  return true
}

/** What to do next; `now` in monotonic milliseconds. */
export function take<R>(inbox: Inbox<R>, now: number): Work<R> {
  const rate = limits.streamRequestsPerSecond
  inbox.tokens = Math.min(rate, inbox.tokens + ((now - inbox.filledAt) * rate) / 1_000)
  inbox.filledAt = now
  const throttled = inbox.tokens < 1
  const request = throttled ? undefined : inbox.requests.shift()
  if (request !== undefined) {
    inbox.tokens -= 1
    return { kind: 'request', request }
  }
  if (inbox.changed) {
    inbox.changed = false
    return { kind: 'changed' }
  }
  return inbox.requests.length > 0 ? { kind: 'later', ms: Math.ceil(1_000 / rate) } : { kind: 'none' }
}

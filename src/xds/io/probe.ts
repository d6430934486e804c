// Asks a peer by an HTTP/2 ping whether it is still there. A connection that broke without a word (no FIN) is noticed by
// keepalive only after most of a minute; its proxy is back on a new stream by then, and pushes would wait for the old.
import type { Http2Session } from 'node:http2'
import { http2StreamOf } from './reset.ts'

const asked = new WeakSet<Http2Session>()

/** Cuts the connection of a call unless its peer answers within `timeoutMs`. One question at a time. */
export function probeSession(call: object, timeoutMs: number): void {
  const session = http2StreamOf(call)?.session
  if (session === undefined || session.destroyed || asked.has(session)) return
  asked.add(session)
  const timer = setTimeout(() => session.destroy(), timeoutMs)
  timer.unref()
  const answered = (error: Error | null): void => {
    asked.delete(session)
    clearTimeout(timer)
    if (error !== null) session.destroy()
  }
  // False: too many pings are unanswered already, of keepalive's; the timer decides.
  if (!session.ping(answered)) asked.delete(session)
}

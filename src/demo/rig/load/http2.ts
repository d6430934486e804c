// HTTP/2 requests with prior knowledge, on a few sessions that stay or on one of their own. No retries.
import { type ClientHttp2Session, connect } from 'node:http2'
import { environmentHeader } from '../backends/config.ts'
import type { LoadTarget } from './messages.ts'
import { brokenBy, type Outcome, outcomeOf } from './outcome.ts'

export interface Http2Client {
  kept(done: (outcome: Outcome) => void): void
  fresh(done: (outcome: Outcome) => void): void
  close(): void
}

/** Sessions kept per target: Envoy hands a connection to one worker, so several reach several workers. */
const keptSessions = 4

/** A client of one target. `done` is called exactly once per request. */
export function http2Client(target: LoadTarget, timeoutMs: number): Http2Client {
  const origin = `http://${target.host}:${target.port}`
  const headers = {
    ':method': 'GET',
    ':path': target.path,
    ':authority': target.authority,
    'user-agent': 'verdigris-load',
  }
  const kept: (ClientHttp2Session | undefined)[] = Array.from({ length: keptSessions }, () => undefined)
  const all = new Set<ClientHttp2Session>()
  let turn = 0

  function open(): ClientHttp2Session {
    const session = connect(origin)
    all.add(session)
    // Each running request reports the failure itself.
    session.on('error', () => undefined)
    session.on('close', () => all.delete(session))
    // A peer that asks to go gets no new request; the running ones end in peace.
    session.on('goaway', () => forget(session))
    return session
  }
  function forget(session: ClientHttp2Session): void {
    const slot = kept.indexOf(session)
    if (slot >= 0) kept[slot] = undefined
    session.close()
  }
  function keptSession(): ClientHttp2Session {
    turn = (turn + 1) % keptSessions
    const session = kept[turn]
    if (session !== undefined && !session.closed && !session.destroyed) return session
    const opened = open()
    kept[turn] = opened
    return opened
  }

  function send(session: ClientHttp2Session, done: (outcome: Outcome) => void, after: () => void): void {
    let status = 0
    let environment: string | undefined
    let body = ''
    let cause: Error | undefined
    const stream = session.request(headers)
    stream.setTimeout(timeoutMs, () => {
      cause = new Error('timeout')
      stream.close()
    })
    stream.on('response', (answer) => {
      status = answer[':status'] ?? 0
      const value = answer[environmentHeader]
      environment = typeof value === 'string' ? value : undefined
    })
    stream.on('data', (chunk: Buffer) => {
      if (status >= 300) body += chunk.toString()
    })
    let whole = false
    stream.on('end', () => {
      whole = true
    })
    stream.on('error', (error) => {
      cause = error
    })
    stream.on('close', () => {
      const good = whole && status !== 0 && stream.rstCode === 0 && cause === undefined
      done(
        good
          ? outcomeOf(status, environment, body)
          : brokenBy(session.connecting ? 'connect' : 'request', cause),
      )
      after()
    })
    stream.end()
  }

  return {
    kept: (done) => send(keptSession(), done, () => undefined),
    fresh(done) {
      const session = open()
      send(session, done, () => session.close())
    },
    close() {
      for (const session of all) session.destroy()
    },
  }
}

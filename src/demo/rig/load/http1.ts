// A minimal HTTP/1.1 client: one request at a time per connection, no pipelining, no retries, one write per request.
// node:http costs several times as much per request, and the load has to fit beside what it measures.
import { connect, type Socket } from 'node:net'
import { environmentHeader } from '../backends/config.ts'
import type { LoadTarget } from './messages.ts'
import { brokenBy, type Outcome, outcomeOf } from './outcome.ts'

const headEnd = Buffer.from('\r\n\r\n')
const environmentPattern = new RegExp(`\\r\\n${environmentHeader}: *([^\\r]*)\\r`, 'i')

interface Connection {
  readonly socket: Socket
  /** Called once with how the running request ended; undefined between requests. */
  done: ((outcome: Outcome) => void) | undefined
  received: Buffer | undefined
  connected: boolean
  /** Answered for the last time; to be closed by the other side. */
  leaving: boolean
}

export interface Http1Client {
  /** Sends on an idle connection, or on a new one when there is none. */
  kept(done: (outcome: Outcome) => void): void
  /** Sends on a connection of its own. */
  fresh(done: (outcome: Outcome) => void): void
  close(): void
}

/** A client of one target. `done` is called exactly once per request. */
export function http1Client(target: LoadTarget, timeoutMs: number): Http1Client {
  const head = `GET ${target.path} HTTP/1.1\r\nhost: ${target.authority}\r\nuser-agent: verdigris-load\r\n`
  const keptRequest = Buffer.from(`${head}\r\n`)
  const freshRequest = Buffer.from(`${head}connection: close\r\n\r\n`)
  const idle: Connection[] = []
  const all = new Set<Connection>()

  function open(keep: boolean): Connection {
    const socket = connect({ host: target.host, port: target.port, noDelay: true })
    const connection: Connection = {
      socket,
      done: undefined,
      received: undefined,
      connected: false,
      leaving: false,
    }
    all.add(connection)
    const finish = (outcome: Outcome): void => {
      const { done } = connection
      connection.done = undefined
      connection.received = undefined
      done?.(outcome)
    }
    let cause: Error | undefined
    socket.once('connect', () => {
      connection.connected = true
    })
    socket.on('data', (chunk: Buffer) => {
      const received = connection.received === undefined ? chunk : Buffer.concat([connection.received, chunk])
      const answer = readAnswer(received)
      if (answer === undefined) {
        connection.received = received
        return
      }
      finish(answer.outcome)
      if (keep && !answer.close) idle.push(connection)
      // The other side closes: it may not have seen the end of the answer itself yet, and would count a reset.
      else connection.leaving = true
    })
    socket.setTimeout(timeoutMs, () => {
      if (connection.done !== undefined) finish({ kind: 'failed', reason: 'timeout' })
      else if (!connection.leaving) return
      socket.destroy()
    })
    socket.on('error', (error) => {
      cause = error
    })
    socket.on('end', () => socket.destroy())
    socket.on('close', () => {
      all.delete(connection)
      const index = idle.indexOf(connection)
      if (index >= 0) idle.splice(index, 1)
      finish(brokenBy(connection.connected ? 'request' : 'connect', cause))
    })
    return connection
  }

  const send = (connection: Connection, request: Buffer, done: (outcome: Outcome) => void): void => {
    connection.done = done
    connection.socket.write(request)
  }
  return {
    kept: (done) => send(idle.pop() ?? open(true), keptRequest, done),
    fresh: (done) => send(open(false), freshRequest, done),
    close() {
      for (const connection of all) connection.socket.destroy()
    },
  }
}

/** The answer once it is whole. Needs a content-length, which backends and Envoy's own answers have. */
function readAnswer(received: Buffer): { readonly outcome: Outcome; readonly close: boolean } | undefined {
  const end = received.indexOf(headEnd)
  if (end < 0) return undefined
  // With the first CRLF of the empty line, so that every header ends in CR.
  const head = received.toString('latin1', 0, end + 2)
  const status = Number(head.slice(9, 12))
  const length = /\r\ncontent-length: *(\d+)\r/i.exec(head)?.[1]
  if (length === undefined) {
    return { outcome: { kind: 'failed', reason: `${status} without content-length` }, close: true }
  }
  const from = end + headEnd.length
  if (received.length < from + Number(length)) return undefined
  const body = status >= 300 ? received.toString('utf8', from, from + Number(length)) : ''
  return {
    outcome: outcomeOf(status, environmentPattern.exec(head)?.[1], body),
    close: /\r\nconnection: *close\r/i.test(head),
  }
}

// Stands before every method of the xDS port and watches what comes in before grpc-js has a whole message to hand on.
import type { ServerHttp2Stream } from 'node:http2'
import {
  ServerInterceptingCall,
  type ServerInterceptingCallInterface,
  type ServerInterceptor,
  ServerListenerBuilder,
  status,
} from '@grpc/grpc-js'
import { limits } from '../../base/index.ts'
import { adsMethods } from '../../envoy-api/index.ts'
import { came, createIntake, gone, type IntakeLimits, overdue, took } from '../intake.ts'
import { encodingOf, http2StreamOf, resetCall } from './reset.ts'

export interface IntakeWatch {
  readonly interceptor: ServerInterceptor
  /** A message of an ADS call was handled; of other calls this is noticed here. */
  handled(call: object, bytes: number): void
  /** Bytes of requests that nobody has taken yet. */
  readonly bytes: number
  stop(): void
}

/** Bytes before each message on the wire of gRPC. */
const prefixBytes = 5
const adsPaths: ReadonlySet<string> = new Set(Object.values(adsMethods).map(({ path }) => path))

/** `cut` is told of every call that is ended, for the log. */
export function watchIntake(
  bounds: IntakeLimits,
  cut: (fields: { readonly peer: string; readonly method: string; readonly reason: string }) => void,
): IntakeWatch {
  const intake = createIntake<ServerHttp2Stream>(bounds)
  const calls = new Map<
    ServerHttp2Stream,
    { readonly call: ServerInterceptingCallInterface; readonly path: string }
  >()

  const end = (stream: ServerHttp2Stream, code: status, reason: string): void => {
    const known = calls.get(stream)
    gone(intake, stream)
    if (known === undefined) return
    calls.delete(stream)
    cut({ peer: known.call.getPeer(), method: known.path, reason })
    known.call.sendStatus({ code, details: reason })
    stream.pause()
    // What it still sends is not read; that it is over is flushed first, where it reads.
    setTimeout(() => resetCall(known.call), limits.refusalFlushMs).unref()
  }

  const timer = setInterval(() => {
    if (intake.held.size === 0) return
    for (const stream of overdue(intake, performance.now())) {
      const reason = `a request that was begun was not whole within ${bounds.requestDeadlineMs} ms`
      end(stream, status.DEADLINE_EXCEEDED, reason)
    }
  }, limits.intakeLookMs)
  timer.unref()

  const watch = (stream: ServerHttp2Stream, call: ServerInterceptingCallInterface, path: string): void => {
    calls.set(stream, { call, path })
    stream.on('data', (bytes: Buffer) => {
      if (!calls.has(stream)) return
      const largest = came(intake, stream, bytes.byteLength, performance.now())
      if (largest !== undefined) {
        end(
          largest,
          status.RESOURCE_EXHAUSTED,
          'too many bytes of requests wait, and most of them are of this call',
        )
      }
    })
    stream.once('close', () => {
      calls.delete(stream)
      gone(intake, stream)
    })
  }

  return {
    interceptor: ({ path }, call) => {
      const stream = http2StreamOf(call)
      if (stream === undefined) return new ServerInterceptingCall(call)
      // A few bytes may stand for 32 MiB. Neither Envoy nor gRPC's xDS clients compress.
      if (encodingOf(call) !== 'identity') {
        return new ServerInterceptingCall(call, {
          start: () =>
            call.sendStatus({ code: status.UNIMPLEMENTED, details: 'compressed requests are not read' }),
        })
      }
      watch(stream, call, path)
      if (adsPaths.has(path)) return new ServerInterceptingCall(call)
      const listener = new ServerListenerBuilder().withOnReceiveMessage((message, next) => {
        if (message instanceof Uint8Array) {
          took(intake, stream, message.byteLength + prefixBytes, performance.now())
        }
        next(message)
      })
      return new ServerInterceptingCall(call, { start: (next) => next(listener.build()) })
    },
    handled: (call, bytes) => {
      const stream = http2StreamOf(call)
      if (stream !== undefined) took(intake, stream, bytes + prefixBytes, performance.now())
    },
    get bytes() {
      return intake.total
    },
    stop: () => clearInterval(timer),
  }
}

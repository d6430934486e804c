// Cuts a call for good. grpc-js ends a call only after everything written to it was taken, which a client that does not
// read never does; so the HTTP/2 stream below is reset. None of it is public: tests hold this against
// the pinned grpc-js.
import { constants, type ServerHttp2Stream } from 'node:http2'
import { limits } from '../../base/index.ts'

/** A server call and what lies below it: interceptors, and last the one that has the HTTP/2 stream. */
function* layersOf(call: object): Iterable<object> {
  let layer: unknown = call
  for (let depth = 0; depth < 9 && typeof layer === 'object' && layer !== null; depth += 1) {
    yield layer
    layer = Reflect.get(layer, depth === 0 && 'call' in layer ? 'call' : 'nextCall')
  }
}

/** The HTTP/2 stream of a server call; undefined when it was not found. */
export function http2StreamOf(call: object): ServerHttp2Stream | undefined {
  for (const layer of layersOf(call)) {
    const stream: unknown = Reflect.get(layer, 'stream')
    if (isHttp2Stream(stream)) return stream
  }
  return undefined
}

/** How the messages of a server call are compressed: `identity`, `gzip`, … */
export function encodingOf(call: object): string {
  for (const layer of layersOf(call)) {
    const encoding: unknown = Reflect.get(layer, 'incomingEncoding')
    if (typeof encoding === 'string') return encoding
  }
  return 'identity'
}

const isHttp2Stream = (value: unknown): value is ServerHttp2Stream =>
  typeof value === 'object' && value !== null && 'rstCode' in value && 'session' in value

/**
 * Resets the HTTP/2 stream of a server call; false when it was not found. A peer that does not even read its socket cannot be
 * told: its connection goes a moment later, and with it all that waits there.
 */
export function resetCall(call: object): boolean {
  const stream = http2StreamOf(call)
  if (stream === undefined) return false
  const { session } = stream
  stream.close(constants.NGHTTP2_CANCEL)
  if (stream.destroyed || session === undefined) return true
  const timer = setTimeout(() => session.destroy(), limits.closeGraceMs)
  timer.unref()
  stream.once('close', () => clearTimeout(timer))
  return true
}

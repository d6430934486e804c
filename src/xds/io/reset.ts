// Cuts a call for good. grpc-js ends a call only after everything written to it was taken, which a client that does not
// read never does; so the HTTP/2 stream below is reset. It is not public: a test holds this against the pinned grpc-js.
import { constants } from 'node:http2'

/** Resets the HTTP/2 stream of a server call; false when it was not found. */
export function resetCall(call: object): boolean {
  let layer: unknown = Reflect.get(call, 'call')
  for (let depth = 0; depth < 8 && typeof layer === 'object' && layer !== null; depth += 1) {
    const stream: unknown = Reflect.get(layer, 'stream')
    if (typeof stream === 'object' && stream !== null) {
      const close: unknown = Reflect.get(stream, 'close')
      if (typeof close !== 'function') return false
      Reflect.apply(close, stream, [constants.NGHTTP2_CANCEL])
      return true
    }
    layer = Reflect.get(layer, 'nextCall')
  }
  return false
}

// HTTP/2 by hand, for peers that no library would be: they stop reading their socket, keep windows open and take nothing, send half
// a message, or never answer a ping.
import { connect, type Socket } from 'node:net'

export interface RawHttp2 {
  readonly socket: Socket
  /** Opens a gRPC call; stream ids are 1, 3, 5, … */
  call(path: string): number
  /** A whole gRPC message on a call. */
  message(stream: number, bytes: Uint8Array): void
  /** Bytes of a call as they are. */
  data(stream: number, bytes: Uint8Array): void
  /** Lets the server send so many bytes more, on a call and in all. */
  grant(stream: number, bytes: number): void
  /** Called when the server has reset a call, with its code. */
  onReset(listener: (stream: number, code: number) => void): void
  /** Stop and go on reading the socket. */
  pause(): void
  resume(): void
  close(): void
  /** Resolves when the connection is gone. */
  readonly closed: Promise<void>
}

const frame = (type: number, flags: number, stream: number, payload: Uint8Array): Buffer => {
  const head = Buffer.alloc(9)
  head.writeUIntBE(payload.byteLength, 0, 3)
  head.writeUInt8(type, 3)
  head.writeUInt8(flags, 4)
  head.writeUInt32BE(stream, 5)
  return Buffer.concat([head, payload])
}
const kinds = { data: 0, headers: 1, reset: 3, settings: 4, ping: 6, windowUpdate: 8 } as const
const endHeaders = 4
const ack = 1

/** A header as HPACK literal without indexing. */
const header = (name: string, value: string): Buffer =>
  Buffer.concat([
    Buffer.from([0, name.length]),
    Buffer.from(name),
    Buffer.from([value.length]),
    Buffer.from(value),
  ])

/** Connects. `window`: bytes that the server may send, per call and in all. `answersPings`: default true. */
export function rawHttp2(
  port: number,
  {
    window = 65_535,
    answersPings = true,
  }: { readonly window?: number; readonly answersPings?: boolean } = {},
): RawHttp2 {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {})
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  const settings = Buffer.alloc(6)
  settings.writeUInt16BE(4, 0)
  settings.writeUInt32BE(window, 2)
  socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')
  socket.write(frame(kinds.settings, 0, 0, settings))
  if (window > 65_535) {
    const more = Buffer.alloc(4)
    more.writeUInt32BE(window - 65_535)
    socket.write(frame(kinds.windowUpdate, 0, 0, more))
  }
  let onReset = (_stream: number, _code: number): void => {}
  let left = Buffer.alloc(0)
  /** Bytes of a data frame that are still to come: nobody looks at them. */
  let skip = 0
  socket.on('data', (chunk) => {
    const bytes = chunk.subarray(Math.min(skip, chunk.byteLength))
    skip -= chunk.byteLength - bytes.byteLength
    left = left.byteLength === 0 ? Buffer.from(bytes) : Buffer.concat([left, bytes])
    while (left.byteLength >= 9) {
      const length = left.readUIntBE(0, 3)
      const [type, flags] = [left.readUInt8(3), left.readUInt8(4)]
      if (type === kinds.data) {
        skip = Math.max(0, 9 + length - left.byteLength)
        left = left.subarray(9 + length)
        continue
      }
      if (left.byteLength < 9 + length) return
      const stream = left.readUInt32BE(5)
      const payload = left.subarray(9, 9 + length)
      left = left.subarray(9 + length)
      if (type === kinds.reset) onReset(stream, payload.readUInt32BE())
      if ((flags & ack) !== 0) continue
      if (type === kinds.settings) socket.write(frame(kinds.settings, ack, 0, Buffer.alloc(0)))
      if (type === kinds.ping && answersPings) socket.write(frame(kinds.ping, ack, 0, payload))
    }
  })
  let next = 1
  const data = (stream: number, bytes: Uint8Array): void => {
    for (let at = 0; at < bytes.byteLength; at += 16_384) {
      socket.write(frame(kinds.data, 0, stream, bytes.subarray(at, at + 16_384)))
    }
  }
  return {
    socket,
    closed,
    call: (path) => {
      const stream = next
      next += 2
      const headers = [
        header(':method', 'POST'),
        header(':scheme', 'http'),
        header(':path', path),
        header(':authority', `127.0.0.1:${port}`),
        header('content-type', 'application/grpc'),
        header('te', 'trailers'),
      ]
      socket.write(frame(kinds.headers, endHeaders, stream, Buffer.concat(headers)))
      return stream
    },
    message: (stream, bytes) => {
      const head = Buffer.alloc(5)
      head.writeUInt32BE(bytes.byteLength, 1)
      data(stream, Buffer.concat([head, bytes]))
    },
    data,
    grant: (stream, bytes) => {
      const more = Buffer.alloc(4)
      more.writeUInt32BE(bytes)
      for (const id of [0, stream]) socket.write(frame(kinds.windowUpdate, 0, id, more))
    },
    onReset: (listener) => {
      onReset = listener
    },
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    close: () => socket.destroy(),
  }
}

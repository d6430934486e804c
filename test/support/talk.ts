// A conversation over whatever carries bytes both ways: a gRPC stream, a WebSocket, a tunnel.

/** Something that echoes what it is sent, with the environment in front. */
export interface Talk {
  say(text: string): Promise<string>
  /** Whether it was ended by the other side. */
  readonly ended: () => boolean
  close(): void
}

/** What a stream of any kind has. */
interface Line {
  on(event: 'end' | 'error', listener: () => void): unknown
  once(event: 'data', listener: (bytes: Buffer) => void): unknown
  once(event: 'error', listener: (cause: Error) => void): unknown
  once(event: 'end', listener: () => void): unknown
  write(bytes: Buffer): unknown
}

/** A conversation over it; `close` ends it from this side. */
export function talk(stream: Line, close: () => void): Talk {
  let over = false
  stream.on('end', () => {
    over = true
  })
  stream.on('error', () => {
    over = true
  })
  return {
    say: (text) =>
      new Promise((resolve, reject) => {
        stream.once('data', (bytes: Buffer) => resolve(bytes.toString()))
        stream.once('error', reject)
        stream.once('end', () => reject(new Error('ended')))
        stream.write(Buffer.from(text))
      }),
    ended: () => over,
    close,
  }
}

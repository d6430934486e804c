// Both ends in one process. Messages keep their order per direction, also when a listener sends while it is called.
import { decodeFromStreams, decodeToStreams, encodeFromStreams, encodeToStreams } from './codec.ts'
import type { DeciderEnd, FromStreams, StreamerEnd, ToStreams } from './protocol.ts'

/**
 * A pair of ends. `codec: true` turns every message into bytes and back, as between processes: tests run so, and find
 * what would not survive the way.
 */
export function createChannel(options: { readonly codec: boolean }): {
  readonly decider: DeciderEnd
  readonly streamers: StreamerEnd
} {
  const down = createLane<ToStreams>(
    options.codec ? (message) => decodeToStreams(encodeToStreams(message)) : undefined,
  )
  const up = createLane<FromStreams>(
    options.codec ? (message) => decodeFromStreams(encodeFromStreams(message)) : undefined,
  )
  return {
    decider: { send: down.send, receive: up.receive },
    streamers: { send: up.send, receive: down.receive },
  }
}

/** One direction. What is sent before somebody listens waits. */
function createLane<M>(through: ((message: M) => M) | undefined): {
  readonly send: (message: M) => void
  readonly receive: (listener: (message: M) => void) => void
} {
  let listener: ((message: M) => void) | undefined
  let waiting: M[] = []
  let delivering = false
  const deliver = (): void => {
    if (delivering || listener === undefined) return
    delivering = true
    try {
      while (waiting.length > 0) {
        const batch = waiting
        waiting = []
        for (const [index, message] of batch.entries()) {
          try {
            listener(message)
          } catch (error) {
            waiting = [...batch.slice(index + 1), ...waiting]
            throw error
          }
        }
      }
    } finally {
      delivering = false
    }
  }
  return {
    send: (message) => {
      waiting.push(through === undefined ? message : through(message))
      deliver()
    },
    receive: (next) => {
      listener = next
      deliver()
    },
  }
}

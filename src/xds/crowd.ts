// Streams that found no room for what is due. They are let in one after another as room appears, in the order in which
// they came; the clock looks too, because what stalls stops counting without anything happening.
import type { Scheduler } from './hub.ts'

export interface Crowd {
  /** This stream waits; once, however often it is said. */
  wait(stream: string): void
  forget(stream: string): void
  /** Lets the first of those that wait in, if there is room: `turn` is called for it. */
  letIn(): void
  readonly size: number
}

/** `everyMs`: how often the clock looks while somebody waits; `look` is called before that. */
export function createCrowd(
  scheduler: Scheduler,
  options: {
    readonly everyMs: number
    readonly hasRoom: () => boolean
    readonly turn: (stream: string) => void
  },
): Crowd {
  const waiting = new Set<string>()
  let watched = false
  const letIn = (): void => {
    if (waiting.size === 0 || !options.hasRoom()) return
    const [first] = waiting
    if (first === undefined) return
    waiting.delete(first)
    options.turn(first)
  }
  const watch = (): void => {
    if (watched) return
    watched = true
    scheduler.later(options.everyMs, () => {
      watched = false
      letIn()
      if (waiting.size > 0) watch()
    })
  }
  return {
    wait: (stream) => {
      waiting.add(stream)
      watch()
    },
    forget: (stream) => {
      waiting.delete(stream)
    },
    letIn,
    get size() {
      return waiting.size
    },
  }
}

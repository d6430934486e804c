// Gives many streams a turn: a few at a time, so that what arrives meanwhile is handled in between (rule 41).
import { limits } from '../base/index.ts'
import type { Scheduler } from './hub.ts'

export interface FanOut {
  /** This stream gets a turn; once, however often it is marked before that. */
  mark(stream: string): void
  forget(stream: string): void
}

/**
 * Calls `turn` for every marked stream, `limits.streamsPerTurn` in one turn of the event loop. The first of them at once: what
 * a publication sets off besides must not stand before its first byte.
 */
export function createFanOut(scheduler: Scheduler, turn: (stream: string) => void): FanOut {
  const marked = new Set<string>()
  let coming = false
  const run = (): void => {
    coming = false
    let left: number = limits.streamsPerTurn
    for (const stream of marked) {
      if (left === 0) break
      left -= 1
      marked.delete(stream)
      turn(stream)
    }
    if (marked.size === 0 || coming) return
    coming = true
    scheduler.nextTurn(run)
  }
  return {
    mark: (stream) => {
      marked.add(stream)
      if (coming) return
      coming = true
      scheduler.soon(run)
    },
    forget: (stream) => {
      marked.delete(stream)
    },
  }
}

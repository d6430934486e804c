// What the parts of a proxy share: its clock and timers, its stream, who judges.
import type { Mux } from './mux.ts'
import type { Received } from './response.ts'
import type { Verdict } from './types.ts'

export interface Timers {
  now(): number
  /** Calls `fire` once, `ms` from now; what it gives takes that back. 0 and undefined: never. */
  after(ms: number | undefined, fire: () => void): () => void
  /** Sets the clock and calls what is due. */
  advance(now: number): void
  /** When something is due next. */
  next(): number | undefined
}

/** Timers on a clock that others turn. */
export function createTimers(): Timers {
  const due = new Set<{ readonly at: number; readonly fire: () => void }>()
  let time = 0
  const next = (): number | undefined => {
    let at: number | undefined
    for (const timer of due) if (at === undefined || timer.at < at) at = timer.at
    return at
  }
  return {
    now: () => time,
    after(ms, fire) {
      if (ms === undefined || ms <= 0) return () => {}
      const timer = { at: time + ms, fire }
      due.add(timer)
      return () => {
        due.delete(timer)
      }
    },
    advance(now) {
      time = Math.max(time, now)
      for (;;) {
        const ready = [...due].filter(({ at }) => at <= time).sort((a, b) => a.at - b.at)[0]
        if (ready === undefined) return
        due.delete(ready)
        ready.fire()
      }
    },
    next,
  }
}

export interface Kernel {
  readonly timers: Timers
  readonly mux: Mux
  /** Milliseconds that a reference waits when its resource does not say. */
  readonly fetchTimeoutMs: number
  /** In [0, 1). */
  readonly random: () => number
  readonly judge: (typeUrl: string, received: Received) => Verdict
}

/** Milliseconds that someone waits for a reference; 0: for ever. */
export const fetchTimeoutOf = (kernel: Kernel, said: number | undefined): number =>
  said ?? kernel.fetchTimeoutMs

/** In an order by chance; equal draws keep their order. */
export function shuffled<T>(items: readonly T[], random: () => number): readonly T[] {
  if (items.length < 2) return items
  const drawn = items.map((item) => ({ item, at: random() }))
  return drawn.sort((a, b) => a.at - b.at).map(({ item }) => item)
}

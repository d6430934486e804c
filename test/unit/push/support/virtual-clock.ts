// Time that only a test moves.
import type { Clock } from '../../../../src/push/index.ts'

export interface VirtualClock extends Clock {
  /** Moves time on, running timers in their order; what they start is over before time goes on. */
  advance(ms: number): Promise<void>
}

/** Lets everything run that waits for no timer. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise<void>((resolve) => setImmediate(resolve))
}

export function virtualClock(start = 1_700_000_000_000): VirtualClock {
  let elapsed = 0
  const timers = new Set<{ next: number; readonly ms: number; readonly run: () => void }>()
  return {
    wall: () => start + elapsed,
    mono: () => elapsed,
    every: (ms, run) => {
      const timer = { next: elapsed + ms, ms, run }
      timers.add(timer)
      return () => timers.delete(timer)
    },
    advance: async (ms) => {
      const end = elapsed + ms
      for (;;) {
        const due = [...timers].filter(({ next }) => next <= end).sort((a, b) => a.next - b.next)[0]
        if (due === undefined) break
        elapsed = Math.max(elapsed, due.next)
        due.next += due.ms
        due.run()
        await settle()
      }
      elapsed = end
      await settle()
    },
  }
}

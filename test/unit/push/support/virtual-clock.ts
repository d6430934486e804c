// Time that only a test moves.
import type { Clock } from '../../../../src/push/index.ts'

export interface VirtualClock extends Clock {
  /** Moves time on, running timers in their order; what they start is over before time goes on. */
  advance(ms: number): Promise<void>
  /** Sets the wall clock on, or back; nothing else passes. */
  jumpWall(ms: number): void
}

/** Lets everything run that waits for no timer. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise<void>((resolve) => setImmediate(resolve))
}

/** Looks at the clock within one turn of the event loop: an engine that asks more often runs in a circle. */
const looksPerTurn = 100_000

export function virtualClock(start = 1_700_000_000_000): VirtualClock {
  let elapsed = 0
  let jumped = 0
  let looks = 0
  const look = (): number => {
    if (looks === 0) {
      setImmediate(() => {
        looks = 0
      })
    }
    looks += 1
    // A circle of promises lets no timer of the test run: without this it would hang instead of failing.
    if (looks > looksPerTurn) throw new Error('the clock was looked at in a circle: something never ends')
    return elapsed
  }
  const timers = new Set<{ next: number; readonly ms: number; readonly run: () => void }>()
  return {
    wall: () => start + jumped + elapsed,
    mono: look,
    every: (ms, run) => {
      const timer = { next: elapsed + ms, ms, run }
      timers.add(timer)
      return () => timers.delete(timer)
    },
    jumpWall: (ms) => {
      jumped += ms
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

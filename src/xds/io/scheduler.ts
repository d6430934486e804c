// The clocks and timers of the process.
import type { Scheduler } from '../hub.ts'

/** Real time. Timers do not keep the process alive. */
export const systemScheduler: Scheduler = {
  now: () => ({ mono: performance.now(), wall: Date.now() }),
  soon: queueMicrotask,
  nextTurn: (run) => {
    setImmediate(run)
  },
  later: (ms, run) => {
    const timer = setTimeout(run, ms)
    timer.unref()
    return () => clearTimeout(timer)
  },
}

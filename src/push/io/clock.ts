// Time, handed in: the machine's own for a server, a virtual one for tests.

/** Both clocks and a timer. Milliseconds. */
export interface Clock {
  /** Since the epoch; may jump. */
  wall(): number
  /** Never goes back; for durations. */
  mono(): number
  /** Calls `run` again and again until the answer is called. */
  every(ms: number, run: () => void): () => void
}

/** The machine's clocks. Its timers keep no process alive. */
export const systemClock: Clock = {
  wall: () => Date.now(),
  mono: () => performance.now(),
  every: (ms, run) => {
    const timer = setInterval(run, ms)
    timer.unref()
    return () => clearInterval(timer)
  },
}

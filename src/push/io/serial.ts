// One thing after another: every change of durable state waits for the one before.

export interface Serial {
  /** Runs when everything before it is over; its outcome is the answer's. */
  run<T>(job: () => Promise<T>): Promise<T>
  /** Jobs that wait or run. */
  readonly waiting: number
  /** When everything asked for so far, and what it asked for, is over. */
  idle(): Promise<void>
}

export function createSerial(): Serial {
  let tail: Promise<void> = Promise.resolve()
  let waiting = 0
  const run = <T>(job: () => Promise<T>): Promise<T> => {
    const previous = tail
    let release = (): void => undefined
    // Before the job begins: what it asks for itself stands behind it.
    tail = new Promise((resolve) => {
      release = resolve
    })
    waiting += 1
    const outcome = waiting === 1 ? job() : previous.then(job)
    const over = (): void => {
      waiting -= 1
      release()
    }
    outcome.then(over, over)
    return outcome
  }
  return {
    run,
    get waiting() {
      return waiting
    },
    idle: async () => {
      while (waiting > 0) await tail
    },
  }
}

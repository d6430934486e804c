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
  let tail: Promise<unknown> = Promise.resolve()
  let waiting = 0
  const run = <T>(job: () => Promise<T>): Promise<T> => {
    waiting += 1
    const outcome = waiting === 1 ? job() : tail.then(job)
    const settled = outcome.then(
      () => undefined,
      () => undefined,
    )
    tail = settled.then(() => {
      waiting -= 1
    })
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

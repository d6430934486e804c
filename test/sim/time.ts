// Time that nothing moves but the simulation: a heap of what is due. Milliseconds, whole or not.

export interface Time {
  /** Monotonic. */
  mono(): number
  /** Since the epoch; jumps when told to. */
  wall(): number
  jumpWall(ms: number): void
  /** Once, so many milliseconds from now; what it gives takes that back. */
  after(ms: number, run: () => void): () => void
  /** Again and again. While time is hurried, no more often than it says. */
  every(ms: number, run: () => void): () => void
  /** From now on intervals are at least this long: hours pass without millions of idle looks. 0: as asked. */
  hurry(leastMs: number): void
  /** When something is due next; undefined: never. */
  next(): number | undefined
  /** Sets the clock to what is due next and runs it; false when that is later than `until`: then the clock is there. */
  step(until: number): boolean
}

interface Due {
  readonly at: number
  readonly order: number
  run: (() => void) | undefined
}

/** 14 November 2023: any moment does. */
const epoch = 1_700_000_000_000

export function createTime(): Time {
  const heap: Due[] = []
  let now = 0
  let jumped = 0
  let order = 0
  let leastInterval = 0

  const before = (a: Due, b: Due): boolean => a.at < b.at || (a.at === b.at && a.order < b.order)
  const push = (due: Due): void => {
    let index = heap.push(due) - 1
    while (index > 0) {
      const above = (index - 1) >> 1
      const parent = heap[above]
      if (parent === undefined || !before(due, parent)) break
      heap[index] = parent
      index = above
    }
    heap[index] = due
  }
  const pop = (): Due | undefined => {
    const top = heap[0]
    const last = heap.pop()
    if (top === undefined || last === undefined || top === last) return top
    let index = 0
    for (;;) {
      let child = index * 2 + 1
      const left = heap[child]
      const right = heap[child + 1]
      if (left === undefined) break
      let least = left
      if (right !== undefined && before(right, left)) {
        least = right
        child += 1
      }
      if (!before(least, last)) break
      heap[index] = least
      index = child
    }
    heap[index] = last
    return top
  }
  const skipCancelled = (): Due | undefined => {
    while (heap[0] !== undefined && heap[0].run === undefined) pop()
    return heap[0]
  }

  const after = (ms: number, run: () => void): (() => void) => {
    const due: Due = { at: now + Math.max(0, ms), order: order++, run }
    push(due)
    return () => {
      due.run = undefined
    }
  }
  return {
    mono: () => now,
    wall: () => epoch + jumped + Math.floor(now),
    jumpWall: (ms) => {
      jumped += ms
    },
    after,
    every: (ms, run) => {
      let cancel = (): void => undefined
      const again = (): void => {
        cancel = after(Math.max(ms, leastInterval), () => {
          again()
          run()
        })
      }
      again()
      return () => cancel()
    },
    hurry: (leastMs) => {
      leastInterval = leastMs
    },
    next: () => skipCancelled()?.at,
    step: (until) => {
      const due = skipCancelled()
      if (due === undefined || due.at > until) {
        now = Math.max(now, until)
        return false
      }
      pop()
      now = Math.max(now, due.at)
      const { run } = due
      due.run = undefined
      run?.()
      return true
    },
  }
}

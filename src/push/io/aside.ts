// What may stand behind what the proxies wait for: telling people. In order, and in the next turn of the event loop: by
// then the bytes of a publication have left, and no answer to them has been read.

/** Gives what runs jobs a turn later, one after another. */
export function createAside(): (job: () => void) => void {
  let waiting: (() => void)[] = []
  const run = (): void => {
    const jobs = waiting
    waiting = []
    for (const job of jobs) job()
  }
  return (job) => {
    if (waiting.length === 0) setImmediate(run)
    waiting.push(job)
  }
}

// Those who follow pushes: each has a bounded queue, and gets the newest record of a push rather than all of them when
// it reads too slowly. Who would miss a push altogether is told, if it wants to know.
import { limits } from '../../base/index.ts'
import type { PushRecord } from '../types.ts'
import { finalPhases } from '../types.ts'

export interface Watchers {
  tell(record: PushRecord): void
  /** Whether anybody follows this push. */
  wanted(id: string): boolean
  /**
   * `first`: what it is told at once. Ends after a final record of that id, or when the signal aborts. `behind`: called where the
   * queue is full, and the watch ends; without it the oldest record is dropped.
   */
  watch(
    id: string | undefined,
    first: readonly PushRecord[],
    signal: AbortSignal,
    behind?: () => void,
  ): AsyncIterable<PushRecord>
}

interface Watcher {
  readonly id: string | undefined
  /** Push → its newest record, oldest change first. */
  readonly queue: Map<string, PushRecord>
  wake: () => void
  readonly behind: (() => void) | undefined
  isBehind: boolean
}

export function createWatchers(): Watchers {
  const watchers = new Set<Watcher>()

  const offer = (watcher: Watcher, record: PushRecord): void => {
    const isQueued = watcher.queue.has(record.id)
    const isFinal = finalPhases.includes(record.phase)
    // A queued record gives way to the newer one of its push; only an unread end keeps its place in the row.
    if (isQueued && !isFinal) watcher.queue.delete(record.id)
    if (!isQueued && watcher.queue.size >= limits.watcherQueue) {
      if (watcher.behind !== undefined) {
        fallBehind(watcher)
        return
      }
      const [oldest] = watcher.queue.keys()
      if (oldest !== undefined) watcher.queue.delete(oldest)
    }
    watcher.queue.set(record.id, record)
    watcher.wake()
  }

  const fallBehind = (watcher: Watcher): void => {
    watchers.delete(watcher)
    watcher.isBehind = true
    watcher.queue.clear()
    watcher.behind?.()
    watcher.wake()
  }

  async function* follow(watcher: Watcher, signal: AbortSignal): AsyncGenerator<PushRecord> {
    try {
      while (!signal.aborted) {
        const [next] = watcher.queue.values()
        if (next === undefined) {
          if (watcher.isBehind || !watchers.has(watcher)) return
          await new Promise<void>((resolve) => {
            watcher.wake = resolve
          })
          continue
        }
        watcher.queue.delete(next.id)
        yield next
        if (watcher.id !== undefined && finalPhases.includes(next.phase)) return
      }
    } finally {
      watchers.delete(watcher)
    }
  }

  return {
    tell: (record) => {
      for (const watcher of watchers) {
        if (watcher.id === undefined || watcher.id === record.id) offer(watcher, record)
      }
    },
    wanted: (id) => {
      for (const watcher of watchers) if (watcher.id === undefined || watcher.id === id) return true
      return false
    },
    watch: (id, first, signal, behind) => {
      const watcher: Watcher = { id, queue: new Map(), wake: () => undefined, behind, isBehind: false }
      for (const record of first) watcher.queue.set(record.id, record)
      // Beyond the bound a watcher is told what is there, and ends.
      if (watchers.size < limits.watchers) watchers.add(watcher)
      signal.addEventListener(
        'abort',
        () => {
          watchers.delete(watcher)
          watcher.wake()
        },
        { once: true },
      )
      return follow(watcher, signal)
    },
  }
}

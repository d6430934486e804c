// A process that dies at a step: every commit, every word to the streams and every word of theirs is a point before and
// a point after which nothing of it happens any more. What is on its disk, and what proxies were sent, stays.
import type { DeciderEnd } from '../../../../src/channel/index.ts'
import type { Store } from '../../../../src/store/index.ts'
import type { MemoryDisk } from '../../store/memory-engine.ts'
import type { VirtualClock } from './virtual-clock.ts'

export interface Cut {
  /** From here on points are counted; it dies at the first of this name, if one is given. */
  arm(name?: string): void
  /** What the points were, in their order: `before commit 3`, `after publish 2`, `before holds`. */
  readonly points: readonly string[]
  isDead(): boolean
  /** Resolves when it has died. */
  readonly dead: Promise<void>
  /** What it would answer, unless it has died meanwhile: then nothing, ever. */
  alive<T>(outcome: Promise<T>): Promise<T>
  /** Every batch that is written is a point too: a large change is several. */
  disk(disk: MemoryDisk): MemoryDisk
  store(store: Store): Store
  decider(end: DeciderEnd): DeciderEnd
  clock(clock: VirtualClock): VirtualClock
}

/** Words of the streams that are news to no one. */
const quiet: readonly string[] = ['sent', 'subscribed']

/** Dies at the point of this number, from 0; undefined: at none. */
export function createCut(at: number | undefined): Cut {
  const points: string[] = []
  let isArmed = false
  let name: string | undefined
  let isDead = false
  let die = (): void => undefined
  const dead = new Promise<void>((resolve) => {
    die = resolve
  })
  const never = <T>(): Promise<T> => new Promise(() => undefined)
  const pass = (point: string): void => {
    if (!isArmed || isDead) return
    if (points.length === at || point === name) {
      isDead = true
      die()
    }
    points.push(point)
  }
  const alive = async <T>(outcome: Promise<T>): Promise<T> => {
    const value = await outcome
    return isDead ? never() : value
  }
  let commits = 0
  let writes = 0
  return {
    arm: (only) => {
      isArmed = true
      name = only
    },
    points,
    isDead: () => isDead,
    dead,
    alive,
    disk: (disk) => ({
      batches: 0,
      values: guarded(disk.values, () => isDead),
      // Asked for right before each batch.
      get failAfter() {
        writes += 1
        pass(`before write ${writes}`)
        return undefined
      },
    }),
    store: (store) => ({
      ...store,
      view: () => store.view(),
      commit: async (change) => {
        commits += 1
        const what = `commit ${commits}`
        pass(`before ${what}`)
        if (isDead) return never()
        const outcome = await store.commit(change)
        pass(`after ${what}`)
        return isDead ? never() : outcome
      },
    }),
    decider: (end) => ({
      send: (message) => {
        const what = message.kind === 'publish' ? `publish ${message.generation}` : message.kind
        pass(`before ${what}`)
        if (isDead) return
        end.send(message)
        pass(`after ${what}`)
      },
      receive: (listener) =>
        end.receive((message) => {
          const isPoint = !quiet.includes(message.kind)
          if (isPoint) pass(`before ${message.kind}`)
          if (isDead) return
          listener(message)
          if (isPoint) pass(`after ${message.kind}`)
        }),
    }),
    clock: (clock) => ({
      ...clock,
      every: (ms, run) =>
        clock.every(ms, () => {
          if (!isDead) run()
        }),
    }),
  }
}

/** The same values; what the dead write is lost. */
function guarded(values: Map<string, Uint8Array>, isDead: () => boolean): Map<string, Uint8Array> {
  return new (class extends Map<string, Uint8Array> {
    override get(key: string): Uint8Array | undefined {
      return values.get(key)
    }
    override set(key: string, value: Uint8Array): this {
      if (!isDead()) values.set(key, value)
      return this
    }
    override delete(key: string): boolean {
      return !isDead() && values.delete(key)
    }
    override [Symbol.iterator](): MapIterator<[string, Uint8Array]> {
      return values[Symbol.iterator]()
    }
  })()
}

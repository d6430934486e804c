// A disk under the store: writes take time, may be lost with the process that asked for them, may be refused. What was
// flushed outlives every crash.
import { err, ok } from '../../src/base/index.ts'
import type { Engine } from '../../src/store/engine.ts'
import { type MemoryDisk, memoryEngine } from '../unit/store/memory-engine.ts'
import type { Random } from './random.ts'
import type { Time } from './time.ts'

/** Where a process may die: before the bytes are on disk, or when they are and nobody was told. */
export type FlushPoint = 'before flush' | 'after flush'

export interface DiskHands {
  readonly time: Time
  readonly random: Random
  /** The process that writes is dead: nothing of it happens any more. */
  readonly isDead: () => boolean
  /** At each point of each flush; the process may be dead afterwards. */
  readonly at: (point: FlushPoint) => void
  /** Whether the next flush is refused (a full disk). */
  readonly refuses: () => boolean
  /** Promises go on. */
  readonly stirred: () => void
  /** A planted bug: says that it is durable before it is. */
  readonly lies?: boolean | undefined
}

/** An engine over this disk, for one life of the control plane. */
export function slowEngine(disk: MemoryDisk, hands: DiskHands): Engine {
  const { time, random } = hands
  const memory = memoryEngine(disk)
  return {
    ...memory,
    write: (batch) =>
      new Promise((resolve) => {
        const flush = (): void => {
          if (hands.isDead()) return
          hands.at('before flush')
          if (hands.isDead()) return
          if (hands.refuses()) {
            resolve(err({ kind: 'full', message: 'no space left on device' }))
            hands.stirred()
            return
          }
          void memory.write(batch)
          hands.at('after flush')
          if (hands.isDead()) return
          resolve(ok(undefined))
          hands.stirred()
        }
        if (hands.lies === true) resolve(ok(undefined))
        time.after(flushMs(random), flush)
      }),
  }
}

/** Mostly quick; now and then as slow as a disk that is busy with something else. */
function flushMs(random: Random): number {
  if (random.chance(0.03)) return random.between(50, 900)
  return random.between(0, 4)
}

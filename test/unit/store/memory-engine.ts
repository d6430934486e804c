// An engine in memory: for the pure part, for every point at which a process can die, and for disks that fail. Held to the
// same suite as the real one.
import { err, ok } from '../../../src/base/index.ts'
import type { Engine, EngineFault } from '../../../src/store/engine.ts'

export interface MemoryDisk {
  readonly values: Map<string, Uint8Array>
  /** Writes from here on fail: 0 is the next one. Undefined: none. */
  failAfter: number | undefined
  /** Batches written so far. */
  batches: number
}

export const memoryDisk = (values: Iterable<readonly [string, Uint8Array]> = []): MemoryDisk => ({
  values: new Map(values),
  failAfter: undefined,
  batches: 0,
})

const fault: EngineFault = { kind: 'failed', message: 'IO error: the disk is gone' }

export function memoryEngine(disk: MemoryDisk, batch = { writes: 10_000, bytes: 4 * 1024 * 1024 }): Engine {
  return {
    batch,
    get: async (key) => ok(disk.values.get(key)),
    async *entries(prefix) {
      const found = [...disk.values]
        .filter(([key]) => key.startsWith(prefix))
        .sort(([a], [b]) => (a < b ? -1 : 1))
      for (const entry of found) yield ok(entry)
    },
    async write(writes) {
      if (disk.failAfter !== undefined && disk.failAfter-- <= 0) return err(fault)
      disk.batches++
      for (const { key, value } of writes) {
        if (value === undefined) disk.values.delete(key)
        else disk.values.set(key, Uint8Array.from(value))
      }
      return ok(undefined)
    },
    close: async () => undefined,
  }
}

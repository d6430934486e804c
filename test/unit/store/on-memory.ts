// A store over the engine in memory: the same recovery and the same pump as on disk.
import type { Retention } from '../../../src/store/compact.ts'
import { defaultRetention } from '../../../src/store/compact.ts'
import type { Engine } from '../../../src/store/engine.ts'
import type { Store } from '../../../src/store/index.ts'
import { recover } from '../../../src/store/io/recover.ts'
import { runStore } from '../../../src/store/io/run-store.ts'
import type { MemoryDisk } from './memory-engine.ts'
import { memoryEngine } from './memory-engine.ts'

export interface OnMemory {
  readonly store: Store
  /** Reasons for which it turned read-only. */
  readonly readOnly: readonly string[]
}

/** Opens what is on this disk; throws where it is refused. */
export async function openOnMemory(
  disk: MemoryDisk,
  options: {
    readonly batch?: Engine['batch']
    readonly retention?: Partial<Retention>
    readonly answered?: number
  } = {},
): Promise<OnMemory> {
  const engine = memoryEngine(disk, options.batch)
  const state = await recover(engine, { newId: 'memory', answered: options.answered ?? 0 })
  if (!state.ok) throw new Error(JSON.stringify(state.error))
  const readOnly: string[] = []
  const store = runStore(state.value, {
    engine,
    clock: () => 1_700_000_000_000,
    retention: { ...defaultRetention, ...options.retention },
    noteAnswered: async () => undefined,
    onReadOnly: (reason) => readOnly.push(reason),
    onClosed: async () => undefined,
  })
  return { store, readOnly }
}

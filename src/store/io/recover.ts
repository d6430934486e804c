// From an open engine to the committed state: makes a new store, finishes or sweeps what was staged, reads and checks
// every record. Changes nothing in a store that it cannot believe.
import type { Result } from '../../base/index.ts'
import { err, ok } from '../../base/index.ts'
import type { Engine, EngineFault, EngineWrite } from '../engine.ts'
import { rootKey, stageKey, stagePrefix } from '../keys.ts'
import { createLoader } from '../load.ts'
import type { Damage } from '../read-record.ts'
import { parseJson, readFrame } from '../read-record.ts'
import type { RootRecord } from '../root.ts'
import { rootRecord, rootWrite } from '../root.ts'
import { batches, unstage } from '../stage.ts'
import type { StoreState } from '../state.ts'
import { emptyState } from '../state.ts'

/** Why the state could not be had. */
export type RecoveryFault =
  | { readonly kind: 'engine'; readonly fault: EngineFault }
  | { readonly kind: 'damage'; readonly damage: Damage }

type Recovered<T> = Promise<Result<T, RecoveryFault>>

const engineFault = (fault: EngineFault): Result<never, RecoveryFault> => err({ kind: 'engine', fault })
const damaged = (damage: Damage): Result<never, RecoveryFault> => err({ kind: 'damage', damage })
const rootMissing = (what: string): Result<never, RecoveryFault> =>
  damaged({ record: rootKey, what, newer: false })

/**
 * The committed state of this engine. `newId`: the id for a store that is new; undefined when it must not be, because it
 * was seen before. `answered`: commits that are known to have been answered.
 */
export async function recover(
  engine: Engine,
  { newId, answered }: { readonly newId: string | undefined; readonly answered: number },
): Recovered<StoreState> {
  const root = await readRoot(engine)
  if (!root.ok) return root
  if (root.value === undefined) return createStore(engine, newId, answered)
  const late = lateRoot(root.value, answered)
  if (late !== undefined) return damaged(late)
  const settled = root.value.settling === undefined ? ok(undefined) : await settle(engine, root.value)
  if (!settled.ok) return settled
  const loaded = await load(engine, root.value)
  if (!loaded.ok) return loaded
  // Only now is the store believed, so only now is anything taken away.
  const swept = await sweepStage(engine, loaded.value)
  return swept.ok ? loaded : swept
}

async function readRoot(engine: Engine): Recovered<RootRecord | undefined> {
  const read = await engine.get(rootKey)
  if (!read.ok) return engineFault(read.error)
  const root = parseRoot(read.value)
  return root.ok ? root : damaged(root.error)
}

export function parseRoot(bytes: Uint8Array | undefined): Result<RootRecord | undefined, Damage> {
  if (bytes === undefined) return ok(undefined)
  const frame = readFrame(rootKey, bytes)
  return frame.ok ? parseJson(rootKey, frame.value.content, rootRecord) : frame
}

/**
 * What can be told before the engine opens its files, which changes them: whether the newest root is whole and of the
 * last answered commit.
 */
export function foresee(bytes: Uint8Array | undefined, answered: number): Damage | undefined {
  const root = parseRoot(bytes)
  return root.ok ? lateRoot(root.value, answered) : root.error
}

function lateRoot(root: RootRecord | undefined, answered: number): Damage | undefined {
  if (root === undefined || root.sequence >= answered) return undefined
  const what = `it is of commit ${root.sequence}, but commit ${answered} was answered: newer records are lost`
  return { record: rootKey, what, newer: false }
}

async function createStore(
  engine: Engine,
  newId: string | undefined,
  answered: number,
): Recovered<StoreState> {
  for await (const entry of engine.entries('')) {
    if (!entry.ok) return engineFault(entry.error)
    return rootMissing(`it is missing, but there are other records (${entry.value[0]})`)
  }
  if (newId === undefined || answered > 0)
    return rootMissing('it is missing, and so is every record of this store')
  const state = emptyState(newId)
  const written = await engine.write([rootWrite(state)])
  return written.ok ? ok(state) : engineFault(written.error)
}

/** Puts the staged writes in their place, again if they were already: they say final values. */
async function settle(engine: Engine, root: RootRecord): Recovered<void> {
  const contents: Uint8Array[] = []
  for (let part = 0; part < (root.settling?.parts ?? 0); part++) {
    const key = stageKey(part)
    const read = await engine.get(key)
    if (!read.ok) return engineFault(read.error)
    if (read.value === undefined)
      return damaged({ record: key, what: 'a staged part is missing', newer: false })
    const frame = readFrame(key, read.value)
    if (!frame.ok) return damaged(frame.error)
    contents.push(frame.value.content)
  }
  const writes = unstage(contents)
  if (!writes.ok) return damaged({ record: stageKey(0), what: writes.error, newer: false })
  return writeAll(engine, writes.value)
}

async function load(engine: Engine, root: RootRecord): Recovered<StoreState> {
  const loader = createLoader()
  for await (const entry of engine.entries('')) {
    if (!entry.ok) return engineFault(entry.error)
    const [key, bytes] = entry.value
    if (key === rootKey || key.startsWith(stagePrefix)) continue
    const added = loader.add(key, bytes)
    if (!added.ok) return damaged(added.error)
  }
  const state = loader.finish(root)
  return state.ok ? state : damaged(state.error)
}

/** Parts of a change that never became visible, or that are in their place by now. */
async function sweepStage(engine: Engine, state: StoreState): Recovered<void> {
  const sweep: EngineWrite[] = []
  for await (const entry of engine.entries(stagePrefix)) {
    if (!entry.ok) return engineFault(entry.error)
    sweep.push({ key: entry.value[0], value: undefined })
  }
  return sweep.length === 0 ? ok(undefined) : writeAll(engine, [rootWrite(state), ...sweep])
}

async function writeAll(engine: Engine, writes: readonly EngineWrite[]): Recovered<void> {
  for (const batch of batches(writes, engine.batch)) {
    const written = await engine.write(batch)
    if (!written.ok) return engineFault(written.error)
  }
  return ok(undefined)
}

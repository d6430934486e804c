// Writing a step out: one flush where the batch has room; else staged parts, one small write that makes them visible,
// and then their putting in place.
import type { Result } from '../../base/index.ts'
import { err, ok } from '../../base/index.ts'
import type { Engine, EngineFault, EngineWrite } from '../engine.ts'
import type { RecordWrite } from '../ledger.ts'
import { enter } from '../ledger.ts'
import { rootWrite } from '../root.ts'
import { batches, stageParts } from '../stage.ts'
import type { StoreState } from '../state.ts'

/** How a write went: durable, and if it was staged, whether it is in its place too. */
export interface Durable {
  readonly state: StoreState
  /** Durable, but not in its place: what readers must look at before the engine, and why no more can be written. */
  readonly unsettled?: {
    readonly writes: ReadonlyMap<string, Uint8Array | undefined>
    readonly fault: EngineFault
  }
}

/** Flushes the records of a state to disk. A fault means that nothing of it is visible, or that nobody can say yet. */
export async function makeDurable(
  engine: Engine,
  state: StoreState,
  writes: readonly RecordWrite[],
): Promise<Result<Durable, EngineFault>> {
  const { ledger, batch } = enter(state.ledger, writes)
  const next: StoreState = { ...state, ledger }
  const whole = [...batch, rootWrite(next)]
  if (batches(whole, engine.batch).length === 1) {
    const written = await engine.write(whole)
    return written.ok ? ok({ state: next }) : written
  }
  const { parts, bytes } = stageParts(batch)
  const staged = await writeAll(engine, parts)
  if (!staged.ok) return staged
  const visible = await engine.write([rootWrite(next, { parts: parts.length, bytes })])
  if (!visible.ok) return visible
  const sweep = parts.map(({ key }): EngineWrite => ({ key, value: undefined }))
  const settled = await writeAll(engine, batch, [rootWrite(next), ...sweep])
  if (settled.ok) return ok({ state: next })
  return ok({
    state: next,
    unsettled: { writes: new Map(batch.map(({ key, value }) => [key, value])), fault: settled.error },
  })
}

/** Lists of writes one after the other, each cut where the engine wants it. */
async function writeAll(
  engine: Engine,
  ...lists: readonly (readonly EngineWrite[])[]
): Promise<Result<void, EngineFault>> {
  for (const list of lists) {
    for (const batch of batches(list, engine.batch)) {
      const written = await engine.write(batch)
      if (!written.ok) return err(written.error)
    }
  }
  return ok(undefined)
}

// Writes what is proven of a damaged store to a new folder, opens that like every store, and says what is lost.
import { mkdir, readdir } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Problem, Result } from '../../base/index.ts'
import { err, ok } from '../../base/index.ts'
import { emptyLedger, enter } from '../ledger.ts'
import { rootWrite } from '../root.ts'
import { provableOf } from '../salvage/provable.ts'
import type { Proof } from '../salvage/proven.ts'
import type { SalvagePlan } from '../salvage/salvage.ts'
import { planSalvage } from '../salvage/salvage.ts'
import { batches } from '../stage.ts'
import { emptyState } from '../state.ts'
import type { StoreFault, StoreStats } from '../types.ts'
import { openClassicLevel } from './classic-level.ts'
import { messageOf } from './errors.ts'
import { folderFiles, writeIdentity } from './folder.ts'
import { processWith } from './in-use.ts'
import { openStore } from './open-store.ts'
import { surveyStore } from './survey.ts'

/** What a salvage did. */
export interface Salvaged {
  readonly dir: string
  readonly to: string
  readonly stats: StoreStats
  readonly revision: number
  readonly groups: SalvagePlan['groups']
  readonly lost: readonly string[]
  readonly faults: readonly StoreFault[]
}

/** Salvages `dir` to `to`, which must be new or empty. `dir` is not changed. */
export async function salvageStore(
  dir: string,
  to: string,
  proof: Proof,
): Promise<Result<Salvaged, Problem>> {
  const pid = await processWith(resolve(dir))
  if (pid !== undefined)
    return refused(`the store in ${resolve(dir)} is open in process ${pid}: stop it first`)
  const survey = await surveyStore(dir, proof)
  if (!survey.ok) return err({ kind: 'notFound', message: survey.error })
  const { visible, earlier, lost, answered, identity, isMixed, isNewer, faults } = survey.value
  if (isMixed) return refused(`files of two stores are mixed in ${resolve(dir)}: nothing of it is believed`)
  if (isNewer) return refused(`the store in ${resolve(dir)} was written by a newer version: run that`)
  const id = identity.kind === 'known' ? identity.id : visible.root?.id
  const provable = provableOf(visible, earlier, lost)
  if (id === undefined || provable.view.generations.size === 0)
    return refused(`nothing of the store in ${resolve(dir)} can be proven: no generation is whole`)
  const target = await emptyFolder(to)
  if (!target.ok) return target
  const plan = planSalvage({ visible, earlier, lost, answered, id }, provable)
  const written = await write(target.value, plan)
  if (!written.ok) return written
  const opened = await openStore({ dir: target.value })
  if (!opened.ok) return opened
  const stats = opened.value.stats()
  await opened.value.close()
  const { revision, groups } = plan
  return ok({ dir: resolve(dir), to: target.value, stats, revision, groups, lost: plan.lost, faults })
}

async function write(to: string, plan: SalvagePlan): Promise<Result<void, Problem>> {
  const engine = await openClassicLevel(folderFiles(to).engine, { create: true })
  if (!engine.ok) return failed(to, engine.error.message)
  try {
    const { ledger, batch } = enter(emptyLedger, plan.writes)
    const { id, sequence, revision } = plan
    const root = rootWrite({ ...emptyState(id), sequence, revision, ledger })
    for (const part of batches([...batch, root], engine.value.batch)) {
      const written = await engine.value.write(part)
      if (!written.ok) return failed(to, written.error.message)
    }
    await writeIdentity(to, id)
    return ok(undefined)
  } catch (error) {
    return failed(to, messageOf(error))
  } finally {
    await engine.value.close()
  }
}

async function emptyFolder(folder: string): Promise<Result<string, Problem>> {
  const to = resolve(folder)
  try {
    await mkdir(to, { recursive: true, mode: 0o700 })
    const names = await readdir(to)
    if (names.length > 0) return refused(`${to} is not empty: give a folder that is new`)
    return ok(to)
  } catch (error) {
    return failed(to, messageOf(error))
  }
}

const refused = (message: string): Result<never, Problem> => err({ kind: 'precondition', message })
const failed = (to: string, what: string): Result<never, Problem> =>
  err({
    kind: 'unavailable',
    message: `cannot write ${to}: ${what}. Remove it and try again, or give another folder`,
  })

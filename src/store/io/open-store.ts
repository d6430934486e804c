// Opening a store: the folder, the lock, the engine, the state, each with its own clear refusal.
import { randomBytes } from 'node:crypto'
import { resolve } from 'node:path'
import type { Problem, Result } from '../../base/index.ts'
import { assertNever, err, ok } from '../../base/index.ts'
import type { Retention } from '../compact.ts'
import { defaultRetention } from '../compact.ts'
import type { Engine, EngineFault } from '../engine.ts'
import { formatVersion } from '../record.ts'
import type { Store } from '../types.ts'
import type { Aside } from './before-opening.ts'
import { endOpening, setAside } from './before-opening.ts'
import { checkLevelFiles } from './check-level.ts'
import { openClassicLevel } from './classic-level.ts'
import { messageOf } from './errors.ts'
import type { AnsweredMark, Identity } from './folder.ts'
import {
  describeOwner,
  folderFiles,
  openAnsweredMark,
  prepareFolder,
  readAnswered,
  readIdentity,
  removeOwner,
  runningOwner,
  writeIdentity,
  writeOwner,
} from './folder.ts'
import type { RecoveryFault } from './recover.ts'
import { foresee, parseRoot, recover } from './recover.ts'
import { runStore } from './run-store.ts'

export interface OpenStoreOptions {
  /** Folder of the store; made where it is missing. One process at a time. */
  readonly dir: string
  /** Wall clock, ms since the epoch. Default: the system's. */
  readonly clock?: () => number
  /** How much of the past is kept; defaults in limits.ts. */
  readonly retention?: Partial<Retention>
  /** Called once if the store turns read-only (disk full, I/O error), with the reason. */
  readonly onReadOnly?: (reason: string) => void
}

/** Opens the embedded store. Every record is read and checked before this resolves. */
export async function openStore(options: OpenStoreOptions): Promise<Result<Store, Problem>> {
  const dir = resolve(options.dir)
  const prepared = await prepareFolder(dir)
  if (!prepared.ok) return unavailable(`the store folder ${dir} cannot be written: ${prepared.error}`)
  const identity = await readIdentity(dir)
  const refused = refuseIdentity(dir, identity)
  if (refused !== undefined) return err(refused)
  const answered = await readAnswered(dir)
  try {
    await endOpening(folderFiles(dir).engine, answered, newestCommit)
  } catch (error) {
    return unavailable(`the store in ${dir} cannot be opened: ${messageOf(error)}`)
  }
  const checked = await checkLevelFiles(folderFiles(dir).engine)
  if (!checked.ok) return err(await engineProblem(dir, checked.error))
  const damage = foresee(checked.value.root, answered)
  if (damage !== undefined) return err(await recoveryProblem(dir, { kind: 'damage', damage }))
  let aside: Aside
  try {
    const isNew = identity.kind === 'none' && checked.value.root === undefined
    aside = await setAside(folderFiles(dir).engine, isNew)
  } catch (error) {
    return unavailable(`the store in ${dir} cannot be opened: ${messageOf(error)}`)
  }
  return openAside(dir, identity, aside, options)
}

/** Number of the newest commit that the files of a folder hold; -1: none, or they are damaged. */
async function newestCommit(folder: string): Promise<number> {
  const checked = await checkLevelFiles(folder)
  const root = checked.ok ? parseRoot(checked.value.root) : undefined
  return root?.ok === true ? (root.value?.sequence ?? -1) : -1
}

/** Whatever fails here leaves the engine's files as they were, or a new store as far as it was made. */
async function openAside(
  dir: string,
  identity: Identity,
  aside: Aside,
  options: OpenStoreOptions,
): Promise<Result<Store, Problem>> {
  const engine = await openClassicLevel(folderFiles(dir).engine, { create: identity.kind === 'none' })
  if (!engine.ok) {
    // Whoever has it open works on these very files.
    if (engine.error.kind === 'locked') await aside.forget()
    else await aside.restore()
    return err(await engineProblem(dir, engine.error))
  }
  try {
    const opened = await openOn(engine.value, dir, identity, options)
    if (opened.ok) {
      await aside.forget()
      return opened
    }
    await engine.value.close()
    await aside.restore()
    return opened
  } catch (error) {
    await engine.value.close()
    await aside.restore()
    return unavailable(`the store in ${dir} cannot be opened: ${messageOf(error)}`)
  }
}

async function openOn(
  engine: Engine,
  dir: string,
  identity: Identity,
  options: OpenStoreOptions,
): Promise<Result<Store, Problem>> {
  const mark = await openAnsweredMark(dir)
  const newId = identity.kind === 'none' ? randomBytes(4).toString('hex') : undefined
  const state = await recover(engine, { newId, answered: mark.found })
  if (!state.ok) {
    await mark.close()
    return err(await recoveryProblem(dir, state.error))
  }
  if (identity.kind === 'known' && identity.id !== state.value.id) {
    await mark.close()
    return unavailable(
      `the store in ${dir} is damaged, it is mixed of two: ${identity.id} by its identity file, ${state.value.id} by its records`,
    )
  }
  if (identity.kind === 'none') await writeIdentity(dir, state.value.id)
  await writeOwner(dir)
  await mark.note(state.value.sequence)
  return ok(
    runStore(state.value, {
      engine,
      clock: options.clock ?? Date.now,
      retention: { ...defaultRetention, ...options.retention },
      noteAnswered: (sequence) => mark.note(sequence),
      onReadOnly: options.onReadOnly ?? (() => undefined),
      onClosed: () => closeFolder(dir, mark),
    }),
  )
}

async function closeFolder(dir: string, mark: AnsweredMark): Promise<void> {
  await mark.close()
  await removeOwner(dir)
}

function refuseIdentity(dir: string, identity: Identity): Problem | undefined {
  switch (identity.kind) {
    case 'none':
    case 'known':
      return undefined
    case 'newer':
      return { kind: 'precondition', message: newerMessage(dir, `format ${identity.format}`) }
    case 'damaged':
      return {
        kind: 'unavailable',
        message: `the store in ${dir} is damaged: ${folderFiles(dir).identity}: ${identity.what}. ${remedy(dir)}`,
      }
    default:
      return assertNever(identity)
  }
}

async function recoveryProblem(dir: string, fault: RecoveryFault): Promise<Problem> {
  if (fault.kind === 'engine') return engineProblem(dir, fault.fault)
  const { record, what, newer } = fault.damage
  if (newer) return { kind: 'precondition', message: newerMessage(dir, `record ${record}`) }
  return {
    kind: 'unavailable',
    message: `the store in ${dir} is damaged: record ${record}: ${what}. ${remedy(dir)}`,
  }
}

async function engineProblem(dir: string, fault: EngineFault): Promise<Problem> {
  switch (fault.kind) {
    case 'locked': {
      const owner = await describeOwner(dir)
      const message = `the store in ${dir} is open in ${owner}: stop it, or give another folder`
      return { kind: 'precondition', message }
    }
    case 'damaged':
      return {
        kind: 'unavailable',
        message: `the store in ${dir} is damaged: ${fault.message}. ${remedy(dir)}${await warnOfOwner(dir)}`,
      }
    case 'full':
      return {
        kind: 'unavailable',
        message: `the store in ${dir} cannot be opened, its disk is full: ${fault.message}`,
      }
    case 'denied':
    case 'failed':
      return { kind: 'unavailable', message: `the store in ${dir} cannot be opened: ${fault.message}` }
    default:
      return assertNever(fault.kind)
  }
}

/** The files were looked at before the lock could be: a process that writes them at this moment is worth a word. */
async function warnOfOwner(dir: string): Promise<string> {
  const pid = await runningOwner(dir)
  return pid === undefined ? '' : `. If process ${pid} has the store open, stop it and try again first`
}

const newerMessage = (dir: string, what: string): string =>
  `the store in ${dir} was written by a newer version (${what}, known up to format ${formatVersion}): run that version`
const remedy = (dir: string): string =>
  `Keep ${dir} aside; put back an older copy of it, or start with an empty folder and apply the manifests again`
const unavailable = (message: string): Result<never, Problem> => err({ kind: 'unavailable', message })

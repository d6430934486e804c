// Looks at a store without opening it: reads every file, changes none, and says what is there, what is damaged and what
// can still be believed. `verdigris store verify`, the read-only start and the salvage all rest on it.
import { stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Result } from '../../base/index.ts'
import { err, ok } from '../../base/index.ts'
import { rootKey } from '../keys.ts'
import type { LevelImage } from '../leveldb/image.ts'
import { everyKey, merged, readLevelImage } from '../leveldb/image.ts'
import type { LevelPut } from '../leveldb/log.ts'
import type { KeyRange } from '../leveldb/table.ts'
import { parseJson, readFrame } from '../read-record.ts'
import { rootRecord } from '../root.ts'
import type { Pieces } from '../salvage/pieces.ts'
import { piecesOf } from '../salvage/pieces.ts'
import type { Proof } from '../salvage/proven.ts'
import type { StoreFault } from '../types.ts'
import { describeFault, readLevelFiles } from './check-level.ts'
import { codeOf, messageOf } from './errors.ts'
import type { Identity } from './folder.ts'
import { folderFiles, parseMark, readIdentity, readPlainFile } from './folder.ts'

export interface Survey {
  readonly dir: string
  readonly identity: Identity
  /** Commits that are known to have been answered; undefined: the mark is lost. */
  readonly answered: number | undefined
  /** Number and bytes of the files of the engine. */
  readonly files: { readonly count: number; readonly bytes: number }
  /** Everything readable, the newest of each record. */
  readonly visible: Pieces
  /** The same up to the first damage of a log, where there is one. */
  readonly earlier: Pieces | undefined
  /** The records are of another store than the folder says: nothing of it is believed. */
  readonly isMixed: boolean
  /** Written by a newer version: not ours to judge. */
  readonly isNewer: boolean
  readonly faults: readonly StoreFault[]
  /** Keys that may be missing or old because files are damaged. */
  readonly lost: readonly KeyRange[]
  /** What is odd and no damage. */
  readonly notes: readonly string[]
}

/** Reads a store's folder. Error: there is none, or it cannot be listed. */
export async function surveyStore(folder: string, proof: Proof): Promise<Result<Survey, string>> {
  const dir = resolve(folder)
  const identity = await readIdentity(dir)
  const files = await readLevelFiles(folderFiles(dir).engine)
  if (!files.ok) return err(files.error)
  if (identity.kind === 'none' && files.value.size === 0) return err(`there is no store in ${dir}`)
  const mark = await readMark(dir)
  const lock = await lockFault(dir)
  const read = readLevelImage(files.value)
  const id = identity.kind === 'known' ? identity.id : undefined
  const image = id === undefined ? read : withoutForeignFiles(read, id)
  const lost = image.faults.map(({ keys }) => keys)
  const around = { lost, answered: mark.answered, proof }
  const visible = piecesOf(
    valuesOf(
      image,
      image.logs.flatMap((batch) => batch ?? []),
    ),
    around,
  )
  const gap = image.logs.indexOf(undefined)
  const earlier =
    visible.state !== undefined || gap < 0
      ? undefined
      : piecesOf(
          valuesOf(
            image,
            image.logs.slice(0, gap).flatMap((batch) => batch ?? []),
          ),
          { ...around, lost: [everyKey] },
        )
  const faults = faultsOf(identity, image, visible)
  if (lock !== undefined) faults.push(lock)
  if (mark.isUnreadable === true)
    faults.push({
      where: 'answered',
      what: mark.fault ?? 'it cannot be read',
      meaning: 'whether the newest commits are there is not known',
    })
  const { root } = visible
  const isMixed = id !== undefined && root !== undefined && root.id !== id
  if (isMixed)
    faults.push({
      where: rootKey,
      what: `it is of store ${root.id}, the folder is of store ${id}`,
      meaning: 'files of two stores are mixed: nothing here is believed',
    })
  if (root !== undefined && root.sequence < (mark.answered ?? 0))
    faults.push({
      where: rootKey,
      what: `it is of commit ${root.sequence}, but commit ${mark.answered} was answered`,
      meaning: 'the newest commits are lost',
    })
  if (
    root === undefined &&
    visible.records.size === 0 &&
    (identity.kind !== 'none' || (mark.answered ?? 0) > 0)
  )
    faults.push({
      where: rootKey,
      what: 'it is missing, and so is every record',
      meaning: 'the store is lost',
    })
  return ok({
    dir,
    identity,
    answered: mark.answered,
    files: {
      count: files.value.size,
      bytes: [...files.value.values()].reduce(
        (sum, file) => sum + ('bytes' in file ? file.bytes.length : 0),
        0,
      ),
    },
    visible,
    earlier,
    isMixed,
    isNewer: identity.kind === 'newer' || visible.isNewer,
    faults,
    lost,
    notes: notesOf(image, mark.fault),
  })
}

/** The mark is not flushed: a power cut may take it, and an unfinished write was never answered. */
function notesOf({ torn }: LevelImage, markFault: string | undefined): readonly string[] {
  return [
    ...(torn === undefined
      ? []
      : [`${torn.file} ends in a write that was never finished, at byte ${torn.at}`]),
    ...(markFault === undefined
      ? []
      : [`the mark of answered commits is lost (${markFault}): newer commits may have been lost unseen`]),
  ]
}

function faultsOf(identity: Identity, image: LevelImage, visible: Pieces): StoreFault[] {
  const faults: StoreFault[] = []
  if (identity.kind === 'damaged')
    faults.push({
      where: 'verdigris-store.json',
      what: identity.what,
      meaning: 'who this store is is not known',
    })
  if (identity.kind === 'newer')
    faults.push({
      where: 'verdigris-store.json',
      what: `it has format ${identity.format}`,
      meaning: 'written by a newer version: run that',
    })
  for (const fault of image.faults)
    faults.push({ where: fault.file, what: describeFault(fault), meaning: describeKeys(fault.keys) })
  for (const { record, what } of visible.faults)
    faults.push({ where: record, what, meaning: meaningOf(record) })
  return faults
}

const describeKeys = ({ first, last }: KeyRange): string => {
  if (first === undefined && last === undefined) return 'any record may be missing or old'
  if (first !== undefined && last !== undefined && first > last) return 'no record is missing for it'
  return `records from ${first ?? 'the first'} to ${last ?? 'the last'} may be missing or old`
}

/** What a record is for people. */
function meaningOf(record: string): string {
  const [kind = '', ...rest] = record.split('/')
  const name = rest.join('/')
  switch (kind) {
    case 'root':
      return 'whether all records are there, and the newest, cannot be proven'
    case 'rev':
      return `revision ${Number(name)} cannot be read`
    case 'obj':
      return `where ${name} stands is not known`
    case 'gen':
      return `generation ${Number(rest.at(-1))} of ${rest.slice(0, -1).join('/')} is not served`
    case 'res':
      return 'generations that name this resource are not served'
    case 'rec':
      return `this record of the table ${rest[0]} is lost`
    case 'req':
      return 'a retry of this request is not recognised'
    case 'stage':
      return 'the newest change is not in its place'
    default:
      return 'no record of a store has such a name'
  }
}

/** Every commit writes the root, and the root says whose it is: a log or table of another store is not read. */
function withoutForeignFiles(image: LevelImage, id: string): LevelImage {
  const tables = image.tables.filter((puts) => !isForeign(puts, id))
  const logs = image.logs.map((batch) => (batch !== undefined && isForeign(batch, id) ? undefined : batch))
  if (tables.length === image.tables.length && logs.every((batch, at) => batch === image.logs[at]))
    return image
  const fault = { file: 'level', at: undefined, what: 'a file of another store is in it', keys: everyKey }
  return { ...image, tables, logs, faults: [...image.faults, fault] }
}

const isForeign = (puts: readonly LevelPut[], id: string): boolean =>
  puts.some(({ key, value }) => {
    if (key !== rootKey || value === undefined) return false
    const frame = readFrame(rootKey, value)
    const root = frame.ok ? parseJson(rootKey, frame.value.content, rootRecord) : frame
    return root.ok && root.value.id !== id
  })

function valuesOf(image: LevelImage, logs: readonly LevelPut[]): ReadonlyMap<string, Uint8Array> {
  const values = new Map<string, Uint8Array>()
  for (const [key, { value }] of merged(...image.tables, logs))
    if (value !== undefined) values.set(key, value)
  return values
}

/** The engine takes a lock on a file; a folder in its place keeps the store from being opened. */
async function lockFault(dir: string): Promise<StoreFault | undefined> {
  try {
    if (!(await stat(join(folderFiles(dir).engine, 'LOCK'))).isDirectory()) return undefined
    return {
      where: 'LOCK',
      what: 'it is a folder',
      meaning: 'the store cannot be opened; no record is concerned',
    }
  } catch {
    // Missing: the next opening makes it.
    return undefined
  }
}

async function readMark(dir: string): Promise<{
  readonly answered: number | undefined
  readonly fault: string | undefined
  readonly isUnreadable?: boolean
}> {
  try {
    const answered = parseMark(await readPlainFile(folderFiles(dir).answered))
    return answered === undefined
      ? { answered, fault: 'it is not what Verdigris wrote' }
      : { answered, fault: undefined }
  } catch (error) {
    const isMissing = codeOf(error) === 'ENOENT'
    return {
      answered: undefined,
      fault: isMissing ? 'it is missing' : messageOf(error),
      isUnreadable: !isMissing,
    }
  }
}

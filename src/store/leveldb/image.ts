// What the files of a LevelDB folder say, taken together without LevelDB: every readable write, what could not be read,
// and which keys may be missing or old for it. Pure: the bytes of the files in.

import type { LevelPut } from './log.ts'
import { readBatch, readLog, scanLog } from './log.ts'
import type { Manifest } from './manifest.ts'
import { readManifest } from './manifest.ts'
import type { KeyRange } from './table.ts'
import { readTable } from './table.ts'

/** Something that is wrong with a file: which, where and what. */
export interface LevelFault {
  readonly file: string
  readonly at: number | undefined
  readonly what: string
  /** Keys that may be missing, or old, for it. */
  readonly keys: KeyRange
}

export interface LevelImage {
  /** Writes of the tables, table by table. */
  readonly tables: readonly (readonly LevelPut[])[]
  /** Writes of the logs, batch by batch, in their order; undefined stands for batches that cannot be read. */
  readonly logs: readonly (readonly LevelPut[] | undefined)[]
  readonly faults: readonly LevelFault[]
  /** A write at the end of the newest log that was never finished; no fault. */
  readonly torn: { readonly file: string; readonly at: number } | undefined
}

/** The folder's files: a name, and its bytes or why they cannot be had. */
export type LevelFiles = ReadonlyMap<string, { readonly bytes: Buffer } | { readonly unreadable: string }>

export const everyKey: KeyRange = { first: undefined, last: undefined }
/** Names of files that hold what was committed; the engine's own text and lock hold nothing. */
export const isLevelFile = (name: string): boolean => /^(CURRENT|MANIFEST-\d+|\d+\.(ldb|sst|log))$/.test(name)
const tableName = /^(\d+)\.(ldb|sst)$/
const logName = /^(\d+)\.log$/
const numberOf = (name: string): number => Number.parseInt(name, 10)

/** Reads a whole folder; one that was never finished making holds nothing. */
export function readLevelImage(files: LevelFiles): LevelImage {
  const faults: LevelFault[] = []
  const fault = (file: string, what: string, at?: number, keys: KeyRange = everyKey): void => {
    faults.push({ file, at, what, keys })
  }
  const bytesOf = (name: string): Buffer | undefined => {
    const file = files.get(name)
    if (file === undefined) fault(name, 'it is missing')
    else if ('unreadable' in file) fault(name, `it cannot be read: ${file.unreadable}`)
    else return file.bytes
    return undefined
  }
  const names = [...files.keys()]
  const holdsData = names.some((name) => tableName.test(name) || logName.test(name))
  if (!files.has('CURRENT') && !holdsData) return { tables: [], logs: [], faults, torn: undefined }
  const manifest = manifestOf(names, bytesOf, fault)
  const tables: (readonly LevelPut[])[] = []
  for (const name of names.filter((each) => tableName.test(each)).sort()) {
    const live = manifest?.tables.get(numberOf(name))
    // Without a manifest nobody knows which are alive: what is old in them has lower sequences.
    if (manifest !== undefined && live === undefined) continue
    const bytes = bytesOf(name)
    if (bytes === undefined) continue
    if (live !== undefined && bytes.length !== live.size) {
      // Cut short or made longer it has no readable end; readable all the same, it is another one.
      const what = `it has ${bytes.length} bytes, not ${live.size}`
      fault(name, what, Math.min(bytes.length, live.size), rangeOf(live))
      continue
    }
    const content = readTable(bytes)
    const isOther =
      live !== undefined && (isDifferent(content.first, live.first) || isDifferent(content.last, live.last))
    if (isOther) {
      fault(name, 'it is another table than the one that was written here', 0, rangeOf(live))
      continue
    }
    for (const each of content.faults)
      fault(name, each.what, each.at, live === undefined ? each.keys : within(each.keys, rangeOf(live)))
    tables.push(content.puts)
  }
  for (const [number, live] of manifest?.tables ?? []) {
    if (!names.some((name) => tableName.test(name) && numberOf(name) === number))
      fault(`table ${number}`, 'it is missing', undefined, rangeOf(live))
  }
  const live = names
    .filter((name) => logName.test(name) && numberOf(name) >= (manifest?.logNumber ?? 0))
    .sort((a, b) => numberOf(a) - numberOf(b))
  return { tables, faults, ...logsOf(live, bytesOf, fault) }
}

type Fault = (file: string, what: string, at?: number, keys?: KeyRange) => void

function manifestOf(
  names: readonly string[],
  bytesOf: (name: string) => Buffer | undefined,
  fault: Fault,
): Manifest | undefined {
  const current = bytesOf('CURRENT')?.toString('latin1')
  if (current === undefined) return undefined
  const name = current.trimEnd()
  if (!/^MANIFEST-\d+\n$/.test(current)) {
    fault('CURRENT', 'it names no manifest', 0)
    return undefined
  }
  if (!names.includes(name)) {
    fault(name, 'it is missing')
    return undefined
  }
  const bytes = bytesOf(name)
  if (bytes === undefined) return undefined
  const edits = readLog(bytes)
  const { tornAt, isCut } = scanLog(bytes)
  const manifest = edits.ok ? readManifest(edits.value) : edits
  if (!manifest.ok) fault(name, manifest.error.what, manifest.error.at)
  // LevelDB takes a manifest that ends too early for one whose last change was not made, and no other.
  else if (tornAt !== undefined && !isCut) fault(name, 'its last record is damaged', tornAt)
  else return manifest.value
  return undefined
}

function logsOf(
  names: readonly string[],
  bytesOf: (name: string) => Buffer | undefined,
  fault: Fault,
): Pick<LevelImage, 'logs' | 'torn'> {
  const logs: (readonly LevelPut[] | undefined)[] = []
  let torn: LevelImage['torn']
  let next: number | undefined
  for (const name of names) {
    const bytes = bytesOf(name)
    if (bytes === undefined) {
      logs.push(undefined)
      continue
    }
    const { pieces, tornAt } = scanLog(bytes)
    for (const piece of pieces) {
      const batch = piece.kind === 'record' ? readBatch(piece.payload) : undefined
      if (piece.kind === 'gap') fault(name, piece.what, piece.at)
      else if (batch === undefined) fault(name, 'a record of the log is no batch', piece.at)
      // LevelDB numbers every write: a leap says that some are missing, even where whole records were cut out.
      else if (next !== undefined && (batch[0]?.sequence ?? next) !== next && logs.at(-1) !== undefined) {
        fault(name, 'records of the log before this one are missing', piece.at)
        logs.push(undefined)
      }
      const first = batch?.[0]
      if (batch !== undefined && first !== undefined) next = first.sequence + batch.length
      if (batch === undefined || batch.length > 0) logs.push(batch)
    }
    if (tornAt === undefined) continue
    // Only the newest log is written to; an older one ends with its last record.
    if (name === names.at(-1)) torn = { file: name, at: tornAt }
    else {
      fault(name, 'the log ends in the middle of a record', tornAt)
      logs.push(undefined)
    }
  }
  return { logs, torn }
}

const isDifferent = (found: Buffer | undefined, wanted: Buffer): boolean =>
  found !== undefined && !found.equals(wanted)

const rangeOf = ({ first, last }: { readonly first: Buffer; readonly last: Buffer }): KeyRange => ({
  first: first.toString('utf8', 0, Math.max(0, first.length - 8)),
  last: last.toString('utf8', 0, Math.max(0, last.length - 8)),
})

/** A range, not wider than another. */
const within = (inner: KeyRange, outer: KeyRange): KeyRange => ({
  first: inner.first ?? outer.first,
  last: inner.last ?? outer.last,
})

/** The newest write of each key. */
export function merged(...sources: readonly Iterable<LevelPut>[]): Map<string, LevelPut> {
  const newest = new Map<string, LevelPut>()
  for (const source of sources) {
    for (const put of source) {
      const known = newest.get(put.key)
      if (known === undefined || known.sequence < put.sequence) newest.set(put.key, put)
    }
  }
  return newest
}

// The manifest of a LevelDB folder: which tables are alive, what each of them holds, and from which log on records are
// not in a table yet. Format: LevelDB's db/version_edit.cc (unchanged since 2012).
import type { Result } from '../../base/index.ts'
import { err, ok } from '../../base/index.ts'
import type { ByteReader } from './byte-reader.ts'
import { createReader } from './byte-reader.ts'
import type { FileFault } from './log.ts'

/** A table as the manifest knows it. Keys are internal: the key, then 8 bytes of sequence and kind. */
export interface LiveTable {
  readonly size: number
  readonly first: Buffer
  readonly last: Buffer
}

export interface Manifest {
  /** By file number. */
  readonly tables: ReadonlyMap<number, LiveTable>
  /** Logs with a lower number are in tables already. */
  readonly logNumber: number
}

/** What the records of a manifest, in their order, come to. */
export function readManifest(records: readonly Buffer[]): Result<Manifest, FileFault> {
  const tables = new Map<number, LiveTable>()
  const manifest = { tables, logNumber: 0, told: new Set<number>() }
  for (const record of records) {
    const reader = createReader(record, 0)
    while (reader.at < record.length) {
      if (!readEdit(reader, manifest))
        return err({ at: reader.at, what: 'a record of the manifest is not understood' })
    }
  }
  if (![1, 2, 3, 4].every((tag) => manifest.told.has(tag)))
    return err({ at: 0, what: 'it ends before it says which files are next' })
  return ok({ tables, logNumber: manifest.logNumber })
}

/** One field of a version edit; false where it is not understood. */
function readEdit(
  reader: ByteReader,
  manifest: {
    readonly tables: Map<number, LiveTable>
    logNumber: number
    /** Kinds of fields seen. */
    readonly told: Set<number>
  },
): boolean {
  const tag = reader.varint()
  if (tag !== undefined) manifest.told.add(tag)
  switch (tag) {
    case 1: // comparator
      return reader.skipText()
    case 2: {
      const log = reader.varint()
      if (log !== undefined) manifest.logNumber = log
      return log !== undefined
    }
    case 3: // next file number
    case 4: // last sequence
    case 9: // previous log number, 0 since 2011
      return reader.varint() !== undefined
    case 5: // compact pointer: level, key
      return reader.varint() !== undefined && reader.skipText()
    case 6: {
      const [level, file] = [reader.varint(), reader.varint()]
      if (file !== undefined) manifest.tables.delete(file)
      return level !== undefined && file !== undefined
    }
    case 7: {
      const [level, file, size] = [reader.varint(), reader.varint(), reader.varint()]
      const [first, last] = [reader.text(), reader.text()]
      if (level === undefined || file === undefined || size === undefined) return false
      if (first === undefined || last === undefined) return false
      manifest.tables.set(file, { size, first, last })
      return true
    }
    default:
      return false
  }
}

// LevelDB's logs (its write-ahead log and its manifest), record by record, and where they cannot be read. Pure: bytes
// in, records out. Format: LevelDB's doc/log_format.md and db/write_batch.cc (unchanged since 2012).
import type { Result } from '../../base/index.ts'
import { err, ok } from '../../base/index.ts'
import { crc32c, unmask } from '../crc32c.ts'
import { createReader } from './byte-reader.ts'

const blockBytes = 32_768
const headerBytes = 7
const batchHeaderBytes = 12

/** What is wrong in a file, and where. */
export interface FileFault {
  readonly at: number
  readonly what: string
}

/** A part of a log: a whole record, or bytes that hold none and are followed by some that do. */
export type LogPiece =
  | { readonly kind: 'record'; readonly at: number; readonly payload: Buffer }
  | { readonly kind: 'gap'; readonly at: number; readonly what: string }

export interface LogScan {
  readonly pieces: readonly LogPiece[]
  /** Where an unfinished write begins: what follows it is nothing. Undefined: the log ends with a record. */
  readonly tornAt: number | undefined
  /** Whether that write merely ends too early; else it has its length and is damaged. */
  readonly isCut: boolean
}

const fragmentTypes = { full: 1, first: 2, middle: 3, last: 4 } as const

/** Everything that can be read of a log. */
export function scanLog(bytes: Buffer): LogScan {
  const pieces: LogPiece[] = []
  let begun: { readonly at: number; readonly fragments: Buffer[] } | undefined
  let tornAt: number | undefined
  let isCut = true
  /** After damage only a record from its beginning is one. */
  let skipping = false
  const gap = (at: number, what: string): void => {
    begun = undefined
    if (!skipping) pieces.push({ kind: 'gap', at, what })
    skipping = true
  }
  for (let at = 0; at + headerBytes <= bytes.length; ) {
    const room = blockBytes - (at % blockBytes)
    const fragment = room < headerBytes ? 'filler' : fragmentAt(bytes, at)
    if (fragment === 'filler') {
      at += room
      continue
    }
    if (fragment === 'bad') {
      const next = nextFragment(bytes, at + 1)
      if (next === undefined) {
        tornAt = begun?.at ?? at
        isCut = at + headerBytes + bytes.readUInt16LE(at + 4) > bytes.length
        begun = undefined
        break
      }
      gap(at, `a record of the log is damaged (the next valid one is at byte ${next})`)
      at = next
      continue
    }
    const { type, payload } = fragment
    const starts = type === fragmentTypes.full || type === fragmentTypes.first
    if (starts && begun !== undefined) gap(begun.at, 'a record of the log has no end')
    if (!starts && begun === undefined) gap(at, 'a record of the log has no beginning')
    else {
      begun = starts ? { at, fragments: [payload] } : begun
      if (!starts) begun?.fragments.push(payload)
      skipping = false
      if (begun !== undefined && (type === fragmentTypes.full || type === fragmentTypes.last)) {
        pieces.push({ kind: 'record', at: begun.at, payload: Buffer.concat(begun.fragments) })
        begun = undefined
      }
    }
    at += headerBytes + payload.length
  }
  // Damage with nothing readable after it is an unfinished write as well.
  const last = pieces.at(-1)
  if (last?.kind === 'gap') return { pieces: pieces.slice(0, -1), tornAt: last.at, isCut: false }
  return { pieces, tornAt: tornAt ?? begun?.at, isCut }
}

/** A log's records up to its end or to an unfinished write. A damaged record with valid ones after it is a fault. */
export function readLog(bytes: Buffer): Result<readonly Buffer[], FileFault> {
  const records: Buffer[] = []
  for (const piece of scanLog(bytes).pieces) {
    if (piece.kind === 'gap') return err(piece)
    records.push(piece.payload)
  }
  return ok(records)
}

/** One fragment of a log; `filler` where the rest of its block is zeros that were never written. */
function fragmentAt(
  bytes: Buffer,
  at: number,
): { readonly type: number; readonly payload: Buffer } | 'filler' | 'bad' {
  const length = bytes.readUInt16LE(at + 4)
  const type = bytes[at + 6] ?? 0
  const room = blockBytes - (at % blockBytes)
  if (type === 0 && length === 0 && bytes.readUInt32LE(at) === 0)
    return bytes.subarray(at, at + room).every((byte) => byte === 0) ? 'filler' : 'bad'
  const end = at + headerBytes + length
  if (type < fragmentTypes.full || type > fragmentTypes.last) return 'bad'
  if (headerBytes + length > room || end > bytes.length) return 'bad'
  if (crc32c(bytes, at + 6, end) !== unmask(bytes.readUInt32LE(at))) return 'bad'
  return { type, payload: bytes.subarray(at + headerBytes, end) }
}

/** Where the next valid fragment starts, at whatever byte: only looked for after a bad one. */
function nextFragment(bytes: Buffer, from: number): number | undefined {
  for (let at = from; at + headerBytes <= bytes.length; at++) {
    const room = blockBytes - (at % blockBytes)
    if (room >= headerBytes && typeof fragmentAt(bytes, at) === 'object') return at
  }
  return undefined
}

/** One write to the database: its value, or that the key was taken away. Newer writes have higher sequences. */
export interface LevelPut {
  readonly key: string
  readonly sequence: number
  readonly value: Buffer | undefined
}

/** The writes of one record of the write-ahead log; undefined when it is no batch. */
export function readBatch(record: Buffer): readonly LevelPut[] | undefined {
  if (record.length < batchHeaderBytes) return undefined
  const sequence = Number(record.readBigUInt64LE(0))
  const count = record.readUInt32LE(8)
  const reader = createReader(record, batchHeaderBytes)
  const puts: LevelPut[] = []
  while (reader.at < record.length) {
    const kind = record[reader.at++]
    const key = reader.text()
    const value = kind === 1 ? reader.text() : undefined
    if (key === undefined || (kind === 1 && value === undefined) || (kind !== 0 && kind !== 1))
      return undefined
    puts.push({ key: key.toString('utf8'), sequence: sequence + puts.length, value })
  }
  return puts.length === count && Number.isSafeInteger(sequence) ? puts : undefined
}

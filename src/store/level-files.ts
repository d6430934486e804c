// LevelDB's files, checked before LevelDB opens them: it does not verify what it reads unless told to (which the binding
// cannot), silently skips damaged parts of its log, and aborts the process on some damaged tables. Pure: bytes in, what is
// wrong out. Formats: LevelDB's doc/log_format.md, doc/table_format.md and db/version_edit.cc (unchanged since 2012).
import type { Result } from '../base/index.ts'
import { err, ok } from '../base/index.ts'
import { crc32c, unmask } from './crc32c.ts'

const logBlockBytes = 32_768
const logHeaderBytes = 7
const footerBytes = 48
const tableMagic = 0xdb4775248b80fb57n
const blockTrailerBytes = 5

/** What is wrong in a file, and where. */
export interface FileFault {
  readonly at: number
  readonly what: string
}

/** A log's records up to its end or to a torn tail (an unfinished write: what follows it is nothing). A damaged record with valid ones after it is a fault. */
export function readLog(bytes: Buffer): Result<readonly Buffer[], FileFault> {
  const records: Buffer[] = []
  let fragments: Buffer[] = []
  for (let at = 0; at + logHeaderBytes <= bytes.length; ) {
    const room = logBlockBytes - (at % logBlockBytes)
    const fragment = room < logHeaderBytes ? 'filler' : fragmentAt(bytes, at)
    if (fragment === 'filler') {
      at += room
      continue
    }
    if (fragment === 'bad') {
      const next = nextFragment(bytes, at + 1)
      if (next === undefined) break
      return err({ at, what: `a record of the log is damaged (the next valid one is at byte ${next})` })
    }
    const { type, payload } = fragment
    fragments =
      type === fragmentTypes.full || type === fragmentTypes.first ? [payload] : [...fragments, payload]
    if (type === fragmentTypes.full || type === fragmentTypes.last) records.push(Buffer.concat(fragments))
    at += logHeaderBytes + payload.length
  }
  return ok(records)
}

const fragmentTypes = { full: 1, first: 2, middle: 3, last: 4 } as const

/** One fragment of a log; `filler` where the rest of its block is zeros that were never written. */
function fragmentAt(
  bytes: Buffer,
  at: number,
): { readonly type: number; readonly payload: Buffer } | 'filler' | 'bad' {
  const length = bytes.readUInt16LE(at + 4)
  const type = bytes[at + 6] ?? 0
  if (type === 0 && length === 0 && bytes.readUInt32LE(at) === 0) return 'filler'
  const end = at + logHeaderBytes + length
  const room = logBlockBytes - (at % logBlockBytes)
  if (type < fragmentTypes.full || type > fragmentTypes.last) return 'bad'
  if (logHeaderBytes + length > room || end > bytes.length) return 'bad'
  if (crc32c(bytes, at + 6, end) !== unmask(bytes.readUInt32LE(at))) return 'bad'
  return { type, payload: bytes.subarray(at + logHeaderBytes, end) }
}

/** Where the next valid fragment starts, at whatever byte: only looked for after a bad one. */
function nextFragment(bytes: Buffer, from: number): number | undefined {
  for (let at = from; at + logHeaderBytes <= bytes.length; at++) {
    const room = logBlockBytes - (at % logBlockBytes)
    if (room >= logHeaderBytes && typeof fragmentAt(bytes, at) === 'object') return at
  }
  return undefined
}

/** Checks every block of a table file: the index, what it points to, and the footer that points to it. */
export function checkTable(bytes: Buffer): FileFault | undefined {
  const footer = bytes.length - footerBytes
  if (footer < 0) return { at: 0, what: `the table has ${bytes.length} bytes, too few for any` }
  if (bytes.readBigUInt64LE(footer + 40) !== tableMagic)
    return { at: footer + 40, what: 'the table has no end' }
  const reader = createReader(bytes, footer)
  const metaindex = handle(reader)
  const index = handle(reader)
  if (metaindex === undefined || index === undefined)
    return { at: footer, what: 'the end of the table is damaged' }
  for (const block of [metaindex, index]) {
    const faults = checkBlock(bytes, block)
    if (faults !== undefined) return faults
    const blocks = handlesIn(bytes, block)
    if (blocks === undefined) return { at: block.offset, what: 'an index of the table is damaged' }
    for (const listed of blocks) {
      const fault = checkBlock(bytes, listed)
      if (fault !== undefined) return fault
    }
  }
  return undefined
}

interface BlockHandle {
  readonly offset: number
  readonly size: number
}

function checkBlock(bytes: Buffer, { offset, size }: BlockHandle): FileFault | undefined {
  const end = offset + size
  if (end + blockTrailerBytes > bytes.length) return { at: offset, what: 'a block of the table is cut off' }
  if (crc32c(bytes, offset, end + 1) !== unmask(bytes.readUInt32LE(end + 1))) {
    return { at: offset, what: `the block of ${size} bytes does not match its checksum` }
  }
  // The store writes none compressed.
  return bytes[end] === 0 ? undefined : { at: end, what: `the block has the unknown type ${bytes[end]}` }
}

/** The handles that an index block lists. */
function handlesIn(bytes: Buffer, { offset, size }: BlockHandle): readonly BlockHandle[] | undefined {
  const end = offset + size
  const restarts = size < 4 ? 0 : bytes.readUInt32LE(end - 4)
  const entriesEnd = end - 4 - restarts * 4
  if (entriesEnd < offset) return undefined
  const reader = createReader(bytes, offset, entriesEnd)
  const handles: BlockHandle[] = []
  while (reader.at < entriesEnd) {
    const [shared, unshared, valueBytes] = [reader.varint(), reader.varint(), reader.varint()]
    if (shared === undefined || unshared === undefined || valueBytes === undefined) return undefined
    reader.at += unshared
    const next = reader.at + valueBytes
    const found = handle(reader)
    if (found === undefined || reader.at > next) return undefined
    handles.push(found)
    reader.at = next
  }
  return handles
}

function handle(reader: ByteReader): BlockHandle | undefined {
  const offset = reader.varint()
  const size = reader.varint()
  return offset === undefined || size === undefined ? undefined : { offset, size }
}

/** Numbers and sizes of the tables that a manifest's records leave alive. */
export function liveTables(records: readonly Buffer[]): Result<ReadonlyMap<number, number>, FileFault> {
  const live = new Map<number, number>()
  for (const record of records) {
    const reader = createReader(record, 0)
    while (reader.at < record.length) {
      if (!readEdit(reader, live))
        return err({ at: reader.at, what: 'a record of the manifest is not understood' })
    }
  }
  return ok(live)
}

/** One field of a version edit. */
function readEdit(reader: ByteReader, live: Map<number, number>): boolean {
  const tag = reader.varint()
  switch (tag) {
    case 1: // comparator
      return reader.skipText()
    case 2: // log number
    case 3: // next file number
    case 4: // last sequence
    case 9: // previous log number
      return reader.varint() !== undefined
    case 5: // compact pointer: level, key
      return reader.varint() !== undefined && reader.skipText()
    case 6: {
      const [level, file] = [reader.varint(), reader.varint()]
      if (file !== undefined) live.delete(file)
      return level !== undefined && file !== undefined
    }
    case 7: {
      const [level, file, size] = [reader.varint(), reader.varint(), reader.varint()]
      if (level === undefined || file === undefined || size === undefined) return false
      live.set(file, size)
      return reader.skipText() && reader.skipText()
    }
    default:
      return false
  }
}

interface ByteReader {
  at: number
  /** Undefined where the bytes end inside it, or it is beyond 2^53. */
  varint(): number | undefined
  /** Over a length and as many bytes; false where they end before. */
  skipText(): boolean
}

function createReader(bytes: Buffer, start: number, end = bytes.length): ByteReader {
  const reader: ByteReader = {
    at: start,
    varint() {
      let value = 0
      for (let shift = 0; shift < 53; shift += 7) {
        if (reader.at >= end) return undefined
        const byte = bytes[reader.at++] ?? 0
        value += (byte & 0x7f) * 2 ** shift
        if (byte < 0x80) return value
      }
      return undefined
    },
    skipText() {
      const length = reader.varint()
      if (length === undefined || reader.at + length > end) return false
      reader.at += length
      return true
    },
  }
  return reader
}

// LevelDB's tables: every block under its checksum, the entries in them, and which keys a damaged block may have held.
// Pure. Format: LevelDB's doc/table_format.md (unchanged since 2012).

import { crc32c, unmask } from '../crc32c.ts'
import type { ByteReader } from './byte-reader.ts'
import { createReader } from './byte-reader.ts'
import type { FileFault, LevelPut } from './log.ts'

const footerBytes = 48
const tableMagic = 0xdb4775248b80fb57n
const blockTrailerBytes = 5
const internalBytes = 8

/** Keys from `first` to `last`, both included; undefined: from the beginning, to the end. */
export interface KeyRange {
  readonly first: string | undefined
  readonly last: string | undefined
}

/** A fault of a table, and the keys that may be missing for it. */
export interface TableFault extends FileFault {
  readonly keys: KeyRange
}

export interface TableContent {
  readonly puts: readonly LevelPut[]
  readonly faults: readonly TableFault[]
  /** First and last internal key, where they could be read. */
  readonly first: Buffer | undefined
  readonly last: Buffer | undefined
}

interface BlockHandle {
  readonly offset: number
  readonly size: number
}

const everyKey: KeyRange = { first: undefined, last: undefined }

/** Everything that can be read of a table. */
export function readTable(bytes: Buffer): TableContent {
  const nothing = (at: number, what: string): TableContent => ({
    puts: [],
    faults: [{ at, what, keys: everyKey }],
    first: undefined,
    last: undefined,
  })
  const footer = bytes.length - footerBytes
  if (footer < 0) return nothing(0, `the table has ${bytes.length} bytes, too few for any`)
  if (bytes.readBigUInt64LE(footer + 40) !== tableMagic) return nothing(footer + 40, 'the table has no end')
  const reader = createReader(bytes, footer, footer + 40)
  const metaindex = readHandle(reader)
  const index = readHandle(reader)
  if (metaindex === undefined || index === undefined)
    return nothing(footer, 'the end of the table is damaged')
  // The rest of the handles' room is zeros.
  if (bytes.subarray(reader.at, footer + 40).some((byte) => byte !== 0))
    return nothing(reader.at, 'the end of the table is damaged')
  const faults: TableFault[] = []
  const meta = checkBlock(bytes, metaindex)
  const filters = meta === undefined ? entriesIn(bytes, metaindex) : undefined
  if (filters === undefined)
    faults.push({
      ...(meta ?? { at: metaindex.offset, what: 'an index of the table is damaged' }),
      keys: noKeys,
    })
  for (const { value } of filters ?? []) {
    const fault = checkHandle(bytes, value)
    if (fault !== undefined) faults.push({ ...fault, keys: noKeys })
  }
  const indexFault = checkBlock(bytes, index)
  if (indexFault !== undefined) return nothing(indexFault.at, indexFault.what)
  const blocks = entriesIn(bytes, index)
  if (blocks === undefined) return nothing(index.offset, 'an index of the table is damaged')
  const content = readBlocks(bytes, blocks, faults)
  return { ...content, faults }
}

/** Bloom filters hold no keys. */
const noKeys: KeyRange = { first: '\u007f', last: '' }

/** What is wrong with a table, if anything is. */
export const checkTable = (bytes: Buffer): FileFault | undefined => readTable(bytes).faults[0]

function readBlocks(
  bytes: Buffer,
  blocks: readonly BlockEntry[],
  faults: TableFault[],
): Pick<TableContent, 'puts' | 'first' | 'last'> {
  const puts: LevelPut[] = []
  let first: Buffer | undefined
  let last: Buffer | undefined
  let before: string | undefined
  blocks.forEach(({ key: separator, value }, number) => {
    // A separator is at or after the last key of its block, and before the first of the next.
    const until = userKey(separator)
    const keys = { first: before, last: until }
    before = until
    const handle = readHandle(createReader(value, 0))
    const fault = checkHandle(bytes, value)
    const entries = fault === undefined && handle !== undefined ? entriesIn(bytes, handle) : undefined
    const wrong = fault ?? { at: handle?.offset ?? 0, what: 'a block of the table is not understood' }
    if (entries === undefined || entries.some(({ key }) => key.length < internalBytes)) {
      faults.push({ ...wrong, keys })
      return
    }
    for (const { key, value: stored } of entries) puts.push(putOf(key, stored))
    if (number === 0) first = entries[0]?.key
    if (number === blocks.length - 1) last = entries.at(-1)?.key
  })
  return { puts, first, last }
}

const userKey = (internal: Buffer): string =>
  internal.toString('utf8', 0, Math.max(0, internal.length - internalBytes))

function putOf(internal: Buffer, value: Buffer): LevelPut {
  const tag = internal.readBigUInt64LE(internal.length - internalBytes)
  const isValue = (tag & 0xffn) === 1n
  return { key: userKey(internal), sequence: Number(tag >> 8n), value: isValue ? value : undefined }
}

function checkHandle(bytes: Buffer, value: Buffer): FileFault | undefined {
  const handle = readHandle(createReader(value, 0))
  return handle === undefined
    ? { at: 0, what: 'an index of the table is damaged' }
    : checkBlock(bytes, handle)
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

interface BlockEntry {
  readonly key: Buffer
  readonly value: Buffer
}

/** The entries of a block; each key says how much of the one before it shares. */
function entriesIn(bytes: Buffer, { offset, size }: BlockHandle): readonly BlockEntry[] | undefined {
  const end = offset + size
  const restarts = size < 4 ? 0 : bytes.readUInt32LE(end - 4)
  const entriesEnd = end - 4 - restarts * 4
  if (entriesEnd < offset) return undefined
  const reader = createReader(bytes, offset, entriesEnd)
  const entries: BlockEntry[] = []
  let key = Buffer.alloc(0)
  while (reader.at < entriesEnd) {
    const [shared, unshared, valueBytes] = [reader.varint(), reader.varint(), reader.varint()]
    if (shared === undefined || unshared === undefined || valueBytes === undefined) return undefined
    const valueAt = reader.at + unshared
    if (shared > key.length || valueAt + valueBytes > entriesEnd) return undefined
    key = Buffer.concat([key.subarray(0, shared), bytes.subarray(reader.at, valueAt)])
    entries.push({ key, value: bytes.subarray(valueAt, valueAt + valueBytes) })
    reader.at = valueAt + valueBytes
  }
  return entries
}

function readHandle(reader: ByteReader): BlockHandle | undefined {
  const offset = reader.varint()
  const size = reader.varint()
  return offset === undefined || size === undefined ? undefined : { offset, size }
}

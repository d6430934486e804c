// How one value lies on disk: format version, kind, checksum, content. The checksum covers the key too, so a value
// that turns up under another key is found out. Checked at every reading.
import { crc32 } from 'node:zlib'
import type { Result } from '../base/index.ts'
import { err, ok } from '../base/index.ts'

/** Format of every record; a store with a newer one is refused. */
export const formatVersion = 1

const headerBytes = 8
const marker = 0x76
const kinds = ['json', 'bytes', 'parts'] as const

/** What a value is: JSON text, bytes as they are, or the list of its parts. */
export type RecordKind = (typeof kinds)[number]

export interface Frame {
  readonly kind: RecordKind
  readonly content: Uint8Array
  /** CRC-32 over version, kind, key and content: what the digest of the store sums up. */
  readonly sum: number
}

/** Why a value cannot be believed. */
export type FrameFault = 'damaged' | 'newer'

/** Bytes that framing adds to a value. */
export const frameBytes = headerBytes

/** `v`, version, kind, 0, checksum (4 bytes, big-endian), content. */
export function encodeFrame(
  key: string,
  kind: RecordKind,
  content: Uint8Array,
): { bytes: Uint8Array; sum: number } {
  const bytes = Buffer.allocUnsafe(headerBytes + content.length)
  bytes[0] = marker
  bytes[1] = formatVersion
  bytes[2] = kinds.indexOf(kind)
  bytes[3] = 0
  bytes.set(content, headerBytes)
  const sum = checksum(key, bytes)
  bytes.writeUInt32BE(sum, 4)
  return { bytes, sum }
}

/** The content of a value, if it is what was written under this key. */
export function decodeFrame(key: string, bytes: Uint8Array): Result<Frame, FrameFault> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (buffer.length < headerBytes || buffer[0] !== marker) return err('damaged')
  if ((buffer[1] ?? 0) > formatVersion) return err('newer')
  const kind = kinds[buffer[2] ?? kinds.length]
  const sum = buffer.readUInt32BE(4)
  if (kind === undefined || buffer[1] !== formatVersion || buffer[3] !== 0) return err('damaged')
  if (checksum(key, buffer) !== sum) return err('damaged')
  return ok({ kind, content: buffer.subarray(headerBytes), sum })
}

function checksum(key: string, framed: Buffer): number {
  return crc32(framed.subarray(headerBytes), crc32(framed.subarray(0, 4), crc32(key)))
}

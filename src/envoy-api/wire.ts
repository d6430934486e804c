// The protobuf wire format, by protobufjs' reader and writer; nothing else in the room imports protobufjs.
import type { Reader, Writer } from 'protobufjs/minimal.js'
import protobuf from 'protobufjs/minimal.js'
import { EnvoyApiError } from './errors.ts'

export type { Reader, Writer }

export const wireTypes = { varint: 0, fixed64: 1, delimited: 2, fixed32: 5 } as const

export const createWriter = (): Writer => protobuf.Writer.create()

/** A reader over these bytes, not over a copy. */
const createReader = (bytes: Uint8Array): Reader =>
  protobuf.Reader.create(
    Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
  )

export const tagOf = (fieldNumber: number, wireType: number): number => ((fieldNumber << 3) | wireType) >>> 0

/**
 * Calls `onField` for every field of a message; it returns false for a field it leaves alone, which is skipped
 * (fields of a newer API are no error). Throws EnvoyApiError when the bytes are no message.
 */
export function eachField(
  bytes: Uint8Array,
  what: string,
  onField: (fieldNumber: number, wireType: number, reader: Reader) => boolean,
): void {
  const reader = createReader(bytes)
  try {
    while (reader.pos < reader.len) {
      const tag = reader.uint32()
      const fieldNumber = tag >>> 3
      if (!onField(fieldNumber, tag & 7, reader)) reader.skipType(tag & 7, 0, fieldNumber)
    }
  } catch (cause) {
    if (cause instanceof EnvoyApiError) throw cause
    throw new EnvoyApiError('', `not a ${what}: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    })
  }
}

/** One field with a length and these bytes: what a message, string, bytes or list element is on the wire. */
export function delimitedField(fieldNumber: number, bytes: Uint8Array): Uint8Array {
  return createWriter().uint32(tagOf(fieldNumber, wireTypes.delimited)).bytes(bytes).finish()
}

// What the store's records look like, and their reading back: checksum, JSON, shape. The first that does not hold is
// named.
import { z } from 'zod'
import type { Json, Result } from '../base/index.ts'
import { err, ok } from '../base/index.ts'
import type { StoredObject } from '../model/index.ts'
import type { PartsHead } from './ledger.ts'
import { decodeFrame } from './record.ts'
import type { Revision } from './types.ts'

/** What is wrong with a store that was read. */
export interface Damage {
  /** Key of the record, or `root` where the whole does not add up. */
  readonly record: string
  readonly what: string
  /** Written by a newer version of the program: not damaged, but not ours to read. */
  readonly newer: boolean
}

const partsHead = z.strictObject({
  kind: z.enum(['json', 'bytes']),
  parts: z.int().min(1),
  bytes: z.int().min(1),
})
const name = z.string()
export const pointerRecord = z.strictObject({
  key: name,
  head: z.int().min(1).optional(),
  applied: z.int().min(1).optional(),
})
const envelope = z.object({
  kind: name,
  namespace: name,
  name,
  uid: name,
  etag: name,
  revision: z.int(),
})
/** Content is the model's: it was valid when it was written, and the checksum says that it is what was written. */
const storedObject = z.custom<StoredObject>((value) => envelope.safeParse(value).success)
const revisionRecord = z.strictObject({
  number: z.int().min(1),
  at: z.number(),
  actor: name,
  reason: name,
  requestId: name.optional(),
  verb: name,
  push: name.optional(),
  puts: z.array(storedObject),
  deletes: z.array(name),
})
export const requestRecord = z.strictObject({
  id: name,
  hash: name,
  revision: z.int().min(0),
  answer: z.custom<Json>(() => true),
})
export const tableRecord = z.strictObject({
  key: name,
  value: z.custom<Json>((value) => value !== undefined),
})

export const damage = (record: string, what: string, newer = false): Result<never, Damage> =>
  err({ record, what, newer })

/** The content of one value as it is stored: checked, parts not yet joined. */
export function readFrame(
  key: string,
  bytes: Uint8Array,
): Result<{ kind: 'json' | 'bytes' | 'parts'; content: Uint8Array; sum: number }, Damage> {
  const frame = decodeFrame(key, bytes)
  if (frame.ok) return frame
  return frame.error === 'newer'
    ? damage(key, 'it has a newer format than this version knows', true)
    : damage(key, 'its checksum does not match its content')
}

/** Parses the JSON of a record by its schema. */
export function parseJson<T>(key: string, content: Uint8Array, schema: z.ZodType<T>): Result<T, Damage> {
  let value: unknown
  try {
    value = JSON.parse(Buffer.from(content.buffer, content.byteOffset, content.byteLength).toString())
  } catch (cause) {
    return damage(key, `it holds no JSON: ${cause instanceof Error ? cause.message : String(cause)}`)
  }
  const parsed = schema.safeParse(value)
  return parsed.success
    ? ok(parsed.data as T)
    : damage(key, `it has not the shape of its kind: ${parsed.error.message}`)
}

/** A stored revision, from its bytes. */
export const parseRevision = (key: string, content: Uint8Array): Result<Revision, Damage> =>
  parseJson(key, content, revisionRecord as z.ZodType<Revision>)

/** Head of a value in parts. */
export const parsePartsHead = (key: string, content: Uint8Array): Result<PartsHead, Damage> =>
  parseJson(key, content, partsHead)

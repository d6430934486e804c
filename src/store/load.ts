// Reading a store back: every key in order in, the whole state out, or the name of the record that cannot be believed.
// Each value is checked by itself, then all of them together against the root.

import { z } from 'zod'
import type { Json, Result } from '../base/index.ts'
import { err, ok } from '../base/index.ts'
import type { StoredObject } from '../model/index.ts'
import { keyOf } from '../model/index.ts'
import { decodeGeneration, generationRecord, hashesNamed } from './generations.ts'
import {
  digits,
  generationKey,
  objectRecordKey,
  partKey,
  recordKey,
  requestKey,
  resourceKey,
  revisionKey,
  wholeOf,
} from './keys.ts'
import type { PartsHead } from './ledger.ts'
import { decodeFrame } from './record.ts'
import type { RootRecord } from './root.ts'
import { SortedMap } from './sorted-map.ts'
import type { AnsweredRequest, RevisionFact, StoreState, Touch } from './state.ts'
import { emptyState, recordTables, withView } from './state.ts'
import type { Generation, RecordTable, Revision } from './types.ts'

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
const pointerRecord = z.strictObject({
  key: name,
  head: z.int().min(1).optional(),
  applied: z.int().min(1).optional(),
})
/** Content is the model's: it was valid when it was written, and the checksum says that it is what was written. */
const storedObject = z.custom<StoredObject>(
  (value) =>
    z
      .looseObject({ kind: name, namespace: name, name, uid: name, etag: name, revision: z.int() })
      .safeParse(value).success,
)
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
const requestRecord = z.strictObject({
  id: name,
  hash: name,
  revision: z.int().min(0),
  answer: z.custom<Json>(() => true),
})
const tableRecord = z.strictObject({ key: name, value: z.custom<Json>((value) => value !== undefined) })

const damage = (record: string, what: string, newer = false): Result<never, Damage> =>
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

/** Collects what the engine holds, key by key in order, and makes the state of it. */
export interface Loader {
  add(key: string, bytes: Uint8Array): Result<void, Damage>
  finish(root: RootRecord): Result<StoreState, Damage>
}

export function createLoader(): Loader {
  const ledger: [string, { sum: number; bytes: number }][] = []
  let digest = 0
  let total = 0
  const pointers = new Map<string, z.infer<typeof pointerRecord>>()
  const contents = new Map<string, StoredObject>()
  const facts: RevisionFact[] = []
  const generations = new Map<string, Generation[]>()
  const named: { readonly record: string; readonly hash: string }[] = []
  const requests: [string, AnsweredRequest][] = []
  const rows = new Map<RecordTable, [string, Json][]>(recordTables.map((table) => [table, []]))
  let open: { readonly key: string; readonly head: PartsHead; readonly parts: Uint8Array[] } | undefined

  const readers: Readonly<Record<string, (key: string, content: Uint8Array) => Result<void, Damage>>> = {
    obj(key, content) {
      const pointer = parseJson(key, content, pointerRecord)
      if (!pointer.ok) return pointer
      if (objectRecordKey(pointer.value.key) !== key) return damage(key, `it is about ${pointer.value.key}`)
      pointers.set(pointer.value.key, pointer.value)
      return ok(undefined)
    },
    rev(key, content) {
      const revision = parseRevision(key, content)
      if (!revision.ok) return revision
      const { number, actor, puts, deletes } = revision.value
      if (revisionKey(number) !== key) return damage(key, `it is revision ${number}`)
      for (const put of puts) {
        const at = keyOf(put)
        const pointer = pointers.get(at)
        if (pointer?.head === number || pointer?.applied === number) contents.set(`${number} ${at}`, put)
      }
      facts.push({ number, actor, keys: [...new Set([...puts.map(keyOf), ...deletes])] })
      return ok(undefined)
    },
    gen(key, content) {
      const record = parseJson(key, content, generationRecord)
      if (!record.ok) return record
      const { group, number, base } = record.value
      if (generationKey(group, number) !== key) return damage(key, `it is generation ${number} of ${group}`)
      const before = generations.get(group) ?? []
      const previous = before.at(-1)
      if (previous?.number !== base && base !== undefined)
        return damage(key, `generation ${base} before it is missing`)
      named.push(...hashesNamed(record.value).map((hash) => ({ record: key, hash })))
      generations.set(group, [
        ...before,
        decodeGeneration(record.value, base === undefined ? undefined : previous),
      ])
      return ok(undefined)
    },
    req(key, content) {
      const request = parseJson(key, content, requestRecord)
      if (!request.ok) return request
      if (requestKey(request.value.id) !== key) return damage(key, `it is request ${request.value.id}`)
      requests.push([request.value.id, request.value])
      return ok(undefined)
    },
    rec(key, content) {
      const table = recordTables.find((known) => key.startsWith(`rec/${known}/`))
      if (table === undefined) return damage(key, 'no such table')
      const row = parseJson(key, content, tableRecord)
      if (!row.ok) return row
      if (recordKey(table, row.value.key) !== key) return damage(key, `it is record ${row.value.key}`)
      rows.get(table)?.push([row.value.key, row.value.value])
      return ok(undefined)
    },
    res: () => ok(undefined),
  }

  const whole = (key: string, content: Uint8Array): Result<void, Damage> => {
    const read =
      Object.hasOwn(readers, key.slice(0, 3)) && key[3] === '/' ? readers[key.slice(0, 3)] : undefined
    return read === undefined ? damage(key, 'no record of this store has such a name') : read(key, content)
  }
  const closeParts = (): Result<void, Damage> => {
    if (open === undefined) return ok(undefined)
    const { key, head, parts } = open
    open = undefined
    const joined = Buffer.concat(parts)
    if (parts.length !== head.parts || joined.length !== head.bytes)
      return damage(key, 'some of its parts are missing')
    return whole(key, joined)
  }

  return {
    add(key, bytes) {
      const frame = readFrame(key, bytes)
      if (!frame.ok) return frame
      const { kind, content, sum } = frame.value
      ledger.push([key, { sum, bytes: bytes.length }])
      digest = (digest + sum) >>> 0
      total += bytes.length
      const of = wholeOf(key)
      if (of !== undefined) {
        if (open?.key !== of || partKey(of, open.parts.length) !== key)
          return damage(key, 'it is part of nothing')
        open.parts.push(key.startsWith('res/') ? content : Buffer.from(content))
        return ok(undefined)
      }
      const closed = closeParts()
      if (!closed.ok) return closed
      if (kind !== 'parts') return whole(key, content)
      const head = parsePartsHead(key, content)
      if (!head.ok) return head
      open = { key, head: head.value, parts: [] }
      return ok(undefined)
    },
    finish(root) {
      const closed = closeParts()
      if (!closed.ok) return closed
      if (ledger.length !== root.keys || digest !== root.digest) {
        const what = `it counts ${root.keys} keys with digest ${root.digest}, found are ${ledger.length} with ${digest}`
        return damage('root', `${what}: records are missing or old`)
      }
      const heads: [string, StoredObject][] = []
      const applied: [string, StoredObject][] = []
      for (const [key, pointer] of pointers) {
        for (const [number, into] of [
          [pointer.head, heads],
          [pointer.applied, applied],
        ] as const) {
          if (number === undefined) continue
          const content = contents.get(`${number} ${key}`)
          if (content === undefined)
            return damage(objectRecordKey(key), `revision ${number} does not hold its content`)
          into.push([key, content])
        }
      }
      const entries = SortedMap.from(ledger)
      for (const { record, hash } of named) {
        if (!entries.has(resourceKey(hash)))
          return damage(record, `resource ${hash}, which it names, is missing`)
      }
      const table = (of: RecordTable): SortedMap<Json> => SortedMap.from(rows.get(of) ?? [])
      return ok(
        withView({
          ...emptyState(root.id),
          sequence: root.sequence,
          revision: root.revision,
          heads: SortedMap.from(heads),
          applied: SortedMap.from(applied),
          generations: SortedMap.from(generations),
          tables: {
            push: table('push'),
            retirement: table('retirement'),
            inventory: table('inventory'),
            refusal: table('refusal'),
            closed: table('closed'),
          },
          requests: SortedMap.from(requests),
          revisions: SortedMap.from(facts.map((fact) => [digits(fact.number), fact] as const)),
          touched: indexTouches(facts),
          ledger: { entries, digest, bytes: total },
        }),
      )
    },
  }
}

/** Who touched what, from the kept revisions in their order. */
export function indexTouches(facts: Iterable<RevisionFact>): SortedMap<Touch> {
  const touched = new Map<string, Touch>()
  for (const { number, keys } of facts) {
    for (const key of keys) touched.set(key, { revision: number, before: touched.get(key) })
  }
  return SortedMap.from(touched)
}

// Reading a store back: every key in order in, the whole state out, or the name of the record that cannot be believed.
// Each value is checked by itself, then all of them together against the root.

import type { z } from 'zod'
import type { Json, Result } from '../base/index.ts'
import { ok } from '../base/index.ts'
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
import type { Damage } from './read-record.ts'
import {
  damage,
  parseJson,
  parsePartsHead,
  parseRevision,
  pointerRecord,
  readFrame,
  requestRecord,
  tableRecord,
} from './read-record.ts'
import type { RootRecord } from './root.ts'
import { SortedMap } from './sorted-map.ts'
import type { AnsweredRequest, RevisionFact, StoreState } from './state.ts'
import { emptyState, indexTouches, recordTables, withView } from './state.ts'
import type { Generation, RecordTable } from './types.ts'

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
        open.parts.push(content)
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
            endpoint: table('endpoint'),
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

// The store's brain: state and change in, next state and the records to write out, or the problem. Pure: the caller
// makes it durable, then publishes the state.
import type { Json, Problem, Result } from '../base/index.ts'
import { err, invariant, limits, ok } from '../base/index.ts'
import type { ObjectKey, StoredObject } from '../model/index.ts'
import { keyOf } from '../model/index.ts'
import { encodeGeneration, hashesNamed, shareUnchanged } from './generations.ts'
import {
  digits,
  generationKey,
  objectRecordKey,
  recordKey,
  requestKey,
  resourceKey,
  revisionKey,
} from './keys.ts'
import type { Payload, RecordWrite } from './ledger.ts'
import { bytesPayload, jsonPayload } from './ledger.ts'
import type { RevisionFact, StoreState } from './state.ts'
import { describeRevision, touch, uidOf, withView } from './state.ts'
import type { Change, Generation, RecordTable, Revision } from './types.ts'

/** What a change comes to: nothing to write because the request was answered before, or the next state. */
export type Step =
  | { readonly kind: 'replayed'; readonly answer: Json }
  | {
      readonly kind: 'stepped'
      /** Its ledger is the one before: the caller enters the writes. */
      readonly state: StoreState
      readonly writes: readonly RecordWrite[]
      readonly revision: Revision | undefined
    }

/** Decides a change. `at` is wall clock, ms since the epoch, for people. Throws only for a caller's bug. */
export function step(state: StoreState, change: Change, at: number): Result<Step, Problem> {
  const { revision } = change
  if (revision?.requestId !== undefined) {
    const answered = replay(state, revision.requestId, revision.requestHash ?? '')
    if (!answered.ok) return answered
    if (answered.value !== undefined) return ok({ kind: 'replayed', answer: answered.value })
  }
  const stale = staleEtag(state, change)
  if (stale !== undefined) return err(stale)

  const writes: RecordWrite[] = []
  const next = intent(state, change, at, writes)
  const generations = serve(state, change, writes)
  if (!generations.ok) return generations
  const tables = keep(state, change, writes)
  const tooLarge = writes.find(({ value }) => (value?.content.length ?? 0) > limits.storeRecordBytes)
  if (tooLarge !== undefined) return err(oversize(tooLarge.key, tooLarge.value))
  const stepped = withView({
    ...state,
    ...next.state,
    ...generations.value,
    tables,
    sequence: state.sequence + 1,
  })
  return ok({ kind: 'stepped', state: stepped, writes, revision: next.revision })
}

/** The kept answer of a request id (null when it had none); undefined when the id is new. */
export function replay(state: StoreState, id: string, hash: string): Result<Json | undefined, Problem> {
  const known = state.requests.get(id)
  if (known === undefined || known.hash === hash) return ok(known?.answer)
  const winner = describeRevision(state.revisions, digits(known.revision), known.revision)
  const message = `request id ${id} was used by ${winner} with another body: send a new id for a new request`
  return err({ kind: 'conflict', message, winner })
}

function staleEtag(state: StoreState, { expects = [] }: Change): Problem | undefined {
  for (const { key, etag } of expects) {
    const found = state.heads.get(key)?.etag ?? 'absent'
    if (found === etag) continue
    const newest = state.touched.get(key)?.revision ?? state.heads.get(key)?.revision
    const winner =
      newest === undefined ? undefined : describeRevision(state.revisions, digits(newest), newest)
    const what = found === 'absent' ? 'it does not exist' : `its etag is ${found}`
    const who = winner === undefined ? '' : ` (${winner})`
    const message = `${key}: ${what}${who}, the request wants ${etag === 'absent' ? 'no such object' : etag}`
    return { kind: 'conflict', message, ...(winner === undefined ? {} : { winner }) }
  }
  return undefined
}

type IntentState = Pick<StoreState, 'revision' | 'heads' | 'applied' | 'requests' | 'revisions' | 'touched'>

/** The revision, the heads it moves and the applied pointers. */
function intent(
  state: StoreState,
  change: Change,
  at: number,
  writes: RecordWrite[],
): { readonly state: IntentState; readonly revision: Revision | undefined } {
  const planned = change.revision
  const number = planned === undefined ? state.revision : state.revision + 1
  const puts = (planned?.puts ?? []).map((content, index): StoredObject => {
    const before = state.heads.get(keyOf(content))
    const uid = before?.uid ?? uidOf(state.id, number, index)
    return { ...content, uid, etag: `${state.id}-${number}`, revision: number }
  })
  const moved = new Map<ObjectKey, StoredObject | undefined>(puts.map((put) => [keyOf(put), put]))
  for (const key of planned?.deletes ?? []) moved.set(key, undefined)
  const heads = state.heads.with(moved)
  const pointed = new Map(
    (change.applied ?? []).map(({ key, to }) => [key, to === 'head' ? heads.get(key) : undefined]),
  )
  const applied = state.applied.with(pointed)
  for (const key of new Set([...moved.keys(), ...pointed.keys()])) {
    const head = heads.get(key)?.revision
    const fleet = applied.get(key)?.revision
    const value = {
      key,
      ...(head === undefined ? {} : { head }),
      ...(fleet === undefined ? {} : { applied: fleet }),
    }
    const gone = head === undefined && fleet === undefined
    writes.push({ key: objectRecordKey(key), value: gone ? undefined : jsonPayload(value) })
  }
  const { requests, revisions, touched } = state
  if (planned === undefined)
    return { revision: undefined, state: { revision: number, heads, applied, requests, revisions, touched } }

  const { actor, reason, verb, requestId, requestHash = '', push, deletes } = planned
  const optional = {
    ...(requestId === undefined ? {} : { requestId }),
    ...(push === undefined ? {} : { push }),
  }
  const revision: Revision = { number, at, actor, reason, verb, ...optional, puts, deletes }
  writes.push({ key: revisionKey(number), value: jsonPayload(revision) })
  const fact: RevisionFact = { number, actor, keys: [...moved.keys()] }
  const answered =
    requestId === undefined
      ? undefined
      : { id: requestId, hash: requestHash, revision: number, answer: change.answer ?? null }
  if (answered !== undefined) writes.push({ key: requestKey(answered.id), value: jsonPayload(answered) })
  return {
    revision,
    state: {
      revision: number,
      heads,
      applied,
      requests: answered === undefined ? requests : requests.with([[answered.id, answered]]),
      revisions: revisions.with([[digits(number), fact]]),
      touched: touch(touched, fact),
    },
  }
}

/** New generations and the resources that they name. */
function serve(
  state: StoreState,
  change: Change,
  writes: RecordWrite[],
): Result<Pick<StoreState, 'generations' | 'condemned'>, Problem> {
  const delivered = change.resources ?? new Map<string, Uint8Array>()
  for (const [hash, bytes] of delivered) {
    if (!state.ledger.entries.has(resourceKey(hash)))
      writes.push({ key: resourceKey(hash), value: bytesPayload(bytes) })
  }
  const newest = new Map<string, readonly Generation[]>()
  const named = new Set<string>(delivered.keys())
  for (const planned of change.generations ?? []) {
    const { group, number } = planned
    const kept = newest.get(group) ?? state.generations.get(group) ?? []
    const base = kept.at(-1)
    if (base !== undefined && number <= base.number) {
      const message = `generation ${number} of ${group} is not above generation ${base.number} (${base.cause})`
      return err({ kind: 'conflict', message, winner: base.cause })
    }
    const generation = shareUnchanged(planned, base)
    // Told whole now and then: a damaged record takes those with it that are told from it.
    const isWhole = number % limits.generationsPerWhole === 0
    const record = encodeGeneration(generation, isWhole ? undefined : base)
    for (const hash of hashesNamed(record)) {
      const held = delivered.has(hash) || state.ledger.entries.has(resourceKey(hash))
      invariant(
        held,
        `generation ${number} of ${group} names resource ${hash}, which the store was never given`,
      )
      named.add(hash)
    }
    writes.push({ key: generationKey(group, number), value: jsonPayload(record) })
    newest.set(group, [...kept, generation])
  }
  const revived = new Set([...named].map(resourceKey).filter((key) => state.condemned.has(key)))
  return ok({ generations: state.generations.with(newest), condemned: without(state.condemned, revived) })
}

function without(map: ReadonlyMap<string, number>, keys: ReadonlySet<string>): ReadonlyMap<string, number> {
  return keys.size === 0 ? map : new Map([...map].filter(([key]) => !keys.has(key)))
}

/** The records of rooms downstream. */
function keep(state: StoreState, { records }: Change, writes: RecordWrite[]): StoreState['tables'] {
  const changes = new Map<RecordTable, Map<string, Json | undefined>>()
  const note = (table: RecordTable, key: string, value: Json | undefined): void => {
    const rows = changes.get(table) ?? new Map<string, Json | undefined>()
    changes.set(table, rows.set(key, value))
    const stored = value === undefined ? undefined : jsonPayload({ key, value })
    writes.push({ key: recordKey(table, key), value: stored })
  }
  for (const { table, key } of records?.delete ?? []) note(table, key, undefined)
  for (const { table, key, value } of records?.put ?? []) note(table, key, value)
  const changed = [...changes].map(([table, rows]) => [table, state.tables[table].with(rows)] as const)
  return changed.length === 0 ? state.tables : { ...state.tables, ...Object.fromEntries(changed) }
}

function oversize(key: string, value: Payload | undefined): Problem {
  const message = `${key} has ${value?.content.length ?? 0} bytes, at most ${limits.storeRecordBytes} are stored in one record`
  return { kind: 'limit', message, limit: 'storeRecordBytes' }
}

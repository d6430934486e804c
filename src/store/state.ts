// The whole committed state as one immutable value. Every commit makes the next one; parts that did not change are
// shared, and an object keeps its identity for as long as it is unchanged.
import type { Json } from '../base/index.ts'
import type { ObjectKey, StoredObject } from '../model/index.ts'
import type { Ledger } from './ledger.ts'
import { emptyLedger } from './ledger.ts'
import { SortedMap } from './sorted-map.ts'
import type { Generation, RecordTable, StoreView } from './types.ts'

/** Newest first: the revisions that put or deleted an object. */
export interface Touch {
  readonly revision: number
  readonly before: Touch | undefined
}

/** What is remembered of a revision without reading it. */
export interface RevisionFact {
  readonly number: number
  readonly actor: string
  readonly keys: readonly ObjectKey[]
}

/** A request id that was answered. */
export interface AnsweredRequest {
  readonly id: string
  readonly hash: string
  readonly revision: number
  readonly answer: Json
}

export interface StoreState {
  /** Made when the store was; part of uids and etags, so that those of another store never match. */
  readonly id: string
  /** Commits so far, housekeeping included. */
  readonly sequence: number
  readonly view: StoreView
  readonly revision: number
  readonly heads: SortedMap<StoredObject>
  readonly applied: SortedMap<StoredObject>
  readonly generations: SortedMap<readonly Generation[]>
  readonly tables: Readonly<Record<RecordTable, SortedMap<Json>>>
  readonly requests: SortedMap<AnsweredRequest>
  /** By number, padded. */
  readonly revisions: SortedMap<RevisionFact>
  readonly touched: SortedMap<Touch>
  /** Keys of resources that no kept generation names → the sequence at which that was seen. Gone later, unless named again. */
  readonly condemned: ReadonlyMap<string, number>
  /** Newest revision at the last look for old ones. */
  readonly swept: number
  readonly ledger: Ledger
}

export const recordTables: readonly RecordTable[] = [
  'push',
  'retirement',
  'inventory',
  'refusal',
  'closed',
  'endpoint',
]

export function emptyState(id: string): StoreState {
  return withView({
    id,
    sequence: 0,
    revision: 0,
    heads: SortedMap.empty(),
    applied: SortedMap.empty(),
    generations: SortedMap.empty(),
    tables: {
      push: SortedMap.empty(),
      retirement: SortedMap.empty(),
      inventory: SortedMap.empty(),
      refusal: SortedMap.empty(),
      closed: SortedMap.empty(),
      endpoint: SortedMap.empty(),
    },
    requests: SortedMap.empty(),
    revisions: SortedMap.empty(),
    touched: SortedMap.empty(),
    condemned: new Map(),
    swept: 0,
    ledger: emptyLedger,
  })
}

/** Completes a state with the view that readers get of it. */
export function withView(state: Omit<StoreState, 'view'>): StoreState {
  const { revision, heads, applied, generations, tables } = state
  const view: StoreView = { revision, heads, applied, generations, records: (table) => tables[table] }
  return { ...state, view }
}

/** `r41 by deploy-bot`; without the actor where the revision is no longer kept. */
export function describeRevision(revisions: StoreState['revisions'], padded: string, number: number): string {
  const fact = revisions.get(padded)
  return fact === undefined ? `r${number}` : `r${number} by ${fact.actor}`
}

/** The index of who touched what, after one more revision. */
export function touch(touched: SortedMap<Touch>, { number, keys }: RevisionFact): SortedMap<Touch> {
  return touched.with(keys.map((key) => [key, { revision: number, before: touched.get(key) }]))
}

/** Who touched what, from the kept revisions in their order. */
export function indexTouches(facts: Iterable<RevisionFact>): SortedMap<Touch> {
  const touched = new Map<string, Touch>()
  for (const { number, keys } of facts) {
    for (const key of keys) touched.set(key, { revision: number, before: touched.get(key) })
  }
  return SortedMap.from(touched)
}

/** The uid of an object that a revision makes: of the store, the revision, and the object's place in it. */
export const uidOf = (store: string, revision: number, place: number): string =>
  `${store}-${revision}-${place}`

/** The revision that made the object of a uid. */
export const bornIn = (uid: string): number => Number(uid.split('-').at(-2))

// The store's interface: one writer, revisions and records, durable before answered. Engines stand behind it.
import type { Json, Problem, Result } from '../base/index.ts'
import type { GroupKey, ObjectContent, ObjectKey, StoredObject, World } from '../model/index.ts'

/** One committed change of intent. Numbers start at 1 and have no gaps. */
export interface Revision {
  readonly number: number
  /** Wall clock, milliseconds since the epoch; for people, never for order. */
  readonly at: number
  readonly actor: string
  readonly reason: string
  readonly requestId?: string
  /** What it was: `apply`, `delete`, `switch`, `rollback`, `compensate`, … */
  readonly verb: string
  /** The push it started, if any. */
  readonly push?: string
  readonly puts: readonly StoredObject[]
  readonly deletes: readonly ObjectKey[]
}

/** type URL → what a node group is served of it. Unchanged types are shared by reference between generations. */
export type GenerationTypes = ReadonlyMap<string, GenerationType>
export interface GenerationType {
  /** Hash over the sorted (name, hash) pairs; equal content, equal version, on every replica and after restarts. */
  readonly version: string
  /** Resource name → content hash. */
  readonly entries: ReadonlyMap<string, string>
}

/** What a node group is served: monotonic per group, durable, read after a crash and never derived again. */
export interface Generation {
  readonly group: GroupKey
  readonly number: number
  readonly types: GenerationTypes
  /** Why it exists: `push/12 prepared`, `push/12 switched`, `retire shop/checkout/blue.1`. */
  readonly cause: string
}

/**
 * Record tables of rooms downstream; values are theirs (they parse what they read back). Compaction reads a little of them
 * (hints.ts): a push with a numeric `endedAt` is finished; a `group` beside `generation`, `good`, `before`, `prepared` or
 * `switched` (also inside `groups`) keeps those generations; `revision` of an unfinished push keeps that revision.
 */
export type RecordTable = 'push' | 'retirement' | 'inventory' | 'refusal' | 'closed' | 'endpoint'

/** Everything one commit does, all or nothing. */
export interface Change {
  /** etags the writer relies on; `absent` wants no such object. A mismatch is a conflict that names the winner. */
  readonly expects?: readonly { readonly key: ObjectKey; readonly etag: string | 'absent' }[]
  readonly revision?: {
    readonly actor: string
    readonly reason: string
    readonly verb: string
    readonly requestId?: string
    /** Hash of the request's body: the same id with another body is an error. */
    readonly requestHash?: string
    readonly push?: string
    readonly puts: readonly ObjectContent[]
    readonly deletes: readonly ObjectKey[]
  }
  /** Moves applied pointers: `head` as of after this commit, `absent` removes it from the applied world. */
  readonly applied?: readonly { readonly key: ObjectKey; readonly to: 'head' | 'absent' }[]
  readonly generations?: readonly Generation[]
  /** Encoded resources that the new generations name and the store may not hold yet: hash → Any bytes. */
  readonly resources?: ReadonlyMap<string, Uint8Array>
  readonly records?: {
    readonly put?: readonly { readonly table: RecordTable; readonly key: string; readonly value: Json }[]
    readonly delete?: readonly { readonly table: RecordTable; readonly key: string }[]
  }
  /** Answer kept for the request id of the revision: given again, word for word, to a retry. */
  readonly answer?: Json
}

/** What a commit gave. `replayed` is set when the request id was known: nothing was written. */
export interface Committed {
  readonly revision?: Revision
  readonly replayed?: { readonly answer: Json }
  /** Milliseconds from the write's start to its flush's end. */
  readonly flushMs: number
}

/** The committed state of one moment; immutable, replaced whole at each commit. */
export interface StoreView {
  /** Newest revision; 0 when there is none. */
  readonly revision: number
  readonly heads: World
  /** What the fleet was switched to. */
  readonly applied: World
  /** Per group the kept generations, oldest first. */
  readonly generations: ReadonlyMap<GroupKey, readonly Generation[]>
  records(table: RecordTable): ReadonlyMap<string, Json>
}

export interface StoreStats {
  readonly commits: number
  readonly flushMsTotal: number
  /** Of all records, as the store counts them (files on disk are larger). */
  readonly bytes: number
  readonly keys: number
  readonly resources: number
  readonly revisions: number
  /** Commits that wait for a flush. */
  readonly waiting: number
  /** Why nothing is written any more; absent while all is well. */
  readonly readOnly?: string
}

/** What an object was: its content, that there was none, or that what is kept does not say. */
export type Earlier = StoredObject | 'absent' | 'forgotten'

/** Whether a store takes changes, and what it knows where it does not. */
export type StoreCondition =
  | { readonly kind: 'writable' }
  /** Nothing is written any more; everything that was committed is there. */
  | { readonly kind: 'readOnly'; readonly reason: string; readonly next: string }
  /** Opened in part, from what can be proven; nothing of it is written. */
  | {
      readonly kind: 'damaged'
      readonly reason: string
      readonly next: string
      readonly groups: readonly ProvenGroup[]
      /** Where intent is from: everything adds up, did so up to the damage, or what is left of it. */
      readonly intent: 'whole' | 'earlier' | 'leftovers'
      readonly faults: readonly StoreFault[]
    }

/** What is proven of one node group's generations in a damaged store. */
export interface ProvenGroup {
  readonly group: GroupKey
  /** Newest generation that is whole; undefined: none, so the group is held. */
  readonly newest: number | undefined
  /** Highest number that is known to have been used. */
  readonly highest: number
  /** Whether nothing newer can have been committed. Where it can, a proxy that holds something else may be ahead. */
  readonly isNewest: boolean
}

/** Something that is wrong with a store: in which file or record, what, and what it means. */
export interface StoreFault {
  readonly where: string
  readonly what: string
  readonly meaning: string
}

export interface Store {
  view(): StoreView
  /**
   * Tells of every write that moved objects, once `view` shows it and before it is answered; `keys` are those that a head or
   * an applied pointer moved of. The listener must be quick and must not throw. Gives what ends it.
   */
  watch(listener: (keys: readonly ObjectKey[]) => void): () => void
  condition(): StoreCondition
  /**
   * Adds a generation in memory only: how an operator goes back while nothing can be written. A problem while the store
   * takes changes.
   */
  serveUnsaved(generation: Generation): Result<void, Problem>
  /** One at a time, in the order of the calls. Resolves when flushed to disk; after an I/O error the store is read-only. */
  commit(change: Change): Promise<Result<Committed, Problem>>
  /** The kept answer of a request id, if its body hash matches; `conflict` if it does not. */
  replay(requestId: string, requestHash: string): Result<Json | undefined, Problem>
  /** Any bytes of an encoded resource by its content hash. */
  resource(hash: string): Promise<Uint8Array | undefined>
  /** Which of these hashes the store already holds. */
  has(hash: string): boolean
  /** Revisions newest first, below `before` when given. */
  revisions(options: { readonly before?: number; readonly limit: number }): Promise<readonly Revision[]>
  revision(number: number): Promise<Revision | undefined>
  /** Contents that an object had, newest first. */
  history(
    key: ObjectKey,
    limit: number,
  ): Promise<readonly { readonly revision: Revision; readonly content: StoredObject | 'deleted' }[]>
  /** What these objects were at a revision. */
  contentsAt(keys: Iterable<ObjectKey>, revision: number): Promise<ReadonlyMap<ObjectKey, Earlier>>
  /** Objects that the revisions after this one touched; undefined: not all of those are kept. */
  touchedAfter(revision: number): readonly ObjectKey[] | undefined
  stats(): StoreStats
  close(): Promise<void>
}

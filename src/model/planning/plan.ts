// What a plan is, and what every plan needs: contents without what a commit gave them, etags to compare, diffs.

import {
  canonicalJson,
  err,
  invalid,
  limits,
  type Problem,
  type Result,
  type Violation,
} from '../../base/index.ts'
import type { Effect } from '../kind-definition.ts'
import { kinds } from '../kinds.ts'
import { bounded } from '../manifests/faults.ts'
import {
  type ContentByKind,
  type Kind,
  keyOf,
  type ObjectContent,
  type ObjectKey,
  type StoredObject,
  titleOf,
  type World,
} from '../objects.ts'
import { diffLines } from './diff.ts'

/** One object's difference, before and after. */
export interface PlannedDiff {
  readonly key: ObjectKey
  readonly change: 'created' | 'changed' | 'deleted' | 'unchanged'
  /** `spec.upstream.connectTimeout: 1s → 2s`; only of changed objects. */
  readonly lines: readonly string[]
  /** How Envoy answers it, where that is more than new requests going elsewhere. */
  readonly effect?: Effect
  /** Where it drains: whose connections end, in words. */
  readonly drains?: readonly string[]
}

/**
 * What a commit has to do, all or nothing. `expects` are the etags that the plan relies on: a commit that compares
 * them cannot overwrite what the plan did not see.
 */
export interface Plan {
  readonly puts: readonly ObjectContent[]
  readonly deletes: readonly ObjectKey[]
  readonly expects: readonly { readonly key: ObjectKey; readonly etag: string | 'absent' }[]
  /** For people: what was left as it is, and why. */
  readonly notes: readonly string[]
  readonly diffs: readonly PlannedDiff[]
  /** What it was forced past, in few words; kept with the revision's reason. */
  readonly forced?: readonly string[]
  /** What it takes back, in few words; kept with the revision's reason. */
  readonly of?: string
}

/** Who wrote the newest content of an object, for messages; the store's revisions know. */
export type Who = (key: ObjectKey) => string | undefined

/** An object as a commit takes it: without uid, etag and revision. */
export function contentOf(object: ObjectContent | StoredObject): ObjectContent {
  if (!('uid' in object)) return object
  const { uid: _uid, etag: _etag, revision: _revision, ...content } = object
  return content
}

/** Whether two objects say the same. */
export const sameContent = (a: ObjectContent | StoredObject, b: ObjectContent | StoredObject): boolean =>
  canonicalJson(contentOf(a)) === canonicalJson(contentOf(b))

/** Puts and deletes as a plan, with the diffs and the etags of the heads that they replace. */
export function planOf(
  heads: World,
  change: {
    readonly puts: readonly ObjectContent[]
    readonly deletes?: readonly ObjectKey[]
    /** Read, not written, and relied upon. */
    readonly relies?: readonly ObjectKey[]
    readonly unchanged?: readonly ObjectKey[]
    readonly notes?: readonly string[]
    readonly forced?: readonly string[]
  },
): Plan {
  const { puts, deletes = [], relies = [], unchanged = [], notes = [], forced = [] } = change
  const keys = new Set([...puts.map(keyOf), ...deletes, ...relies])
  const nothing = puts.length === 0 && deletes.length === 0
  return {
    puts,
    deletes,
    expects: nothing ? [] : [...keys].map((key) => ({ key, etag: heads.get(key)?.etag ?? 'absent' })),
    notes: boundedNotes(notes),
    ...(forced.length === 0 ? {} : { forced }),
    diffs: [
      // A Tombstone is our own book-keeping: nobody asked for it, nobody sees it.
      ...puts.filter(isSeen).map((object) => diffOf(heads.get(keyOf(object)), object)),
      ...deletes
        .flatMap((key) => heads.get(key) ?? [])
        .filter(isSeen)
        .map(deletedDiff),
      ...unchanged.map((key): PlannedDiff => ({ key, change: 'unchanged', lines: [] })),
    ],
  }
}

function boundedNotes(notes: readonly string[]): readonly string[] {
  const more = notes.length - limits.planNotes
  return more <= 0 ? notes : [...notes.slice(0, limits.planNotes), `${more} more notes`]
}

function diffOf(before: StoredObject | undefined, after: ObjectContent): PlannedDiff {
  const key = keyOf(after)
  if (before === undefined) return { key, change: 'created', lines: [], ...effectOfNew(after.kind, after) }
  return { key, change: 'changed', lines: diffLines(before, after), ...effectOf(after.kind, before, after) }
}

function deletedDiff(before: StoredObject): PlannedDiff {
  return { key: keyOf(before), change: 'deleted', lines: [], ...effectOf(before.kind, before, undefined) }
}

const isSeen = ({ kind }: { readonly kind: Kind }): boolean => kind !== 'Tombstone'

type Consequence = Pick<PlannedDiff, 'effect' | 'drains'>

function effectOf(kind: Kind, before: ObjectContent, after: ObjectContent | undefined): Consequence {
  return before.kind === kind && (after === undefined || after.kind === kind)
    ? effectAs(kind, before, after)
    : {}
}

/** Few objects change what is there already by being made. */
function effectOfNew<K extends Kind>(kind: K, after: ContentByKind[Kind]): Consequence {
  // It is of this kind. The table's types cannot see it.
  const { effect, drains = [] } = kinds[kind].created?.(after as ContentByKind[K]) ?? {}
  return { ...(effect === undefined ? {} : { effect }), ...(drains.length === 0 ? {} : { drains }) }
}

function effectAs<K extends Kind>(
  kind: K,
  before: ContentByKind[Kind],
  after: ContentByKind[Kind] | undefined,
): Consequence {
  // Both are of this kind: the caller compared. The table's types cannot see it.
  const [was, is] = [before as ContentByKind[K], after as ContentByKind[K] | undefined]
  const effect = kinds[kind].effect?.(was, is)
  const drains = kinds[kind].drains?.(was, is) ?? []
  return {
    ...(effect === undefined ? {} : { effect }),
    ...(drains.length === 0 ? {} : { drains }),
  }
}

/** Refuses a plan whose writer saw another etag than the head has. */
export function staleEtag(
  heads: World,
  object: { readonly key: ObjectKey; readonly title: string; readonly etag: string | undefined },
  who: Who | undefined,
): Problem | undefined {
  const { key, title, etag } = object
  const head = heads.get(key)
  if (etag === undefined || head?.etag === etag) return undefined
  if (head === undefined) {
    return {
      kind: 'conflict',
      message: `${title} does not exist, but an etag was given: it was deleted since, or never there`,
    }
  }
  const actor = who?.(key)
  const winner = `r${head.revision}${actor === undefined ? '' : ` by ${actor}`}`
  const message = `${title} was changed by ${winner} since it was read: its etag is "${head.etag}", the request says "${etag}"; read it again`
  return { kind: 'conflict', message, winner }
}

/** Several refusals as one problem. */
export function refused(refusals: readonly string[]): Problem {
  const more = refusals.length - 5
  const message = `${refusals.slice(0, 5).join('; ')}${more > 0 ? `; and ${more} more` : ''}`
  return { kind: 'precondition', message }
}

/** Violations as a problem whose message names the first object. */
export function invalidObjects(violations: readonly Violation[]): Result<never, Problem> {
  const problem = invalid(bounded(violations))
  const [first] = violations
  if (first?.object === undefined) return err(problem)
  return err({
    ...problem,
    message: violations.length === 1 ? `${first.object}: ${problem.message}` : problem.message,
  })
}

/** The object that a key names, in words, when it may be gone. */
export const titleOfKey = (key: ObjectKey): string => {
  const [namespace = '', kind = '', name = ''] = key.split('/')
  return titleOf({ kind, namespace, name })
}

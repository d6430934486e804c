// Objects as they are, then every change of them. A watcher holds the world that it has been told of, and the changes since
// in a bounded row; one that reads too slowly is told so and starts with the whole list again.
import { limits } from '../base/index.ts'
import { keyOf, type ObjectKey, type StoredObject, type World } from '../model/index.ts'
import type { Store, StoreView } from '../store/index.ts'
import { isApiKind } from './services/context.ts'

/** Which objects; undefined: any. */
export interface Wanted {
  readonly namespace?: string | undefined
  readonly kind?: string | undefined
  readonly name?: string | undefined
  readonly view: 'heads' | 'applied'
  /** Goes on after this revision; undefined: from the whole list. */
  readonly after?: number | undefined
}

/** Why the list comes anew. */
export type WatchFault = 'too old' | 'unknown revision' | 'not kept' | 'too slow'

export type WatchItem =
  | {
      readonly kind: 'change'
      readonly change: 'added' | 'changed'
      readonly object: StoredObject
      /** Where the object stands. */
      readonly world: World
    }
  | { readonly kind: 'change'; readonly change: 'deleted'; readonly key: ObjectKey }
  /** Everything up to this revision has been said. */
  | { readonly kind: 'mark'; readonly revision: number; readonly isListComplete: boolean }
  | { readonly kind: 'gap'; readonly reason: WatchFault }

type ChangeItem = Extract<WatchItem, { kind: 'change' }>

/** Never throws away a change in silence: what a slow watcher misses is a gap, and the list after it. */
export async function* watchObjects(
  store: Pick<Store, 'view' | 'watch' | 'contentsAt' | 'touchedAfter'>,
  wanted: Wanted,
  signal: AbortSignal,
): AsyncGenerator<WatchItem> {
  const worldIn = (view: StoreView): World => view[wanted.view]
  const row: { readonly changes: readonly ChangeItem[]; readonly revision: number }[] = []
  let fellBehind = false
  let wake = (): void => undefined
  let seen = store.view()
  const stop = store.watch((keys) => {
    const now = store.view()
    const changes = changesOf(wanted, worldIn(seen), worldIn(now), keys)
    seen = now
    if (changes.length === 0 || fellBehind) return
    fellBehind = row.length >= limits.watcherQueue
    if (fellBehind) row.length = 0
    else row.push({ changes, revision: now.revision })
    wake()
  })
  const woken = (): void => wake()
  signal.addEventListener('abort', woken)
  try {
    const start = seen
    const since = await sinceRevision(store, wanted, start)
    if (typeof since === 'object') {
      yield* since
      yield { kind: 'mark', revision: start.revision, isListComplete: false }
    } else {
      if (since !== undefined) yield { kind: 'gap', reason: since }
      row.length = 0
      yield* list(wanted, seen)
    }
    while (!signal.aborted) {
      if (fellBehind) {
        fellBehind = false
        yield { kind: 'gap', reason: 'too slow' }
        row.length = 0
        yield* list(wanted, seen)
      }
      const next = row.shift()
      if (next === undefined) {
        await new Promise<void>((resolve) => {
          wake = resolve
          if (signal.aborted || fellBehind || row.length > 0) resolve()
        })
        continue
      }
      yield* next.changes
      yield { kind: 'mark', revision: next.revision, isListComplete: false }
    }
  } finally {
    signal.removeEventListener('abort', woken)
    stop()
  }
}

function* list(wanted: Wanted, view: StoreView): Generator<WatchItem> {
  const world = view[wanted.view]
  for (const object of world.values()) {
    if (isWanted(wanted, object)) yield { kind: 'change', change: 'added', object, world }
  }
  yield { kind: 'mark', revision: view.revision, isListComplete: true }
}

function changesOf(
  wanted: Wanted,
  before: World,
  now: World,
  keys: readonly ObjectKey[],
): readonly ChangeItem[] {
  return keys.flatMap((key): readonly ChangeItem[] => {
    const [was, is] = [before.get(key), now.get(key)]
    if (was === is) return []
    const shown = shownWith(is ?? was, now).filter((policy) => !keys.includes(keyOf(policy)))
    const own = isWanted(wanted, is ?? was) ? [changeTo(key, was, is, now)] : []
    return [
      ...own,
      ...shown.filter((policy) => isWanted(wanted, policy)).map((policy) => changed(policy, now)),
    ]
  })
}

const changed = (object: StoredObject, world: World): ChangeItem => ({
  kind: 'change',
  change: 'changed',
  object,
  world,
})

function changeTo(
  key: ObjectKey,
  was: StoredObject | undefined,
  is: StoredObject | undefined,
  world: World,
): ChangeItem {
  if (is === undefined) return { kind: 'change', change: 'deleted', key }
  // Made anew under the same name: another object, which says so by its uid.
  return was === undefined
    ? { kind: 'change', change: 'added', object: is, world }
    : { kind: 'change', change: 'changed', object: is, world }
}

/** Policies are shown with the traffic of their service. */
function shownWith(moved: StoredObject | undefined, world: World): readonly StoredObject[] {
  if (moved?.kind !== 'Traffic') return []
  const { namespace, name } = moved
  const isOfIt = (object: StoredObject | undefined): object is StoredObject =>
    object?.kind === 'TrafficPolicy' && object.namespace === namespace && object.spec.service === name
  const usual = world.get(keyOf({ kind: 'TrafficPolicy', namespace, name }))
  return isOfIt(usual) ? [usual] : [...world.values()].filter(isOfIt)
}

function isWanted(wanted: Wanted, object: StoredObject | undefined): boolean {
  if (object === undefined || !isApiKind(object.kind)) return false
  const { namespace = object.namespace, kind = object.kind, name = object.name } = wanted
  return namespace === object.namespace && kind === object.kind && name === object.name
}

/** What changed since a revision, to the state of now; why that cannot be said; undefined: the list is wanted. */
async function sinceRevision(
  store: Pick<Store, 'contentsAt' | 'touchedAfter'>,
  wanted: Wanted,
  view: StoreView,
): Promise<readonly ChangeItem[] | WatchFault | undefined> {
  const { after } = wanted
  if (after === undefined) return undefined
  // Where the fleet stood at a revision is not written down.
  if (wanted.view === 'applied') return 'not kept'
  if (after > view.revision) return 'unknown revision'
  const touched = store.touchedAfter(after)
  if (touched === undefined) return 'too old'
  const before = new Map<ObjectKey, StoredObject>()
  for (const [key, earlier] of await store.contentsAt(touched, after)) {
    if (earlier === 'forgotten') return 'too old'
    if (earlier !== 'absent') before.set(key, earlier)
  }
  return changesOf(wanted, before, view.heads, touched)
}

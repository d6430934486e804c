// What may go: revisions, generations, resources, finished pushes and request ids beyond the kept. Never the newest of
// anything, and nothing that a head, an applied pointer, a kept generation or an unfinished record still names.
import { limits } from '../base/index.ts'
import type { GroupKey } from '../model/index.ts'
import { encodeGeneration, hashesIn } from './generations.ts'
import { hintsOf } from './hints.ts'
import {
  generationKey,
  recordKey,
  requestKey,
  resourceKey,
  resourcePrefix,
  revisionKey,
  wholeOf,
} from './keys.ts'
import type { RecordWrite } from './ledger.ts'
import { jsonPayload } from './ledger.ts'
import type { StoreState } from './state.ts'
import { indexTouches, recordTables, withView } from './state.ts'
import type { Generation } from './types.ts'

/** How much is kept of each; defaults in limits.ts. */
export interface Retention {
  readonly revisions: number
  readonly requestIds: number
  readonly pushes: number
  /** Per node group. */
  readonly generations: number
  readonly generationsSlack: number
  readonly resourceGraceCommits: number
}

export const defaultRetention: Retention = {
  revisions: limits.revisionsKept,
  requestIds: limits.requestIdsKept,
  pushes: limits.pushesKept,
  generations: limits.generationsKept,
  generationsSlack: limits.generationsSlack,
  resourceGraceCommits: limits.resourceGraceCommits,
}

/** The state after dropping what is due, and the records to write; undefined when nothing is. Looks are cheap, drops come in bulk. */
export function compact(
  state: StoreState,
  retention: Retention,
): { readonly state: StoreState; readonly writes: readonly RecordWrite[] } | undefined {
  const writes: RecordWrite[] = []
  const generations = trimGenerations(state, retention, writes)
  const trimmed = { ...state, generations }
  const condemned =
    generations === state.generations ? state.condemned : sweepResources(trimmed, retention, writes)
  const next: StoreState = {
    ...trimmed,
    condemned,
    ...trimRevisions(state, retention, writes),
    requests: trimRequests(state, retention, writes),
    tables: { ...state.tables, push: trimPushes(state, retention, writes) },
  }
  if (writes.length === 0)
    return next.condemned === state.condemned && next.swept === state.swept
      ? undefined
      : { state: next, writes }
  return { state: withView({ ...next, sequence: state.sequence + 1 }), writes }
}

/** How many may pile up beyond the kept before they are dropped together. */
const slackOf = (kept: number): number => Math.max(1, Math.floor(kept / 8))

function trimGenerations(
  state: StoreState,
  retention: Retention,
  writes: RecordWrite[],
): StoreState['generations'] {
  const due = [...state.generations].filter(
    ([, kept]) => kept.length >= retention.generations + retention.generationsSlack,
  )
  if (due.length === 0) return state.generations
  const needed = neededGenerations(state)
  const changes: [GroupKey, readonly Generation[]][] = []
  for (const [group, kept] of due) {
    const firstKept = kept.length - Math.max(1, retention.generations)
    const survivors = kept.filter(
      ({ number }, index) => index >= firstKept || needed.has(`${number} ${group}`),
    )
    const surviving = new Set(survivors)
    if (survivors.length === kept.length) continue
    let before: Generation | undefined
    let predecessor: Generation | undefined
    for (const generation of kept) {
      const key = generationKey(group, generation.number)
      if (!surviving.has(generation)) {
        writes.push({ key, value: undefined })
      } else {
        // Its base went away: it is told again from the survivor before it, or whole.
        if (predecessor !== before)
          writes.push({ key, value: jsonPayload(encodeGeneration(generation, before)) })
        before = generation
      }
      predecessor = generation
    }
    changes.push([group, survivors])
  }
  return changes.length === 0 ? state.generations : state.generations.with(changes)
}

function neededGenerations({ tables }: StoreState): ReadonlySet<string> {
  const needed = new Set<string>()
  for (const table of recordTables) {
    for (const value of tables[table].values()) {
      for (const { group, number } of hintsOf(table, value).generations) needed.add(`${number} ${group}`)
    }
  }
  return needed
}

/** Drops resources that nothing has named for the grace time, and condemns those that nothing names now. */
function sweepResources(
  state: StoreState,
  { resourceGraceCommits }: Retention,
  writes: RecordWrite[],
): StoreState['condemned'] {
  const named = new Set([...hashesIn([...state.generations.values()].flat())].map(resourceKey))
  const condemned = new Map<string, number>()
  for (const key of state.ledger.entries.keysFrom(resourcePrefix)) {
    if (wholeOf(key) !== undefined || named.has(key)) continue
    const since = state.condemned.get(key) ?? state.sequence
    if (state.condemned.has(key) && state.sequence - since >= resourceGraceCommits)
      writes.push({ key, value: undefined })
    else condemned.set(key, since)
  }
  return condemned
}

function trimRevisions(
  state: StoreState,
  { revisions: kept }: Retention,
  writes: RecordWrite[],
): Pick<StoreState, 'revisions' | 'touched' | 'swept'> {
  const { revisions, touched, swept } = state
  if (revisions.size <= kept || state.revision - swept < slackOf(kept)) return { revisions, touched, swept }
  const needed = new Set<number>()
  for (const world of [state.heads, state.applied])
    for (const { revision } of world.values()) needed.add(revision)
  for (const value of state.tables.push.values()) {
    const hints = hintsOf('push', value)
    if (!hints.finished) for (const number of hints.revisions) needed.add(number)
  }
  const oldest = Math.min(state.revision, state.revision - kept + 1)
  const dropped = [...revisions].filter(([, { number }]) => number < oldest && !needed.has(number))
  for (const [, { number }] of dropped) writes.push({ key: revisionKey(number), value: undefined })
  const left = revisions.with(dropped.map(([padded]) => [padded, undefined]))
  return { revisions: left, touched: indexTouches(left.values()), swept: state.revision }
}

function trimRequests(
  state: StoreState,
  { requestIds: kept }: Retention,
  writes: RecordWrite[],
): StoreState['requests'] {
  const { requests } = state
  if (requests.size <= kept + slackOf(kept)) return requests
  const oldest = [...requests.values()].sort((a, b) => a.revision - b.revision).slice(0, requests.size - kept)
  for (const { id } of oldest) writes.push({ key: requestKey(id), value: undefined })
  return requests.with(oldest.map(({ id }) => [id, undefined]))
}

function trimPushes(
  state: StoreState,
  { pushes: kept }: Retention,
  writes: RecordWrite[],
): StoreState['tables']['push'] {
  const { push } = state.tables
  if (push.size <= kept + slackOf(kept)) return push
  const finished = [...push].flatMap(([key, value]) => {
    const hints = hintsOf('push', value)
    return hints.finished ? [{ key, revision: hints.revisions[0] ?? 0 }] : []
  })
  const oldest = finished
    .sort((a, b) => a.revision - b.revision || (a.key < b.key ? -1 : 1))
    .slice(0, Math.max(0, finished.length - kept))
  for (const { key } of oldest) writes.push({ key: recordKey('push', key), value: undefined })
  return push.with(oldest.map(({ key }) => [key, undefined]))
}

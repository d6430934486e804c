// From the survey of a damaged store to what is served from it: per group the proven generations, and the newest intent
// that adds up. Pure.
import type { Json } from '../../base/index.ts'
import type { GroupKey } from '../../model/index.ts'
import { hintsOf } from '../hints.ts'
import { resourceKey } from '../keys.ts'
import type { KeyRange } from '../leveldb/table.ts'
import { SortedMap } from '../sorted-map.ts'
import type { Generation, RecordTable, Revision, StoreView } from '../types.ts'
import { leftoversOf, revisionIn } from './leftovers.ts'
import type { Pieces } from './pieces.ts'
import type { GroupPieces } from './proven.ts'

/** What a damaged store is opened as. */
export interface Provable {
  readonly view: StoreView
  readonly groups: readonly GroupPieces[]
  readonly intent: 'whole' | 'earlier' | 'leftovers'
  /** Any bytes of a resource that a proven generation names. */
  readonly resource: (hash: string) => Uint8Array | undefined
  /** Revisions that are whole, newest first. */
  readonly revisions: readonly Revision[]
}

/** Decides what may be used. `earlier`: the store up to the first damage of a log. */
export function provableOf(
  visible: Pieces,
  earlier: Pieces | undefined,
  lost: readonly KeyRange[],
): Provable {
  const sources = earlier === undefined ? [visible] : [visible, earlier]
  const whole = sources.find(({ state }) => state !== undefined)
  const left = whole === undefined ? leftoversOf(visible, lost) : undefined
  const groups = bestGroups(visible, earlier)
  const known = new Set(
    groups.flatMap(({ proven, group }) => proven.map((each) => `${each.number} ${group}`)),
  )
  const tables = tablesOf(whole ?? visible, known, groups)
  const applied = whole?.state?.applied ?? left?.applied ?? SortedMap.empty()
  const revisions = revisionsIn(visible)
  const view: StoreView = {
    revision: whole?.state?.revision ?? revisions[0]?.number ?? 0,
    heads: whole?.state?.heads ?? left?.heads ?? SortedMap.empty(),
    applied:
      left?.knowsNodeGroups === false
        ? SortedMap.from([...applied].filter(([, { kind }]) => kind !== 'NodeGroup'))
        : applied,
    generations: SortedMap.from(
      groups.flatMap(({ group, proven }): [GroupKey, readonly Generation[]][] =>
        proven.length === 0 ? [] : [[group, proven]],
      ),
    ),
    records: (table) => tables[table],
  }
  return {
    view,
    groups,
    intent: whole === undefined ? 'leftovers' : whole === visible ? 'whole' : 'earlier',
    resource: (hash) => {
      const key = resourceKey(hash)
      return visible.records.get(key) ?? earlier?.records.get(key)
    },
    revisions,
  }
}

/** Of each group the source that proves the newer generation. */
function bestGroups(visible: Pieces, earlier: Pieces | undefined): readonly GroupPieces[] {
  const names = new Set([...visible.groups.keys(), ...(earlier?.groups.keys() ?? [])])
  return [...names].sort().flatMap((name) => {
    const [now, then] = [visible.groups.get(name), earlier?.groups.get(name)]
    if (now === undefined || then === undefined) return now ?? then ?? []
    const best = (then.proven.at(-1)?.number ?? 0) > (now.proven.at(-1)?.number ?? 0) ? then : now
    const highest = Math.max(now.highest, then.highest)
    return { ...best, highest, isNewest: best.isNewest && best.proven.at(-1)?.number === highest }
  })
}

/**
 * Records of the rooms downstream: whom to expect, whom to distrust, what everybody holds, who is registered. Pushes and retirements that
 * were under way rest: nothing of them can be written down.
 */
function tablesOf(
  { tables }: Pieces,
  known: ReadonlySet<string>,
  groups: readonly GroupPieces[],
): Readonly<Record<RecordTable, SortedMap<Json>>> {
  const doubtful = new Set(groups.flatMap(({ group, isNewest }) => (isNewest ? [] : [group])))
  const of = (table: RecordTable, keep: (value: Json) => boolean): SortedMap<Json> =>
    SortedMap.from([...tables[table]].filter(([, value]) => keep(value)))
  return {
    push: of('push', (value) => hintsOf('push', value).finished),
    retirement: SortedMap.empty(),
    inventory: of('inventory', () => true),
    refusal: of('refusal', () => true),
    closed: of('closed', (value) =>
      hintsOf('closed', value).generations.every(
        ({ group, number }) => known.has(`${number} ${group}`) && !doubtful.has(group),
      ),
    ),
    endpoint: of('endpoint', () => true),
  }
}

function revisionsIn({ records }: Pieces): readonly Revision[] {
  return [...records.keys()]
    .filter((key) => key.startsWith('rev/'))
    .sort()
    .reverse()
    .flatMap((key) => revisionIn(records, Number(key.slice('rev/'.length))) ?? [])
}

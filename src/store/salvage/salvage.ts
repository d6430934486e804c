// From what can be proven of a damaged store to the records of a new one. Pure. Numbers go on above every number that is
// known to have been used; what was under way is dropped where anything may be missing, because nobody knows how it ended.
import type { GroupKey } from '../../model/index.ts'
import { encodeGeneration, hashesIn } from '../generations.ts'
import { hintsOf } from '../hints.ts'
import { generationKey, objectRecordKey, recordKey, requestKey, resourceKey, revisionKey } from '../keys.ts'
import type { RecordWrite } from '../ledger.ts'
import { bytesPayload, jsonPayload } from '../ledger.ts'
import type { KeyRange } from '../leveldb/table.ts'
import { parseJson, requestRecord } from '../read-record.ts'
import { recordTables } from '../state.ts'
import type { Generation } from '../types.ts'
import { leftoversOf } from './leftovers.ts'
import type { Pieces } from './pieces.ts'
import type { Provable } from './provable.ts'
import type { GroupPieces } from './proven.ts'

export interface SalvagePlan {
  readonly writes: readonly RecordWrite[]
  readonly id: string
  readonly sequence: number
  readonly revision: number
  /** What is not in the new store, a sentence each. */
  readonly lost: readonly string[]
  readonly groups: readonly { readonly group: GroupKey; readonly from: number; readonly number: number }[]
}

export interface SalvageSource {
  readonly visible: Pieces
  readonly earlier: Pieces | undefined
  readonly lost: readonly KeyRange[]
  readonly answered: number | undefined
  readonly id: string
}

/** What the new store holds. */
export function planSalvage(source: SalvageSource, provable: Provable): SalvagePlan {
  const { visible, earlier, answered, id } = source
  const base = provable.intent === 'earlier' && earlier !== undefined ? earlier : visible
  const isComplete =
    provable.intent === 'whole' && provable.groups.every(({ isNewest }) => isNewest) && answered !== undefined
  const sequence = Math.max(base.root?.sequence ?? 0, answered ?? 0, visible.root?.sequence ?? 0)
  const lostCommits = sequence - (base.root?.sequence ?? 0)
  const lost: string[] = []
  if (lostCommits > 0) lost.push(`up to ${lostCommits} of the newest commits`)
  const writes: RecordWrite[] = [
    ...intentOf(source, base, provable, lost),
    ...recordsOf(base, provable, isComplete, lost),
  ]
  const groups: { group: GroupKey; from: number; number: number }[] = []
  const kept: Generation[] = []
  for (const pieces of provable.groups) {
    const generations = continued(pieces, lostCommits, lost)
    const newest = pieces.proven.at(-1)
    const number = generations.at(-1)?.number
    if (newest !== undefined && number !== undefined)
      groups.push({ group: pieces.group, from: newest.number, number })
    generations.forEach((generation, index) => {
      const record = encodeGeneration(generation, generations[index - 1])
      writes.push({ key: generationKey(generation.group, generation.number), value: jsonPayload(record) })
    })
    kept.push(...generations)
  }
  for (const hash of hashesOf(base, kept)) {
    const body = provable.resource(hash)
    if (body !== undefined) writes.push({ key: resourceKey(hash), value: bytesPayload(body) })
  }
  const newestRevision = Math.max(provable.view.revision, provable.revisions[0]?.number ?? 0)
  return { writes, id, sequence: sequence + 1, revision: newestRevision + lostCommits, lost, groups }
}

/** Kept generations, and one above all known numbers where newer ones may be lost. */
function continued(pieces: GroupPieces, lostCommits: number, lost: string[]): readonly Generation[] {
  const { group, proven, highest, isNewest } = pieces
  const newest = proven.at(-1)
  if (newest === undefined) {
    lost.push(`every generation of ${group}: its proxies are held until one is made`)
    return []
  }
  if (isNewest) return proven
  if (highest > newest.number) lost.push(`generations ${newest.number + 1} to ${highest} of ${group}`)
  else lost.push(`maybe generations above ${newest.number} of ${group}`)
  const number = highest + lostCommits + 1
  return [...proven, { ...newest, number, cause: `salvaged from generation ${newest.number}` }]
}

/** Revisions and pointers. */
function intentOf(
  source: SalvageSource,
  base: Pieces,
  provable: Provable,
  lost: string[],
): readonly RecordWrite[] {
  const writes: RecordWrite[] = []
  const whole = base.state
  const left = whole === undefined ? leftoversOf(base, source.lost) : undefined
  if (left !== undefined) lost.push('whatever the damaged files held: any object may be missing or old')
  for (const key of left?.lost ?? []) lost.push(`object ${key}, or where it stands`)
  const heads = whole?.heads ?? left?.heads ?? new Map()
  const applied = whole?.applied ?? left?.applied ?? new Map()
  for (const key of new Set([...heads.keys(), ...applied.keys()])) {
    const [head, fleet] = [heads.get(key)?.revision, applied.get(key)?.revision]
    const value = {
      key,
      ...(head === undefined ? {} : { head }),
      ...(fleet === undefined ? {} : { applied: fleet }),
    }
    writes.push({ key: objectRecordKey(key), value: jsonPayload(value) })
  }
  for (const revision of provable.revisions) {
    // Later than a state that adds up: what it rests on is not there.
    if (whole !== undefined && revision.number > whole.revision) lost.push(`revision ${revision.number}`)
    else writes.push({ key: revisionKey(revision.number), value: jsonPayload(revision) })
  }
  return writes
}

/** What the rooms downstream keep, and answers to request ids. */
function recordsOf(
  { tables, records }: Pieces,
  { view }: Provable,
  isComplete: boolean,
  lost: string[],
): readonly RecordWrite[] {
  const writes: RecordWrite[] = []
  for (const table of recordTables) {
    const keptHere = isComplete || table === 'retirement' ? tables[table] : view.records(table)
    for (const [key, value] of keptHere)
      writes.push({ key: recordKey(table, key), value: jsonPayload({ key, value }) })
  }
  if (!isComplete) {
    for (const [key, value] of tables.push)
      if (!hintsOf('push', value).finished && !key.includes('/'))
        lost.push(`push/${key}, which was under way: what it was to bring is not applied`)
  }
  for (const [key, content] of records) {
    if (!key.startsWith('req/')) continue
    const request = parseJson(key, content, requestRecord)
    if (request.ok && requestKey(request.value.id) === key)
      writes.push({ key, value: jsonPayload(request.value) })
  }
  return writes
}

/** Resources of the generations, and those that any other whole record still names by their hash. */
function hashesOf({ tables }: Pieces, kept: readonly Generation[]): ReadonlySet<string> {
  const hashes = new Set(hashesIn(kept))
  const walk = (value: unknown): void => {
    if (typeof value === 'string' && /^[0-9a-f]{32}$/.test(value)) hashes.add(value)
    else if (typeof value === 'object' && value !== null) Object.values(value).forEach(walk)
  }
  for (const value of tables.retirement.values()) walk(value)
  return hashes
}

// Which generations of a damaged store may be served. A generation is proven when its record is whole, the chain of
// differences before it is whole back to one that was told whole, the version of each type is the hash of what it
// names, and each resource is there with the hash that it is named by. Nothing of that rests on any other record.
import type { Json } from '../../base/index.ts'
import { isStored } from '../../envoy-api/index.ts'
import type { GroupKey } from '../../model/index.ts'
import { decodeGeneration, generationRecord } from '../generations.ts'
import { hintsOf } from '../hints.ts'
import { generationKey, resourceKey } from '../keys.ts'
import type { KeyRange } from '../leveldb/table.ts'
import { parseJson } from '../read-record.ts'
import { recordTables } from '../state.ts'
import type { Generation, RecordTable } from '../types.ts'

/** How content is known by its name; the room that makes the hashes hands it in. */
export interface Proof {
  /** Content hash of a resource. */
  readonly hashOf: (body: Uint8Array) => string
  /** Version of a type from its (name, hash) pairs. */
  readonly versionOf: (entries: ReadonlyMap<string, string>) => string
}

/** A record that cannot be believed. */
export interface RecordFault {
  readonly record: string
  readonly what: string
  readonly newer?: boolean
}

/** What is known of one node group's generations. */
export interface GroupPieces {
  readonly group: GroupKey
  /** Oldest first. */
  readonly proven: readonly Generation[]
  readonly doubtful: readonly { readonly number: number; readonly why: string }[]
  /** The highest number that any readable record speaks of. */
  readonly highest: number
  /** Whether nothing newer than the newest proven one can have been committed. */
  readonly isNewest: boolean
}

/** What there is to prove from. */
interface Evidence {
  /** Keys of every record, damaged ones too. */
  readonly keys: Iterable<string>
  /** Content of every whole record. */
  readonly records: ReadonlyMap<string, Uint8Array>
  readonly tables: Readonly<Record<RecordTable, ReadonlyMap<string, Json>>>
  /** Keys that may be missing or old. */
  readonly lost: readonly KeyRange[]
  readonly proof: Proof
  /** What is wrong is noted here. */
  readonly faults: RecordFault[]
}

interface Chain {
  readonly proven: Generation[]
  readonly doubtful: GroupPieces['doubtful'][number][]
  /** The generation before, if its content is known: its resources may be lost all the same. */
  known: Generation | undefined
}

/** Goes through the generations of every group, oldest first. */
export function proveGroups(evidence: Evidence): ReadonlyMap<GroupKey, GroupPieces> {
  const { keys, records, tables, lost, faults } = evidence
  const sound = soundness(evidence)
  const chains = new Map<GroupKey, Chain>()
  const highest = highestNumbers(tables)
  for (const key of [...keys].filter((each) => isGeneration(each)).sort()) {
    const content = records.get(key)
    const record = content === undefined ? undefined : parseJson(key, content, generationRecord)
    if (record?.ok !== true) {
      if (record !== undefined) faults.push(record.error)
      noteHighest(highest, key)
      continue
    }
    const { group, number } = record.value
    const chain = chains.get(group) ?? { proven: [], doubtful: [], known: undefined }
    chains.set(group, chain)
    const why = prove(chain, record.value, sound, evidence.proof)
    if (why === undefined) continue
    chain.doubtful.push({ number, why })
    faults.push({ record: key, what: why })
  }
  for (const group of highest.keys()) {
    if (!chains.has(group)) chains.set(group, { proven: [], doubtful: [], known: undefined })
  }
  return new Map(
    [...chains].map(([group, { proven, doubtful }]) => {
      const newest = proven.at(-1)?.number ?? 0
      const numbers = doubtful.map(({ number }) => number)
      const known = Math.max(newest, highest.get(group) ?? 0, ...numbers)
      const prefix = generationKey(group, 0).slice(0, -12)
      const isNewest = newest > 0 && newest === known && !mayBeLost(lost, prefix)
      return [group, { group, proven, doubtful, highest: known, isNewest }]
    }),
  )
}

/** Whether records below a prefix may be missing or old. */
export const mayBeLost = (lost: readonly KeyRange[], prefix: string): boolean =>
  lost.some(
    ({ first, last }) =>
      (last === undefined || last >= prefix) && (first === undefined || first <= `${prefix}\u007f`),
  )

const isGeneration = (key: string): boolean => key.startsWith('gen/') && !key.includes('#')

/** Takes the next generation of a group in; says why it cannot be served, if so. */
function prove(
  chain: Chain,
  record: Parameters<typeof decodeGeneration>[0],
  sound: (hash: string) => boolean,
  { versionOf }: Proof,
): string | undefined {
  const { base } = record
  const before = chain.known
  if (base !== undefined && before?.number !== base) {
    chain.known = undefined
    return `generation ${base}, which it is told from, is not known`
  }
  const generation = decodeGeneration(record, base === undefined ? undefined : before)
  for (const [typeUrl, { version, entries }] of generation.types) {
    if (before?.types.get(typeUrl)?.entries === entries || versionOf(entries) === version) continue
    chain.known = undefined
    return `its version of ${typeUrl} is not that of what it names`
  }
  chain.known = generation
  for (const [typeUrl, { entries }] of generation.types) {
    if (!isStored(typeUrl)) continue
    for (const [name, hash] of entries)
      if (!sound(hash)) return `resource ${hash} (${name}), which it names, is missing or damaged`
  }
  chain.proven.push(generation)
  return undefined
}

/** Whether a resource is there and is what its hash says; each is hashed once. */
function soundness({ records, proof, faults }: Evidence): (hash: string) => boolean {
  const known = new Map<string, boolean>()
  return (hash) => {
    const found = known.get(hash)
    if (found !== undefined) return found
    const record = resourceKey(hash)
    const body = records.get(record)
    const isSound = body !== undefined && proof.hashOf(body) === hash
    if (body !== undefined && !isSound) faults.push({ record, what: 'its content has another hash' })
    known.set(hash, isSound)
    return isSound
  }
}

/** The highest generation of each group that a record of a push or of the fleet speaks of. */
function highestNumbers(tables: Evidence['tables']): Map<GroupKey, number> {
  const highest = new Map<GroupKey, number>()
  for (const table of recordTables) {
    for (const value of tables[table].values()) {
      // As of no push: those that are over speak of generations too.
      for (const { group, number } of hintsOf('closed', value).generations)
        highest.set(group, Math.max(highest.get(group) ?? 0, number))
    }
  }
  return highest
}

/** A generation whose record is damaged still has its key. */
function noteHighest(highest: Map<GroupKey, number>, key: string): void {
  const [, group, number] = /^gen\/(.+)\/(\d{12})$/.exec(key) ?? []
  // A hashed name says nothing.
  if (group === undefined || group.startsWith('=')) return
  highest.set(group, Math.max(highest.get(group) ?? 0, Number(number)))
}

// What can be believed of a store that is damaged. In come its readable records; out come the state of intent if it adds
// up, the records that are whole, and per node group the generations that are proven. Pure; nothing here guesses.
import type { Json } from '../../base/index.ts'
import type { GroupKey } from '../../model/index.ts'
import { partKey, rootKey, stageKey, stagePrefix, wholeOf } from '../keys.ts'
import { everyKey } from '../leveldb/image.ts'
import type { KeyRange } from '../leveldb/table.ts'
import { createLoader } from '../load.ts'
import { parseJson, parsePartsHead, readFrame, tableRecord } from '../read-record.ts'
import type { RootRecord } from '../root.ts'
import { rootRecord } from '../root.ts'
import { unstage } from '../stage.ts'
import type { StoreState } from '../state.ts'
import { recordTables } from '../state.ts'
import type { RecordTable } from '../types.ts'
import type { GroupPieces, Proof, RecordFault } from './proven.ts'
import { proveGroups } from './proven.ts'

/** The records of an engine, settled and put together. */
export interface Pieces {
  readonly root: RootRecord | undefined
  /** Content of every whole record, by key. */
  readonly records: ReadonlyMap<string, Uint8Array>
  readonly tables: Readonly<Record<RecordTable, ReadonlyMap<string, Json>>>
  readonly groups: ReadonlyMap<GroupKey, GroupPieces>
  /** The whole state, if everything adds up. */
  readonly state: StoreState | undefined
  readonly faults: readonly RecordFault[]
  /** Some record was written by a newer version. */
  readonly isNewer: boolean
}

/** What is known from outside of the records. */
export interface Around {
  /** Keys that may be missing or old because files are damaged. */
  readonly lost: readonly KeyRange[]
  /** Commits that are known to have been answered; undefined: nobody knows. */
  readonly answered: number | undefined
  readonly proof: Proof
}

/** Looks at every record. */
export function piecesOf(stored: ReadonlyMap<string, Uint8Array>, around: Around): Pieces {
  const faults: RecordFault[] = []
  const root = readRoot(stored, faults)
  const entries = settled(stored, root, faults)
  const records = wholeRecords(entries, faults)
  const tables = readTables(records, faults)
  const state = root === undefined ? undefined : wholeState(entries, root, faults)
  const groups = proveGroups({
    keys: entries.keys(),
    records,
    tables,
    lost: lostOf(around, root, state),
    proof: around.proof,
    faults,
  })
  return {
    root,
    records,
    tables,
    groups,
    state,
    faults: firstOfEach(faults),
    isNewer: faults.some(({ newer }) => newer === true),
  }
}

/** A record is named once, however many readers stumble over it. */
const firstOfEach = (faults: readonly RecordFault[]): readonly RecordFault[] =>
  [...new Map([...faults].reverse().map((fault) => [fault.record, fault])).values()].reverse()

/** A state that adds up, and of no earlier commit than the last answered one, has lost nothing. */
function lostOf(
  { lost, answered }: Around,
  root: RootRecord | undefined,
  state: StoreState | undefined,
): readonly KeyRange[] {
  // Every opening writes the mark: none beside commits is a lost one.
  if (root === undefined || answered === undefined || (answered === 0 && root.sequence > 1)) return [everyKey]
  if (root.sequence < answered) return [everyKey]
  return state === undefined ? lost : []
}

function readRoot(stored: ReadonlyMap<string, Uint8Array>, faults: RecordFault[]): RootRecord | undefined {
  const bytes = stored.get(rootKey)
  if (bytes === undefined) {
    if (stored.size > 0) faults.push({ record: rootKey, what: 'it is missing' })
    return undefined
  }
  const frame = readFrame(rootKey, bytes)
  const root = frame.ok ? parseJson(rootKey, frame.value.content, rootRecord) : frame
  if (root.ok) return root.value
  faults.push(root.error)
  return undefined
}

/** The records with a visible staged change in its place. */
function settled(
  stored: ReadonlyMap<string, Uint8Array>,
  root: RootRecord | undefined,
  faults: RecordFault[],
): ReadonlyMap<string, Uint8Array> {
  const entries = new Map([...stored].filter(([key]) => key !== rootKey && !key.startsWith(stagePrefix)))
  const contents: Uint8Array[] = []
  for (let part = 0; part < (root?.settling?.parts ?? 0); part++) {
    const key = stageKey(part)
    const bytes = stored.get(key)
    const frame = bytes === undefined ? undefined : readFrame(key, bytes)
    if (frame?.ok !== true) {
      faults.push({ record: key, what: frame?.error.what ?? 'a staged part is missing' })
      return entries
    }
    contents.push(frame.value.content)
  }
  const writes = unstage(contents)
  if (!writes.ok) faults.push({ record: stageKey(0), what: writes.error })
  else
    for (const { key, value } of writes.value) {
      if (value === undefined) entries.delete(key)
      else entries.set(key, value)
    }
  return entries
}

/** Content by key of every record that is whole, its parts joined. */
function wholeRecords(
  entries: ReadonlyMap<string, Uint8Array>,
  faults: RecordFault[],
): ReadonlyMap<string, Uint8Array> {
  const frames = new Map<string, { readonly kind: string; readonly content: Uint8Array }>()
  for (const [key, bytes] of entries) {
    const frame = readFrame(key, bytes)
    if (frame.ok) frames.set(key, frame.value)
    else faults.push(frame.error)
  }
  const records = new Map<string, Uint8Array>()
  for (const [key, { kind, content }] of frames) {
    if (wholeOf(key) !== undefined) continue
    if (kind !== 'parts') {
      records.set(key, content)
      continue
    }
    const head = parsePartsHead(key, content)
    if (!head.ok) {
      faults.push(head.error)
      continue
    }
    const parts = Array.from(
      { length: head.value.parts },
      (_, part) => frames.get(partKey(key, part))?.content,
    )
    const found = parts.filter((part) => part !== undefined)
    const joined = Buffer.concat(found)
    if (found.length === parts.length && joined.length === head.value.bytes) records.set(key, joined)
    else faults.push({ record: key, what: 'some of its parts are missing' })
  }
  return records
}

function readTables(records: ReadonlyMap<string, Uint8Array>, faults: RecordFault[]): Pieces['tables'] {
  const rows = new Map<RecordTable, Map<string, Json>>(recordTables.map((table) => [table, new Map()]))
  for (const [key, content] of records) {
    const table = recordTables.find((known) => key.startsWith(`rec/${known}/`))
    if (table === undefined) continue
    const row = parseJson(key, content, tableRecord)
    if (row.ok) rows.get(table)?.set(row.value.key, row.value.value)
    else faults.push(row.error)
  }
  const of = (table: RecordTable): ReadonlyMap<string, Json> => rows.get(table) ?? new Map()
  return {
    push: of('push'),
    retirement: of('retirement'),
    inventory: of('inventory'),
    refusal: of('refusal'),
    closed: of('closed'),
    endpoint: of('endpoint'),
  }
}

/** The state, if the root counts exactly these records. */
function wholeState(
  entries: ReadonlyMap<string, Uint8Array>,
  root: RootRecord,
  faults: RecordFault[],
): StoreState | undefined {
  const loader = createLoader()
  const sorted = [...entries].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  for (const [key, bytes] of sorted) {
    const added = loader.add(key, bytes)
    if (added.ok) continue
    if (!faults.some(({ record }) => record === added.error.record)) faults.push(added.error)
    return undefined
  }
  const state = loader.finish(root)
  if (state.ok) return state.value
  faults.push(state.error)
  return undefined
}

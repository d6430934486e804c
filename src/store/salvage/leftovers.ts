// What is left of intent where the state does not add up: the objects whose pointer and revision are both whole, and
// whether all node groups are among them. For people to read, and for knowing which proxy belongs where.
import type { ObjectKey, StoredObject } from '../../model/index.ts'
import { keyOf } from '../../model/index.ts'
import { objectRecordKey, revisionKey } from '../keys.ts'
import type { KeyRange } from '../leveldb/table.ts'
import { parseJson, parseRevision, pointerRecord } from '../read-record.ts'
import { SortedMap } from '../sorted-map.ts'
import type { Revision } from '../types.ts'
import type { Pieces } from './pieces.ts'
import { mayBeLost } from './proven.ts'

export interface Leftovers {
  readonly heads: SortedMap<StoredObject>
  readonly applied: SortedMap<StoredObject>
  /** Objects whose content cannot be read. */
  readonly lost: readonly ObjectKey[]
  /**
   * Whether every NodeGroup that is applied is there as it is: only then is it known which proxy belongs to which group,
   * because one that is missing may be the one that selects it.
   */
  readonly knowsNodeGroups: boolean
}

/** Reads every object that can be. */
export function leftoversOf({ records, faults }: Pieces, lostKeys: readonly KeyRange[]): Leftovers {
  const heads: [ObjectKey, StoredObject][] = []
  const applied: [ObjectKey, StoredObject][] = []
  const lost: ObjectKey[] = faults.flatMap(({ record }) =>
    record.startsWith('obj/') ? [record.slice('obj/'.length)] : [],
  )
  for (const [key, content] of records) {
    if (!key.startsWith('obj/')) continue
    const pointer = parseJson(key, content, pointerRecord)
    if (!pointer.ok || objectRecordKey(pointer.value.key) !== key) {
      lost.push(key.slice('obj/'.length))
      continue
    }
    const found = {
      heads: contentAt(records, pointer.value.key, pointer.value.head),
      applied: contentAt(records, pointer.value.key, pointer.value.applied),
    }
    if (found.heads === 'lost' || found.applied === 'lost') lost.push(pointer.value.key)
    if (typeof found.heads === 'object') heads.push([pointer.value.key, found.heads])
    if (typeof found.applied === 'object') applied.push([pointer.value.key, found.applied])
  }
  return {
    heads: SortedMap.from(heads),
    applied: SortedMap.from(applied),
    lost,
    // Names of objects stand before their kind: any of them may be one.
    knowsNodeGroups: lost.length === 0 && !mayBeLost(lostKeys, 'obj/'),
  }
}

function contentAt(
  records: Pieces['records'],
  key: ObjectKey,
  number: number | undefined,
): StoredObject | 'lost' | undefined {
  if (number === undefined) return undefined
  return revisionIn(records, number)?.puts.find((put) => keyOf(put) === key) ?? 'lost'
}

/** A revision, if its record is whole. */
export function revisionIn(records: Pieces['records'], number: number): Revision | undefined {
  const key = revisionKey(number)
  const content = records.get(key)
  const revision = content === undefined ? undefined : parseRevision(key, content)
  return revision?.ok === true && revision.value.number === number ? revision.value : undefined
}

// What people wrote in Envoy's own words, by node group: joined to what is generated where resources are put together.
import { limits } from '../base/index.ts'
import type { GroupKey, StoredObject, StoredOf } from '../model/index.ts'
import { sameItems } from './memo.ts'
import { byName } from './order.ts'

/** What one node group has of it. */
export interface Written {
  /** Sorted by name. */
  readonly rawSnapshots: readonly StoredOf<'RawSnapshot'>[]
  /** In the order in which they are merged: the lowest priority first, equal ones by name. */
  readonly patches: readonly StoredOf<'Patch'>[]
}

export type WrittenObject = StoredOf<'RawSnapshot'> | StoredOf<'Patch'>
export const isWritten = (object: StoredObject): object is WrittenObject =>
  object.kind === 'RawSnapshot' || object.kind === 'Patch'

/** Groups the objects; equal lists give the very same answer, so that what follows from it is remembered. */
export function createWrittenIndex(): (objects: readonly WrittenObject[]) => ReadonlyMap<GroupKey, Written> {
  let known: readonly {
    readonly objects: readonly WrittenObject[]
    readonly groups: ReadonlyMap<GroupKey, Written>
  }[] = []
  return (objects) => {
    if (objects.length === 0) return nothing
    const found = known.find((each) => sameItems(each.objects, objects))
    if (found !== undefined) return found.groups
    const groups = groupsOf(objects)
    known = [{ objects, groups }, ...known].slice(0, limits.memoEntriesPerObject)
    return groups
  }
}

const nothing: ReadonlyMap<GroupKey, Written> = new Map()

function groupsOf(objects: readonly WrittenObject[]): ReadonlyMap<GroupKey, Written> {
  const groups = new Set(
    objects.flatMap(({ namespace, spec }) => spec.nodeGroups.map((group) => `${namespace}/${group}`)),
  )
  return new Map(
    [...groups].map((group) => {
      const own = objects.filter(({ namespace, spec }) =>
        spec.nodeGroups.some((each) => `${namespace}/${each}` === group),
      )
      const rawSnapshots = own.flatMap((each) => (each.kind === 'RawSnapshot' ? [each] : [])).sort(byName)
      const patches = own
        .flatMap((each) => (each.kind === 'Patch' ? [each] : []))
        .sort((a, b) => a.spec.priority - b.spec.priority || byName(a, b))
      return [group, { rawSnapshots, patches }]
    }),
  )
}

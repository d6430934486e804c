// A world by kind, sorted. Worlds that differ in other kinds only (a switch changes Traffic) share one index.
import { limits } from '../base/index.ts'
import type { StoredOf, World } from '../model/index.ts'
import { sameItems } from './memo.ts'
import { byName } from './order.ts'

export interface WorldIndex {
  /** `namespace/NodeGroup name` → Gateways that list it, sorted by name. */
  readonly gatewaysOf: ReadonlyMap<string, readonly StoredOf<'Gateway'>[]>
  /** `namespace/Gateway name` → Routes attached to any listener of it, sorted by name. */
  readonly routesOf: ReadonlyMap<string, readonly StoredOf<'Route'>[]>
}

type Indexed = StoredOf<'Gateway'> | StoredOf<'Route'>

/** Indexes worlds; remembers the last few indexes. Equal Gateways and Routes give the same index. */
export function createWorldIndex(): (world: World) => WorldIndex {
  let known: readonly { readonly objects: readonly Indexed[]; readonly index: WorldIndex }[] = []
  return (world) => {
    const objects: Indexed[] = []
    for (const object of world.values()) {
      if (object.kind === 'Gateway' || object.kind === 'Route') objects.push(object)
    }
    const found = known.find((each) => sameItems(each.objects, objects))
    if (found !== undefined) return found.index
    const index = indexOf(objects)
    known = [{ objects, index }, ...known].slice(0, limits.memoEntriesPerObject)
    return index
  }
}

function indexOf(objects: readonly Indexed[]): WorldIndex {
  const gatewaysOf = new Map<string, StoredOf<'Gateway'>[]>()
  const routesOf = new Map<string, StoredOf<'Route'>[]>()
  for (const object of [...objects].sort(byName)) {
    if (object.kind === 'Gateway') {
      for (const group of new Set(object.spec.nodeGroups))
        add(gatewaysOf, `${object.namespace}/${group}`, object)
    } else {
      for (const name of new Set(object.spec.gateways.map((gateway) => gateway.name))) {
        add(routesOf, `${object.namespace}/${name}`, object)
      }
    }
  }
  return { gatewaysOf, routesOf }
}

function add<Item>(lists: Map<string, Item[]>, key: string, item: Item): void {
  const list = lists.get(key)
  if (list === undefined) lists.set(key, [item])
  else list.push(item)
}

// A world by kind, sorted, made once per world.
import type { ObjectKey, StoredOf, World } from '../model/index.ts'

export interface WorldIndex {
  /** `namespace/NodeGroup name` → Gateways that list it. */
  readonly gatewaysOf: ReadonlyMap<string, readonly StoredOf<'Gateway'>[]>
  /** `namespace/Gateway name` → Routes attached to any listener of it. */
  readonly routesOf: ReadonlyMap<string, readonly StoredOf<'Route'>[]>
}

/** Indexes worlds; the index of a world lives as long as the world. */
export function createWorldIndex(): (world: World) => WorldIndex {
  const known = new WeakMap<World, WorldIndex>()
  return (world) => {
    const found = known.get(world)
    if (found !== undefined) return found
    const index = indexOf(world)
    known.set(world, index)
    return index
  }
}

function indexOf(world: World): WorldIndex {
  const gatewaysOf = new Map<string, StoredOf<'Gateway'>[]>()
  const routesOf = new Map<string, StoredOf<'Route'>[]>()
  for (const object of world.values()) {
    if (object.kind === 'Gateway') {
      for (const group of new Set(object.spec.nodeGroups))
        add(gatewaysOf, `${object.namespace}/${group}`, object)
    } else if (object.kind === 'Route') {
      for (const name of new Set(object.spec.gateways.map((gateway) => gateway.name))) {
        add(routesOf, `${object.namespace}/${name}`, object)
      }
    }
  }
  for (const list of gatewaysOf.values()) list.sort(byName)
  for (const list of routesOf.values()) list.sort(byName)
  return { gatewaysOf, routesOf }
}

function add<Item>(lists: Map<ObjectKey, Item[]>, key: string, item: Item): void {
  const list = lists.get(key)
  if (list === undefined) lists.set(key, [item])
  else list.push(item)
}

const byName = (a: { readonly name: string }, b: { readonly name: string }): number =>
  a.name < b.name ? -1 : a.name > b.name ? 1 : 0

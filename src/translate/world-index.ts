// A world by kind, sorted. Worlds that differ in other kinds only (a switch changes Traffic) share one index.
import { limits } from '../base/index.ts'
import type { ObjectKey, StoredObject, StoredOf, World } from '../model/index.ts'
import { sameItems } from './memo.ts'
import { byName } from './order.ts'
import { createWrittenIndex, isWritten, type Written, type WrittenObject } from './written.ts'

export interface WorldIndex extends Attachments {
  /** Every object by its key. A world may be a sorted map, where each look costs a search: here it costs a hash. */
  readonly objects: ReadonlyMap<ObjectKey, StoredObject>
  /** `namespace/NodeGroup name` → RawSnapshots and Patches that list it. */
  readonly writtenOf: ReadonlyMap<string, Written>
}

interface Attachments {
  /** `namespace/NodeGroup name` → Gateways that list it, sorted by name. */
  readonly gatewaysOf: ReadonlyMap<string, readonly StoredOf<'Gateway'>[]>
  /** `namespace/NodeGroup name` → Sidecars that list it, sorted by name. */
  readonly sidecarsOf: ReadonlyMap<string, readonly StoredOf<'Sidecar'>[]>
  /** `namespace/Sidecar name` → Routes attached to any outbound listener of it, sorted by name. */
  readonly sidecarRoutesOf: ReadonlyMap<string, readonly StoredOf<'Route'>[]>
  /** `namespace/Gateway name` → Routes attached to any listener of it, sorted by name. */
  readonly routesOf: ReadonlyMap<string, readonly StoredOf<'Route'>[]>
}

type Attached = StoredOf<'Gateway'> | StoredOf<'Sidecar'> | StoredOf<'Route'>

/** The key under which an index has the policy of a service, whatever the policy is called: no object's own key looks like it. */
export const policyKey = (namespace: string, service: string): ObjectKey =>
  `policy of ${namespace}/${service}`

/** Indexes worlds, each once. Worlds of equal Gateways, Sidecars and Routes share the lists of these, by identity. */
export function createWorldIndex(): (world: World) => WorldIndex {
  const indexes = new WeakMap<World, WorldIndex>()
  const writtenIn = createWrittenIndex()
  let known: readonly { readonly objects: readonly Attached[]; readonly attachments: Attachments }[] = []
  return (world) => {
    const indexed = indexes.get(world)
    if (indexed !== undefined) return indexed
    const objects = new Map<ObjectKey, StoredObject>()
    const attached: Attached[] = []
    const written: WrittenObject[] = []
    for (const [key, object] of world) {
      objects.set(key, object)
      if (object.kind === 'TrafficPolicy')
        objects.set(policyKey(object.namespace, object.spec.service), object)
      if (isWritten(object)) written.push(object)
      if (object.kind === 'Gateway' || object.kind === 'Sidecar' || object.kind === 'Route')
        attached.push(object)
    }
    const found = known.find((each) => sameItems(each.objects, attached))
    const attachments = found?.attachments ?? attachmentsOf(attached)
    if (found === undefined) {
      known = [{ objects: attached, attachments }, ...known].slice(0, limits.memoEntriesPerObject)
    }
    const index = { ...attachments, objects, writtenOf: writtenIn(written) }
    indexes.set(world, index)
    return index
  }
}

function attachmentsOf(objects: readonly Attached[]): Attachments {
  const gatewaysOf = new Map<string, StoredOf<'Gateway'>[]>()
  const routesOf = new Map<string, StoredOf<'Route'>[]>()
  const sidecarsOf = new Map<string, StoredOf<'Sidecar'>[]>()
  const sidecarRoutesOf = new Map<string, StoredOf<'Route'>[]>()
  for (const object of [...objects].sort(byName)) {
    if (object.kind === 'Gateway') {
      for (const group of new Set(object.spec.nodeGroups))
        add(gatewaysOf, `${object.namespace}/${group}`, object)
    } else if (object.kind === 'Sidecar') {
      for (const group of new Set(object.spec.nodeGroups))
        add(sidecarsOf, `${object.namespace}/${group}`, object)
    } else {
      for (const name of new Set(object.spec.gateways.map((gateway) => gateway.name))) {
        add(routesOf, `${object.namespace}/${name}`, object)
      }
      for (const name of new Set(object.spec.sidecars?.map((sidecar) => sidecar.name))) {
        add(sidecarRoutesOf, `${object.namespace}/${name}`, object)
      }
    }
  }
  return { gatewaysOf, routesOf, sidecarsOf, sidecarRoutesOf }
}

function add<Item>(lists: Map<string, Item[]>, key: string, item: Item): void {
  const list = lists.get(key)
  if (list === undefined) lists.set(key, [item])
  else list.push(item)
}

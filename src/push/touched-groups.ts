// Which node groups a change concerns: work grows with these, not with the fleet.
import type { GroupKey, ObjectKey, StoredObject, World } from '../model/index.ts'

/**
 * Node groups whose resources may depend on any of these objects, in any of these worlds (before and after: what leaves
 * counts too). Sorted. Only groups that some world has.
 */
export function touchedGroups(worlds: readonly World[], keys: Iterable<ObjectKey>): readonly GroupKey[] {
  const changed = [...keys]
  const groups = new Set<GroupKey>()
  for (const world of worlds) {
    const found = parts(world, changed)
    if (found.services.size > 0) addGatewaysOf(world, found)
    if (found.gateways.size > 0) addGroupsOf(world, found)
    for (const group of found.groups) {
      const [namespace, name] = group.split('/')
      if (worlds.some((each) => each.has(`${namespace}/NodeGroup/${name}`))) groups.add(group)
    }
  }
  return [...groups].sort()
}

/** `namespace/name` of each. */
interface Parts {
  readonly services: Set<string>
  readonly gateways: Set<string>
  readonly groups: Set<string>
}

function parts(world: World, keys: readonly ObjectKey[]): Parts {
  const found: Parts = { services: new Set(), gateways: new Set(), groups: new Set() }
  for (const key of keys) {
    const object = world.get(key)
    if (object !== undefined) addOne(object, found)
  }
  return found
}

function addOne(object: StoredObject, found: Parts): void {
  const { namespace, name } = object
  switch (object.kind) {
    case 'NodeGroup':
      found.groups.add(`${namespace}/${name}`)
      break
    case 'Gateway':
      found.gateways.add(`${namespace}/${name}`)
      break
    case 'Route':
      for (const gateway of object.spec.gateways) found.gateways.add(`${namespace}/${gateway.name}`)
      break
    case 'TrafficPolicy':
      found.services.add(`${namespace}/${object.spec.service}`)
      break
    default:
      // Service, Traffic and what else is named like its Service.
      found.services.add(`${namespace}/${name}`)
  }
}

function addGatewaysOf(world: World, found: Parts): void {
  for (const object of world.values()) {
    if (object.kind !== 'Route') continue
    const { namespace, spec } = object
    if (!spec.rules.some(({ service }) => found.services.has(`${namespace}/${service.name}`))) continue
    for (const gateway of spec.gateways) found.gateways.add(`${namespace}/${gateway.name}`)
  }
}

function addGroupsOf(world: World, found: Parts): void {
  for (const key of found.gateways) {
    const [namespace, name] = key.split('/')
    const gateway = world.get(`${namespace}/Gateway/${name}`)
    if (gateway?.kind !== 'Gateway') continue
    for (const group of gateway.spec.nodeGroups) found.groups.add(`${namespace}/${group}`)
  }
}

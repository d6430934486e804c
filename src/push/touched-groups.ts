// Which node groups a change concerns: work grows with these, not with the fleet.
import {
  type GroupKey,
  keyOf,
  type ObjectKey,
  type StoredObject,
  secretsNamedBy,
  type World,
} from '../model/index.ts'

/** The moments between which something changes. */
export interface Moments {
  readonly before: World
  readonly after: World
  /** Routes of pushes that are not applied yet: what they lead to may depend on the change too. */
  readonly pending?: readonly StoredObject[]
}

/** `namespace/name` of each, where nothing else is said. */
interface Parts {
  readonly services: Set<string>
  readonly gateways: Set<string>
  readonly groups: Set<string>
  /** Keys, not names. */
  readonly secrets: Set<ObjectKey>
}

/**
 * Node groups whose resources may depend on any of these objects, before or after (what leaves counts too). Sorted; only
 * groups that one of the worlds has. `keys` are all objects in which the two worlds differ.
 */
export function touchedGroups(
  { before, after, pending = [] }: Moments,
  keys: Iterable<ObjectKey>,
): readonly GroupKey[] {
  const found = nothing()
  for (const key of keys) {
    for (const object of [before.get(key), after.get(key)]) if (object !== undefined) addOne(object, found)
  }
  if (found.secrets.size > 0) {
    for (const objects of [before.values(), after.values(), pending])
      for (const object of objects)
        if (secretsNamedBy(object).some((key) => found.secrets.has(key))) addOne(object, found)
  }
  if (found.services.size > 0) {
    // Routes that differ are among the keys: one walk through one of the worlds finds the others.
    for (const object of before.values()) addGateways(object, found)
    for (const object of pending) addGateways(object, found)
  }
  for (const key of found.gateways) {
    const [namespace, name] = key.split('/')
    for (const world of [before, after]) {
      const gateway = world.get(`${namespace}/Gateway/${name}`)
      if (gateway?.kind === 'Gateway') addOne(gateway, found)
    }
  }
  const exists = (group: GroupKey): boolean => {
    const [namespace, name] = group.split('/')
    const key = `${namespace}/NodeGroup/${name}`
    return before.has(key) || after.has(key)
  }
  return [...found.groups].filter(exists).sort()
}

const nothing = (): Parts => ({
  services: new Set(),
  gateways: new Set(),
  groups: new Set(),
  secrets: new Set(),
})

/** What these objects are about, in any of the worlds: those that share nothing of it do not depend on each other. */
export function subjectsOf(worlds: readonly World[], keys: Iterable<ObjectKey>): ReadonlySet<string> {
  const found = nothing()
  for (const key of keys) {
    for (const world of worlds) {
      const object = world.get(key)
      if (object === undefined) continue
      addOne(object, found)
      for (const named of secretsNamedBy(object)) found.secrets.add(named)
      if (object.kind !== 'Route') continue
      for (const { service } of object.spec.rules) {
        if (service !== undefined) found.services.add(`${object.namespace}/${service.name}`)
      }
    }
  }
  return new Set(
    Object.entries(found).flatMap(([part, names]) => [...names].map((name) => `${part} ${name}`)),
  )
}

function addOne(object: StoredObject, found: Parts): void {
  const { namespace, name } = object
  switch (object.kind) {
    case 'NodeGroup':
      found.groups.add(`${namespace}/${name}`)
      break
    case 'Secret':
      found.secrets.add(keyOf(object))
      break
    case 'Gateway':
      found.gateways.add(`${namespace}/${name}`)
      for (const group of object.spec.nodeGroups) found.groups.add(`${namespace}/${group}`)
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

/** A Route that leads to one of the services: its gateways. */
function addGateways(object: StoredObject, found: Parts): void {
  if (object.kind !== 'Route') return
  const { namespace, spec } = object
  const leads = spec.rules.some(
    ({ service }) => service !== undefined && found.services.has(`${namespace}/${service.name}`),
  )
  if (!leads) return
  for (const gateway of spec.gateways) found.gateways.add(`${namespace}/${gateway.name}`)
}

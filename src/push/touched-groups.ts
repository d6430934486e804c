// Which node groups a change concerns: work grows with these, not with the fleet.
import {
  type GroupKey,
  keyOf,
  type ObjectKey,
  parseClusterName,
  type StoredObject,
  secretsNamedBy,
  type World,
} from '../model/index.ts'
import { clustersLedTo } from '../snapshot/index.ts'

/** The moments between which something changes. */
export interface Moments {
  readonly before: World
  readonly after: World
  /** Routes and Gateways of pushes that are not applied yet: what they lead to may depend on the change too. */
  readonly pending?: readonly StoredObject[]
}

/** `namespace/name` of each, where nothing else is said. */
interface Parts {
  readonly services: Set<string>
  /** Of these, what is declared changes: their ports, not only their traffic. */
  readonly declared: Set<string>
  /** Keys of Gateways and Sidecars. */
  readonly openers: Set<ObjectKey>
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
    // Those that differ are among the keys: one walk through one of the worlds finds the others.
    for (const object of before.values()) addCallers(object, found)
    for (const object of pending) addCallers(object, found)
  }
  for (const key of found.openers) {
    for (const world of [before, after]) {
      const opener = world.get(key)
      if (opener !== undefined) addOne(opener, found)
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
  declared: new Set(),
  openers: new Set(),
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
      for (const service of servicesMeant(object)) found.services.add(service)
      for (const service of servicesLedTo(object)) found.services.add(service)
      for (const service of servicesStoodFor(object)) found.declared.add(service)
    }
  }
  return new Set(
    Object.entries(found).flatMap(([part, names]) => [...names].map((name) => `${part} ${name}`)),
  )
}

/** `namespace/name` of the services whose resources a Patch changes or a RawSnapshot leads to. */
function servicesMeant(object: StoredObject): readonly string[] {
  if (object.kind === 'Patch') {
    const { service, name = '' } = object.spec.target
    return service === undefined ? ownersOf([name]) : [`${object.namespace}/${service}`]
  }
  if (object.kind !== 'RawSnapshot') return []
  return ownersOf(clustersLedTo(object))
}

const ownersOf = (clusters: readonly string[]): readonly string[] =>
  clusters.flatMap((cluster) => {
    const identity = parseClusterName(cluster)
    return identity === undefined ? [] : [`${identity.namespace}/${identity.service}`]
  })

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
    case 'Sidecar':
      found.openers.add(keyOf(object))
      for (const group of object.spec.nodeGroups) found.groups.add(`${namespace}/${group}`)
      break
    case 'RawSnapshot':
    case 'Patch':
      for (const group of object.spec.nodeGroups) found.groups.add(`${namespace}/${group}`)
      break
    case 'Route':
      for (const gateway of object.spec.gateways)
        found.openers.add(keyOf({ ...gateway, namespace, kind: 'Gateway' }))
      for (const sidecar of object.spec.sidecars ?? [])
        found.openers.add(keyOf({ ...sidecar, namespace, kind: 'Sidecar' }))
      break
    case 'TrafficPolicy':
      found.services.add(`${namespace}/${object.spec.service}`)
      break
    case 'Service':
      found.services.add(`${namespace}/${name}`)
      found.declared.add(`${namespace}/${name}`)
      break
    default:
      // Traffic and what else is named like its Service.
      found.services.add(`${namespace}/${name}`)
  }
}

/**
 * A Route that leads to one of the services: its gateways and sidecars. A Gateway or Sidecar with a listener that leads there:
 * itself; and a Sidecar of its workload, which speaks as the service declares.
 */
function addCallers(object: StoredObject, found: Parts): void {
  const calls = servicesLedTo(object).some((service) => found.services.has(service))
  if (calls || servicesStoodFor(object).some((service) => found.declared.has(service))) addOne(object, found)
}

/** `namespace/name` of the services that it sends requests or connections to. */
function servicesLedTo(object: StoredObject): readonly string[] {
  if (object.kind === 'Sidecar') {
    return object.spec.outbound.flatMap(({ services }) =>
      services.map(({ name }) => `${object.namespace}/${name}`),
    )
  }
  const parts =
    object.kind === 'Route' ? object.spec.rules : object.kind === 'Gateway' ? object.spec.listeners : []
  return parts.flatMap(({ service }) => (service === undefined ? [] : `${object.namespace}/${service.name}`))
}

/** `namespace/name` of the services whose workload a Sidecar takes requests for. */
function servicesStoodFor(object: StoredObject): readonly string[] {
  if (object.kind !== 'Sidecar') return []
  return object.spec.inbound.map(({ service }) => `${object.namespace}/${service.name}`)
}

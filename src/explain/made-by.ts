// Which Route and cohort made a route: resources do not say it, so the applied objects are translated again and held against
// what is served. Where the two differ, nothing is said.
import { isDeepStrictEqual } from 'node:util'
import { encodeJson, type envoy } from '../envoy-api/index.ts'
import type { GroupKey, ObjectKey, StoredObject, StoredOf, World } from '../model/index.ts'
import { cohortMatches, createTranslator, environmentHeader, jwtProvider } from '../translate/index.ts'
import type { Served } from './types.ts'

type Finder = NonNullable<Served['madeBy']>

/**
 * Finds the makers of a group's routes. Only what makes the virtual host in question is translated, so that a question about one
 * host of thousands costs little.
 */
export function makersOf(world: World, group: GroupKey): Finder {
  const known = new WeakMap<envoy.VirtualHost, readonly DraftRoute[]>()
  return (configuration, virtualHost, index, served) => {
    const drafts = known.get(virtualHost) ?? draftsOf(world, group, configuration, virtualHost)
    known.set(virtualHost, drafts)
    const draft = drafts[index]
    if (draft === undefined || !isSame(draft.json, served)) return undefined
    const { origin, path, json } = draft
    return { object: origin, path, rule: ruleName(world, origin, path), audience: audienceOf(world, json) }
  }
}

type DraftRoute = ReturnType<
  ReturnType<typeof createTranslator>['translate']
>['routeConfigurations'][number]['virtualHosts'][number]['routes'][number]

function draftsOf(
  world: World,
  group: GroupKey,
  configuration: string,
  { name, domains = [] }: envoy.VirtualHost,
): readonly DraftRoute[] {
  const { routeConfigurations } = createTranslator().translate(partOf(world, domains), group)
  const drafts = routeConfigurations.find((each) => each.name === configuration)
  return drafts?.virtualHosts.find((each) => each.name === name)?.routes ?? []
}

/** What may have made a virtual host of these domains: all Routes of its hosts, and the services that they or its names lead to. */
function partOf(world: World, domains: readonly string[]): World {
  const hosts = new Set(domains)
  const services = new Set<string>()
  const kept = new Set<ObjectKey>()
  for (const [key, object] of world) {
    if (object.kind === 'NodeGroup' || object.kind === 'Gateway' || object.kind === 'Sidecar') kept.add(key)
    if (object.kind === 'Service') {
      const { namespace, name } = object
      if (hosts.has(name) || hosts.has(`${name}.${namespace}`)) services.add(`${namespace}/${name}`)
    }
    if (object.kind === 'Sidecar')
      for (const { service } of object.spec.inbound) services.add(`${object.namespace}/${service.name}`)
    if (object.kind === 'Route' && object.spec.hosts.some((host) => hosts.has(host.toLowerCase()))) {
      kept.add(key)
      for (const { service } of object.spec.rules) {
        if (service !== undefined) services.add(`${object.namespace}/${service.name}`)
      }
    }
  }
  return new Map([...world].filter(([key, object]) => kept.has(key) || services.has(serviceOf(object))))
}

/** The service that an object belongs to; empty: none. */
function serviceOf(object: StoredObject): string {
  if (object.kind === 'Service' || object.kind === 'Traffic') return `${object.namespace}/${object.name}`
  return object.kind === 'TrafficPolicy' ? `${object.namespace}/${object.spec.service}` : ''
}

const routeMessage = 'envoy.config.route.v3.Route'
const isSame = (draft: envoy.Route, served: envoy.Route): boolean =>
  Buffer.compare(encodeJson(routeMessage, draft), encodeJson(routeMessage, served)) === 0

/** What its author called the rule. */
function ruleName(world: World, origin: string, path: string): string {
  const route = world.get(origin)
  const index = /^spec\.rules\[(\d+)\]/.exec(path)?.[1]
  if (route?.kind !== 'Route' || index === undefined) return ''
  return route.spec.rules[Number(index)]?.name ?? ''
}

/** For whom this way of the rule is. */
function audienceOf(world: World, { name = '', match = {} }: envoy.Route): string {
  const carried = match.headers?.find((header) => header.name === environmentHeader)?.stringMatch?.exact
  if (carried !== undefined) return `carries environment ${carried}`
  const policy = policyOf(world, name)
  if (policy === undefined) return ''
  const provider = jwtProvider(policy)
  const found = policy.spec.cohorts?.find(({ matches }) =>
    matches.some((each) => cohortMatches(each, provider).some((arm) => holds(match, arm))),
  )
  return found === undefined ? '' : `cohort ${found.name}`
}

/** The policy of a service by the name of its routes. */
function policyOf(world: World, route: string): StoredOf<'TrafficPolicy'> | undefined {
  for (const object of world.values()) {
    if (object.kind === 'TrafficPolicy' && `${object.namespace}/${object.spec.service}` === route)
      return object
  }
  return undefined
}

/** Whether a match asks for all that the other asks for. */
function holds(match: envoy.RouteMatch, arm: envoy.RouteMatch): boolean {
  const all = (list: readonly object[] = [], wanted: readonly object[] = []): boolean =>
    wanted.every((each) => list.some((one) => isDeepStrictEqual(one, each)))
  return (
    all(match.headers, arm.headers) &&
    all(match.queryParameters, arm.queryParameters) &&
    all(match.dynamicMetadata, arm.dynamicMetadata) &&
    (arm.runtimeFraction === undefined || isDeepStrictEqual(match.runtimeFraction, arm.runtimeFraction))
  )
}

// Route object → Envoy routes: one per match of each rule, ranked.
import { isDeepStrictEqual } from 'node:util'
import { limits, type Violation } from '../base/index.ts'
import {
  compareRanks,
  keyOf,
  type ObjectKey,
  type Rule,
  rankOf,
  type StoredOf,
  type World,
} from '../model/index.ts'
import { identityMemo } from './memo.ts'
import { ownRouteName, routeName } from './names.ts'
import { answeringRoute, forwardingRoute, preflightRoute } from './route/envoy-route.ts'
import { everything, narrowed, routeMatch } from './route/match.ts'
import { type TrafficArm, trafficArms } from './traffic-arms.ts'
import type { DraftRoute } from './types.ts'
import { policyKey } from './world-index.ts'

/** What routes are made of: a Route, or a Service whose callers need none. */
export type RouteSource = StoredOf<'Route'> | ServiceSource

/** A Service under its own names, as if a Route led every request there. */
export interface ServiceSource {
  readonly kind: 'Service'
  readonly namespace: string
  readonly name: string
  readonly spec: Pick<StoredOf<'Route'>['spec'], 'hosts' | 'rules'>
}

/** What one Route says, before it is known which virtual hosts it is part of. */
export interface RouteDrafts {
  readonly route: RouteSource
  /** Ranked: the first that matches wins. */
  readonly routes: readonly DraftRoute[]
  /** Keys of the Services that it refers to and that are there. */
  readonly services: readonly ObjectKey[]
  /** The Route, its Services and their Traffic. */
  readonly origins: readonly ObjectKey[]
  readonly violations: readonly Violation[]
}

/**
 * Makes the drafts of a Route; made again only when the Route, a Service of it or their Traffic changed, and the
 * same object again when that change means nothing to its routes (an endpoint came or went).
 */
export function createRoutes(): (route: RouteSource, world: World) => RouteDrafts {
  const memo = identityMemo<RouteSource, RouteDrafts>(isDeepStrictEqual)
  const keys = identityMemo<RouteSource, readonly ObjectKey[]>()
  return (route, world) => {
    const parts = keys(route, [], () => dependencies(route)).map((key) => world.get(key))
    return memo(route, parts, () => draftsOf(route, world))
  }
}

/** Keys of everything besides the Route itself that its Envoy routes are made of. */
function dependencies(route: RouteSource): readonly ObjectKey[] {
  const { namespace } = route
  const services = [...new Set(route.spec.rules.flatMap(({ service }) => service?.name ?? []))]
  return services.flatMap((name) => [
    keyOf({ kind: 'Service', namespace, name }),
    keyOf({ kind: 'Traffic', namespace, name }),
    policyKey(namespace, name),
  ])
}

function draftsOf(route: RouteSource, world: World): RouteDrafts {
  const routes: DraftRoute[] = []
  const violations: Violation[] = []
  const services = new Set<ObjectKey>()
  const origins = new Set<ObjectKey>([keyOf(route)])
  const statPrefix = `${route.namespace}/${route.name}`
  route.spec.rules.forEach((rule, index) => {
    const ways = waysOf(route, rule, index, world)
    violations.push(...ways.violations)
    for (const key of ways.services) services.add(key)
    for (const key of ways.origins) origins.add(key)
    const names = { name: ways.name, statPrefix }
    const matches = rule.matches.length === 0 ? [everything] : rule.matches
    matches.forEach((match, at) => {
      const rank = rankOf(match)
      const common = {
        origin: keyOf(route),
        path: rule.matches.length === 0 ? `spec.rules[${index}]` : `spec.rules[${index}].matches[${at}]`,
      }
      // Preflights carry nothing that a cohort could be told by.
      const everybody = ways.arms.at(-1)
      const preflight = everybody && preflightRoute(rule, match, everybody.action, names)
      if (preflight !== undefined) {
        const { clusters } = everybody ?? { clusters: [] }
        routes.push({ ...common, json: preflight, clusters, rank: { ...rank, ...beforeItsMatch } })
      }
      const answer = answeringRoute(rule, match, names)
      if (answer !== undefined) routes.push({ ...common, json: answer, clusters: [], rank, match })
      const own = routeMatch(match)
      for (const arm of ways.arms) {
        const matched = narrowed(own, arm.match)
        const grpc = ways.grpc || match.grpc !== undefined
        routes.push({
          ...common,
          json: forwardingRoute(rule, match, matched, arm.action, names, grpc),
          clusters: arm.clusters,
          rank,
          match,
        })
      }
    })
  })
  routes.sort((a, b) => compareRanks(a.rank, b.rank))
  return { route, routes, services: [...services], origins: [...origins], violations }
}

/** A preflight is asked for first: a match of everything at its path would take it. */
const beforeItsMatch = { narrow: true, headers: limits.headersPerMatch + 1, query: 0, methods: 1 }

/** The ways of a rule's requests, and what they are made of; no way for a rule that asks no backend. */
interface Ways {
  readonly name: string
  /** The backends speak gRPC. */
  readonly grpc: boolean
  readonly arms: readonly TrafficArm[]
  readonly services: readonly ObjectKey[]
  readonly origins: readonly ObjectKey[]
  readonly violations: readonly Violation[]
}

function waysOf(route: RouteSource, rule: Rule, index: number, world: World): Ways {
  const own = ownRouteName(route.namespace, route.name)
  const none: Ways = { name: own, grpc: false, arms: [], services: [], origins: [], violations: [] }
  if (rule.service === undefined) return none
  const target = targetOf(route, rule.service, index, world)
  if ('violation' in target) return { ...none, violations: [target.violation] }
  const { service, traffic, port } = target
  const found = world.get(policyKey(service.namespace, service.name))
  const policy = found?.kind === 'TrafficPolicy' ? found : undefined
  return {
    ...trafficArms(service, traffic, port, policy),
    name: routeName(service.namespace, service.name),
    grpc: service.spec.ports.some((each) => each.name === port && each.protocol === 'GRPC'),
    services: [keyOf(service)],
    origins: [keyOf(service), keyOf(traffic), ...(policy === undefined ? [] : [keyOf(policy)])],
  }
}

type Target =
  | { readonly service: StoredOf<'Service'>; readonly traffic: StoredOf<'Traffic'>; readonly port: string }
  | { readonly violation: Violation }

/** Where a rule sends to, or what is missing. */
function targetOf(
  route: RouteSource,
  { name, port }: NonNullable<Rule['service']>,
  index: number,
  world: World,
): Target {
  const { namespace } = route
  const missing = (path: string, message: string): Target => ({
    violation: { object: keyOf(route), path: `spec.rules[${index}].service.${path}`, message },
  })
  const service = world.get(keyOf({ kind: 'Service', namespace, name }))
  if (service?.kind !== 'Service') {
    return missing('name', `there is no Service "${name}" in namespace "${namespace}"`)
  }
  const traffic = world.get(keyOf({ kind: 'Traffic', namespace, name }))
  if (traffic?.kind !== 'Traffic') {
    return missing('name', `Service "${name}" has no Traffic: nothing says which environment serves`)
  }
  const ports = service.spec.ports.map((each) => each.name)
  const [only] = ports
  const chosen = port ?? (ports.length === 1 ? only : undefined)
  if (chosen === undefined) {
    return missing('port', `Service "${name}" has ${ports.length} ports, wanted one of ${quoted(ports)}`)
  }
  if (!ports.includes(chosen)) {
    return missing('port', `Service "${name}" has no port "${chosen}", wanted one of ${quoted(ports)}`)
  }
  return { service, traffic, port: chosen }
}

const quoted = (items: readonly string[]): string => items.map((item) => `"${item}"`).join(', ')

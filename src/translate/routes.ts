// Route object → Envoy routes: one per match of each rule, ranked.
import { isDeepStrictEqual } from 'node:util'
import type { Violation } from '../base/index.ts'
import { keyOf, type ObjectKey, type StoredOf, type World } from '../model/index.ts'
import { defaults } from './defaults.ts'
import { duration } from './duration.ts'
import { identityMemo } from './memo.ts'
import { routeName } from './names.ts'
import { compareRanks, everything, narrowed, rankOf, routeMatch } from './route-match.ts'
import { trafficArms } from './traffic-arms.ts'
import type { DraftRoute } from './types.ts'

type Rule = StoredOf<'Route'>['spec']['rules'][number]

/** What one Route says, before it is known which virtual hosts it is part of. */
export interface RouteDrafts {
  readonly route: StoredOf<'Route'>
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
export function createRoutes(): (route: StoredOf<'Route'>, world: World) => RouteDrafts {
  const memo = identityMemo<StoredOf<'Route'>, RouteDrafts>(isDeepStrictEqual)
  const keys = identityMemo<StoredOf<'Route'>, readonly ObjectKey[]>()
  return (route, world) => {
    const parts = keys(route, [], () => dependencies(route)).map((key) => world.get(key))
    return memo(route, parts, () => draftsOf(route, world))
  }
}

/** Keys of everything besides the Route itself that its Envoy routes are made of. */
function dependencies(route: StoredOf<'Route'>): readonly ObjectKey[] {
  const { namespace } = route
  const services = [...new Set(route.spec.rules.map((rule) => rule.service.name))]
  return services.flatMap((name) => [
    keyOf({ kind: 'Service', namespace, name }),
    keyOf({ kind: 'Traffic', namespace, name }),
  ])
}

function draftsOf(route: StoredOf<'Route'>, world: World): RouteDrafts {
  const routes: DraftRoute[] = []
  const violations: Violation[] = []
  const services = new Set<ObjectKey>()
  const origins = new Set<ObjectKey>([keyOf(route)])
  route.spec.rules.forEach((rule, index) => {
    const target = targetOf(route, rule, index, world)
    if ('violation' in target) {
      violations.push(target.violation)
      return
    }
    const { service, traffic, port } = target
    services.add(keyOf(service))
    origins.add(keyOf(service)).add(keyOf(traffic))
    const ways = trafficArms(service, traffic, port)
    violations.push(...ways.violations)
    const matches = rule.matches.length === 0 ? [everything] : rule.matches
    matches.forEach((match, at) => {
      const own = routeMatch(match)
      for (const arm of ways.arms) {
        const envoyMatch = narrowed(own, arm.match)
        routes.push({
          json: {
            name: routeName(service.namespace, service.name),
            match: envoyMatch,
            route: { ...arm.action, timeout: duration(rule.timeout ?? defaults.routeTimeoutMs) },
          },
          clusters: arm.clusters,
          rank: rankOf(match),
          matchKey: JSON.stringify(envoyMatch),
          origin: keyOf(route),
          path: rule.matches.length === 0 ? `spec.rules[${index}]` : `spec.rules[${index}].matches[${at}]`,
        })
      }
    })
  })
  routes.sort((a, b) => compareRanks(a.rank, b.rank))
  return { route, routes, services: [...services], origins: [...origins], violations }
}

type Target =
  | { readonly service: StoredOf<'Service'>; readonly traffic: StoredOf<'Traffic'>; readonly port: string }
  | { readonly violation: Violation }

/** Where a rule sends to, or what is missing. */
function targetOf(route: StoredOf<'Route'>, rule: Rule, index: number, world: World): Target {
  const { namespace } = route
  const { name, port } = rule.service
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

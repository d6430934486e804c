// Which Route and cohort made a route: resources do not say it, so the applied objects are translated again and held against
// what is served. Where the two differ, nothing is said.
import { isDeepStrictEqual } from 'node:util'
import { encodeJson, type envoy } from '../envoy-api/index.ts'
import type { GroupKey, StoredOf, World } from '../model/index.ts'
import { cohortMatches, createTranslator, environmentHeader, jwtProvider } from '../translate/index.ts'
import type { MadeBy } from './types.ts'

type Finder = (
  configuration: string,
  virtualHost: string,
  index: number,
  route: envoy.Route,
) => MadeBy | undefined

const finders = new WeakMap<World, Map<GroupKey, Finder>>()

/** Finds the makers of a group's routes; nothing is translated before it is asked, and each world once. */
export function makersOf(world: World, group: GroupKey): Finder {
  const known = finders.get(world) ?? new Map<GroupKey, Finder>()
  finders.set(world, known)
  const found = known.get(group) ?? makersIn(world, group)
  known.set(group, found)
  return found
}

function makersIn(world: World, group: GroupKey): Finder {
  let known: ReturnType<ReturnType<typeof createTranslator>['translate']> | undefined
  return (configuration, virtualHost, index, served) => {
    known ??= createTranslator().translate(world, group)
    const drafts = known.routeConfigurations.find(({ name }) => name === configuration)
    const draft = drafts?.virtualHosts.find(({ name }) => name === virtualHost)?.routes[index]
    if (draft === undefined || !isSame(draft.json, served)) return undefined
    const { origin, path, json } = draft
    return { object: origin, path, rule: ruleName(world, origin, path), audience: audienceOf(world, json) }
  }
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

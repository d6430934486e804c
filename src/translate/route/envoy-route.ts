// One match of a rule → the Envoy route: what all of its actions share, and the action itself.
import type { envoy } from '../../envoy-api/index.ts'
import type { Match, Rule } from '../../model/index.ts'
import type { TrafficArm } from '../traffic-arms.ts'
import { filterConfigs } from './filter-configs.ts'
import { headerChanges } from './header-changes.ts'
import { preflightMatch, routeMatch } from './match.ts'
import { retryPolicy } from './retries.ts'
import { redirecting, rewriting } from './rewrite.ts'
import { timeouts } from './timeouts.ts'

/** What the routes of a rule are called, and what their counters are. */
export interface RouteNames {
  /** `route_name` of the access log. */
  readonly name: string
  readonly statPrefix: string
}

/** Everything of a route besides its match and its action. */
function around(rule: Rule, { name, statPrefix }: RouteNames): Omit<envoy.Route, 'match'> {
  const request = headerChanges(rule.requestHeaders)
  const response = headerChanges(rule.responseHeaders)
  const typedPerFilterConfig = filterConfigs(rule, statPrefix)
  const bufferBytes = rule.retry?.bufferBytes
  return {
    name,
    ...(request.added.length === 0 ? {} : { requestHeadersToAdd: request.added }),
    ...(request.removed.length === 0 ? {} : { requestHeadersToRemove: request.removed }),
    ...(response.added.length === 0 ? {} : { responseHeadersToAdd: response.added }),
    ...(response.removed.length === 0 ? {} : { responseHeadersToRemove: response.removed }),
    ...(Object.keys(typedPerFilterConfig).length === 0 ? {} : { typedPerFilterConfig }),
    ...(bufferBytes === undefined ? {} : { requestBodyBufferLimit: bufferBytes }),
  }
}

/** The route that sends what `matched` to the service, the way of `arm`. `grpc`: these are gRPC calls. */
export function forwardingRoute(
  rule: Rule,
  match: Match,
  matched: envoy.RouteMatch,
  arm: TrafficArm['action'],
  names: RouteNames,
  grpc: boolean,
): envoy.Route {
  const upgradeConfigs = upgrades(rule)
  return {
    ...around(rule, names),
    match: matched,
    route: {
      ...arm,
      ...timeouts(rule, grpc),
      ...rewriting(rule.rewrite, match),
      ...(rule.retry === undefined ? {} : { retryPolicy: retryPolicy(rule.retry) }),
      ...(upgradeConfigs.length === 0 ? {} : { upgradeConfigs }),
    },
  }
}

/** The route of a rule that asks no backend; undefined when it asks one. */
export function answeringRoute(rule: Rule, match: Match, names: RouteNames): envoy.Route | undefined {
  const { redirect, directResponse } = rule
  const shared = { ...around(rule, names), match: routeMatch(match) }
  if (redirect !== undefined) return { ...shared, redirect: redirecting(redirect, match) }
  if (directResponse === undefined) return undefined
  const { status, body } = directResponse
  return {
    ...shared,
    directResponse: {
      status,
      ...(body === undefined || body === '' ? {} : { body: { inlineString: body } }),
    },
  }
}

/**
 * The route of the preflights for a match of a rule with CORS. The CORS filter answers them itself; it does so only where
 * the route leads to a backend, so this one leads the way of `arm`.
 */
export function preflightRoute(
  { cors }: Rule,
  match: Match,
  arm: TrafficArm['action'],
  names: RouteNames,
): envoy.Route | undefined {
  if (cors === undefined || match.connect === true) return undefined
  const rule: Rule = { matches: [], cors }
  return forwardingRoute(rule, match, preflightMatch(match), arm, names, false)
}

/** What differs from the listener, which lets WebSockets through and no CONNECT. */
function upgrades({ upgrades: taken }: Rule): readonly envoy.RouteActionUpgradeConfig[] {
  return [
    ...(taken?.websocket === false ? [{ upgradeType: 'websocket', enabled: false }] : []),
    ...(taken?.connect === undefined
      ? []
      : [{ upgradeType: 'CONNECT', ...(taken.connect === 'terminate' ? { connectConfig: {} } : {}) }]),
  ]
}

// model: in come manifests (text or JSON) and commands, out come valid objects with an identity, and plans: what a
// commit has to put and delete. All pure. Start at objects.ts, then kinds.ts, then planning/plan-apply.ts.

export { canonicalAddress, isIpAddress } from './address.ts'
export type { Effect } from './kind-definition.ts'
export { type GatewaySpec, gatewaySpec } from './kinds/gateway.ts'
export { type NodeGroupSelector, type NodeGroupSpec, nodeGroupSpec } from './kinds/node-group.ts'
export type { Redirect, Rewrite } from './kinds/route/action.ts'
export type { Cors } from './kinds/route/cors.ts'
export type { Fault } from './kinds/route/fault.ts'
export type { HeaderChanges } from './kinds/route/header-changes.ts'
export type { HeaderMatch, Match, QueryMatch } from './kinds/route/match.ts'
export {
  compareRanks,
  type MatchRank,
  type Placed,
  placeOf,
  rankOf,
  unreached,
} from './kinds/route/order.ts'
export { originRegex } from './kinds/route/origins.ts'
export { prefixRemoval, segments } from './kinds/route/prefixes.ts'
export type { RateLimit } from './kinds/route/rate-limit.ts'
export type { Retry } from './kinds/route/retry.ts'
export { defaultRouteTimeoutMs, type Rule } from './kinds/route/rule.ts'
export { type RouteSpec, routeSpec } from './kinds/route.ts'
export { type SecretSpec, secretSpec } from './kinds/secret.ts'
export type { LoadBalancing } from './kinds/service/balancing.ts'
export type { DnsEndpoints, Endpoint } from './kinds/service/endpoints.ts'
export type { HealthCheck } from './kinds/service/health-check.ts'
export type { CircuitBreakers, OutlierDetection } from './kinds/service/protection.ts'
export type { Upstream, UpstreamTls } from './kinds/service/upstream.ts'
export { type Environment, type ServiceSpec, serviceSpec } from './kinds/service.ts'
export type { TrafficState } from './kinds/traffic.ts'
export { type TrafficPolicySpec, trafficPolicySpec } from './kinds/traffic-policy.ts'
export { type ManifestFile, parseManifests, parseObject } from './manifests/parse-manifests.ts'
export { manifestText, printManifest } from './manifests/print-manifest.ts'
export * from './names.ts'
export * from './objects.ts'
export * from './observed.ts'
export { contentOf, type Plan, type PlannedDiff, type Who } from './planning/plan.ts'
export { type ApplyOptions, planApply } from './planning/plan-apply.ts'
export { type DeleteOptions, planDelete } from './planning/plan-delete.ts'
export { type EarlierTraffic, planRollback, type RollbackCommand } from './planning/plan-rollback.ts'
export { planTraffic, type TrafficCommand } from './planning/plan-traffic.ts'
export { countOf } from './planning/traffic.ts'
export { checkWorld } from './references/check-references.ts'
export * from './registered-endpoints.ts'
export { secretsNamedBy } from './references/world-view.ts'
export { matchingOrder, type SelectableGroup, type SelectableNode, selectGroup } from './select-group.ts'

// model: in come manifests (text or JSON) and commands, out come valid objects with an identity, and plans: what a
// commit has to put and delete. All pure. Start at objects.ts, then kinds.ts, then planning/plan-apply.ts.

export { isIpAddress } from './address.ts'
export type { Effect } from './kind-definition.ts'
export { type GatewaySpec, gatewaySpec } from './kinds/gateway.ts'
export { type NodeGroupSelector, type NodeGroupSpec, nodeGroupSpec } from './kinds/node-group.ts'
export { type RouteSpec, routeSpec } from './kinds/route.ts'
export {
  type Environment,
  type HealthCheck,
  type ServiceSpec,
  serviceSpec,
  type Upstream,
} from './kinds/service.ts'
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
export { checkWorld } from './references/check-references.ts'
export { matchingOrder, type SelectableGroup, type SelectableNode, selectGroup } from './select-group.ts'

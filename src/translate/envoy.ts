// stand-in until generated
type M = { readonly [k: string]: unknown }
export type Cluster = M
export type ClusterLoadAssignment = M
export type Listener = M
export type Runtime = M
export type TypedExtensionConfig = M & { name: string }
export type AccessLog = M
export type ConfigSource = M
export type HttpFilter = M
export type Filter = M
export type HealthCheck = M
export type Route = M
export type RouteMatch = M
export type HeaderMatcher = M
export type WeightedCluster = M

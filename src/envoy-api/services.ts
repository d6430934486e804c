// The methods of Envoy's services that a control plane is asked: paths and message names, known without descriptors
// (a test holds them against the descriptors).
import type { MethodSchema } from './schema.ts'

const discovery = 'envoy.service.discovery.v3'
const sotw = { request: `${discovery}.DiscoveryRequest`, response: `${discovery}.DiscoveryResponse` }
const delta = {
  request: `${discovery}.DeltaDiscoveryRequest`,
  response: `${discovery}.DeltaDiscoveryResponse`,
}
const bothWays = { requestStream: true, responseStream: true }
const ads = `/${discovery}.AggregatedDiscoveryService`

/** The two methods of the aggregated discovery service: all types, one stream. */
export const adsMethods: { readonly sotw: MethodSchema; readonly delta: MethodSchema } = {
  sotw: { path: `${ads}/StreamAggregatedResources`, ...sotw, ...bothWays },
  delta: { path: `${ads}/DeltaAggregatedResources`, ...delta, ...bothWays },
}

/** Service and the plural of its method names, per resource type. */
const separate = [
  ['envoy.service.listener.v3.ListenerDiscoveryService', 'Listeners', true],
  ['envoy.service.route.v3.RouteDiscoveryService', 'Routes', true],
  ['envoy.service.cluster.v3.ClusterDiscoveryService', 'Clusters', true],
  ['envoy.service.endpoint.v3.EndpointDiscoveryService', 'Endpoints', true],
  ['envoy.service.secret.v3.SecretDiscoveryService', 'Secrets', true],
  ['envoy.service.runtime.v3.RuntimeDiscoveryService', 'Runtime', true],
  ['envoy.service.extension.v3.ExtensionConfigDiscoveryService', 'ExtensionConfigs', true],
  ['envoy.service.route.v3.ScopedRoutesDiscoveryService', 'ScopedRoutes', true],
  ['envoy.service.route.v3.VirtualHostDiscoveryService', 'VirtualHosts', false],
] as const

/**
 * Discovery one type at a time, streamed or fetched: it gives no order across types, so a control plane that
 * promises atomic switches refuses these (xDS rule 27).
 */
export const separateDiscoveryMethods: readonly MethodSchema[] = separate.flatMap(
  ([service, plural, whole]) => [
    ...(whole
      ? [
          { path: `/${service}/Stream${plural}`, ...sotw, ...bothWays },
          { path: `/${service}/Fetch${plural}`, ...sotw, requestStream: false, responseStream: false },
        ]
      : []),
    { path: `/${service}/Delta${plural}`, ...delta, ...bothWays },
  ],
)

/** What proxies report on streams of their own: load, health, access logs, metrics. */
export const reportMethods: {
  readonly load: MethodSchema
  readonly health: MethodSchema
  readonly accessLog: MethodSchema
  readonly metrics: MethodSchema
} = {
  load: {
    path: '/envoy.service.load_stats.v3.LoadReportingService/StreamLoadStats',
    request: 'envoy.service.load_stats.v3.LoadStatsRequest',
    response: 'envoy.service.load_stats.v3.LoadStatsResponse',
    ...bothWays,
  },
  health: {
    path: '/envoy.service.health.v3.HealthDiscoveryService/StreamHealthCheck',
    request: 'envoy.service.health.v3.HealthCheckRequestOrEndpointHealthResponse',
    response: 'envoy.service.health.v3.HealthCheckSpecifier',
    ...bothWays,
  },
  accessLog: {
    path: '/envoy.service.accesslog.v3.AccessLogService/StreamAccessLogs',
    request: 'envoy.service.accesslog.v3.StreamAccessLogsMessage',
    response: 'envoy.service.accesslog.v3.StreamAccessLogsResponse',
    requestStream: true,
    responseStream: false,
  },
  metrics: {
    path: '/envoy.service.metrics.v3.MetricsService/StreamMetrics',
    request: 'envoy.service.metrics.v3.StreamMetricsMessage',
    response: 'envoy.service.metrics.v3.StreamMetricsResponse',
    requestStream: true,
    responseStream: false,
  },
}

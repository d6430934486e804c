// Environment and port of a Service → Envoy Cluster: one per incarnation, whatever its share of the traffic.
import { type envoy, typeUrls } from '../envoy-api/index.ts'
import { adsSource } from './ads.ts'
import { defaults } from './defaults.ts'
import { duration } from './duration.ts'
import type { EnvironmentPort } from './environment-ports.ts'
import { healthCheck } from './health-checks.ts'
import { clusterStatName } from './names.ts'
import { protocolOptions } from './protocol-options.ts'
import type { Draft } from './types.ts'

/** The cluster of one environment and port. */
export function cluster(target: EnvironmentPort): Draft {
  const { name, protocol, upstream, serviceName, origin } = target
  const json: envoy.Cluster = {
    name,
    altStatName: clusterStatName(name),
    type: 'EDS',
    edsClusterConfig: { edsConfig: adsSource },
    connectTimeout: duration(upstream.connectTimeout ?? defaults.connectTimeoutMs),
    // gRPC clients refuse LEAST_REQUEST.
    lbPolicy: 'ROUND_ROBIN',
    // An endpoint that was removed gets nothing more, whatever its health check still says.
    ignoreHealthOnHostRemoval: true,
    commonLbConfig: {
      // As gRPC clients do: localities share by their weights, and no zone is preferred behind our back.
      localityWeightedLbConfig: {},
      // New endpoints take part after their first check; they neither dilute nor panic the others.
      ...(upstream.healthCheck === undefined ? {} : { ignoreNewHostsUntilFirstHc: true }),
    },
    circuitBreakers: {
      thresholds: [
        {
          maxConnections: defaults.circuitBreaker,
          maxPendingRequests: defaults.circuitBreaker,
          maxRequests: defaults.circuitBreaker,
        },
      ],
    },
    ...(upstream.healthCheck === undefined
      ? {}
      : { healthChecks: [healthCheck(upstream.healthCheck, protocol, serviceName)] }),
    typedExtensionProtocolOptions: protocolOptions(
      protocol,
      upstream.idleTimeout ?? defaults.upstreamIdleTimeoutMs,
    ),
  }
  return { kind: 'whole', typeUrl: typeUrls.cds, name, json, facts: { discovery: 'eds' }, origins: [origin] }
}

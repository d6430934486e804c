// Clusters: what their parts ask of each other.
import { endpointFaults } from './addresses.ts'
import { type Check, enumName, type Fault, get, has, list, number, seconds, text } from './fault.ts'

const discovery = ['STATIC', 'STRICT_DNS', 'LOGICAL_DNS', 'EDS', 'ORIGINAL_DST']
/** By number; 4 is reserved. */
const policies = [
  'ROUND_ROBIN',
  'LEAST_REQUEST',
  'RING_HASH',
  'RANDOM',
  '4',
  'MAGLEV',
  'CLUSTER_PROVIDED',
  'LOAD_BALANCING_POLICY_CONFIG',
]
const protocolOptions = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions'

export const clusterChecks: Readonly<Record<string, Check>> = {
  'envoy.config.cluster.v3.Cluster': function* (cluster) {
    const type = enumName(cluster, 'type', discovery)
    const eds = has(cluster, 'edsClusterConfig')
    if (!has(cluster, 'clusterType')) {
      if (type === 'EDS' && !eds)
        yield at('edsClusterConfig', 'wanted a value in a cluster of type EDS, found none')
      if (type !== 'EDS' && eds) yield at('edsClusterConfig', `wanted none in a cluster of type ${type}`)
      if (type === 'ORIGINAL_DST') yield at('type', 'wanted endpoints that are known: STATIC, EDS or DNS')
    }
    yield* ejectionFaults(get(cluster, 'outlierDetection'))
    const checks = list(cluster, 'healthChecks')
    if (checks.length > 1) yield at('healthChecks', 'wanted one health check')
    if (type === 'STATIC' && !has(cluster, 'clusterType')) {
      for (const { path, message } of endpointFaults(get(cluster, 'loadAssignment'))) {
        yield { path: ['loadAssignment', ...path], message }
      }
    }
    const policy = enumName(cluster, 'lbPolicy', policies)
    if (policy === 'CLUSTER_PROVIDED') yield at('lbPolicy', 'wanted a policy: these clusters provide none')
    if (policy === 'LOAD_BALANCING_POLICY_CONFIG' && !has(cluster, 'loadBalancingPolicy')) {
      yield at('loadBalancingPolicy', `wanted a value where lbPolicy is ${policy}, found none`)
    }
    yield* tlsFaults(cluster)
    yield* balancingFaults(cluster)
  },
  'envoy.config.core.v3.HealthCheck.Payload': function* (payload) {
    if (!has(payload, 'text') || /^([0-9A-Fa-f]{2})*$/.test(text(payload, 'text'))) return
    yield at('text', 'wanted bytes as hexadecimal digits, two each')
  },
  'envoy.config.core.v3.HealthCheck.HttpHealthCheck': function* (check) {
    for (const field of ['expectedStatuses', 'retriableStatuses']) {
      for (const [index, range] of list(check, field).entries()) {
        const [start, end] = [number(range, 'start') ?? 0, number(range, 'end') ?? 0]
        if (start >= end) yield { path: [field, index], message: 'wanted a start below the end' }
        else if (start < 100 || end > 600) {
          yield { path: [field, index], message: 'wanted statuses from 100 to 599' }
        }
      }
    }
    // Envoy 1.40.0 ends with SIGABRT when it is asked for over a connection that is not QUIC.
    if (enumName(check, 'codecClientType', ['HTTP1', 'HTTP2', 'HTTP3']) === 'HTTP3') {
      yield at('codecClientType', 'wanted HTTP1 or HTTP2, found HTTP3')
    }
  },
}

/** Envoy's own are 30 s and 300 s. */
function* ejectionFaults(detection: unknown): Iterable<Fault> {
  if (!has(detection, 'maxEjectionTime')) return
  const [base, most] = [
    seconds(detection, 'baseEjectionTime') ?? 30,
    seconds(detection, 'maxEjectionTime') ?? 300,
  ]
  if (base <= most) return
  const path = ['outlierDetection', 'maxEjectionTime']
  yield { path, message: `wanted at least baseEjectionTime (${base} s), found ${most} s` }
}

const localities = ['localityWeightedLbConfig', 'zoneAwareLbConfig', 'consistentHashingLbConfig'] as const

/** A policy of its own says all of it: the older fields beside it are refused. */
function* balancingFaults(cluster: unknown): Iterable<Fault> {
  if (!has(cluster, 'loadBalancingPolicy')) return
  const message = 'wanted none beside loadBalancingPolicy: the two exclude each other'
  for (const field of localities) {
    if (has(get(cluster, 'commonLbConfig'), field)) yield { path: ['commonLbConfig', field], message }
  }
  if (has(cluster, 'lbSubsetConfig')) yield at('lbSubsetConfig', message)
}

/** What needs TLS towards the backends, where there is none. */
function* tlsFaults(cluster: unknown): Iterable<Fault> {
  if (has(cluster, 'transportSocket')) return
  const options = get(get(cluster, 'typedExtensionProtocolOptions'), protocolOptions)
  const inside = ['typedExtensionProtocolOptions', protocolOptions]
  if (has(options, 'autoConfig')) {
    yield { path: [...inside, 'autoConfig'], message: 'wanted explicitHttpConfig: ALPN needs TLS' }
  }
  if (has(get(options, 'explicitHttpConfig'), 'http3ProtocolOptions')) {
    yield { path: [...inside, 'explicitHttpConfig', 'http3ProtocolOptions'], message: 'HTTP/3 needs QUIC' }
  }
  for (const [index, check] of list(cluster, 'healthChecks').entries()) {
    if (get(get(check, 'httpHealthCheck'), 'useAlpnProtocol') === true) {
      yield { path: ['healthChecks', index, 'httpHealthCheck', 'useAlpnProtocol'], message: 'ALPN needs TLS' }
    }
  }
}

const at = (field: string, message: string): Fault => ({ path: [field], message })

// Environment and port of a Service → Envoy Cluster: one per incarnation, whatever its share of the traffic.
import { type envoy, typeUrls } from '../envoy-api/index.ts'
import { type DnsEndpoints, secretName, trustedCaName, type Upstream } from '../model/index.ts'
import { adsSource } from './ads.ts'
import { defaults } from './defaults.ts'
import { duration } from './duration.ts'
import { loadAssignment } from './endpoints.ts'
import type { EnvironmentPort } from './environment-ports.ts'
import { extension } from './extension.ts'
import { healthCheck } from './health-checks.ts'
import { balancing } from './load-balancing.ts'
import { clusterStatName } from './names.ts'
import { circuitBreakers, outlierDetection } from './protection.ts'
import { alpnOf, protocolOptions } from './protocol-options.ts'
import type { Draft, ResourceFacts } from './types.ts'
import { upstreamTls } from './upstream-tls.ts'

/** The cluster of one environment and port. */
export function cluster(target: EnvironmentPort): Draft {
  const { name, upstream, protocol, origin, namespace } = target
  const { healthCheck: check, outlierDetection: outliers, tls } = upstream
  const json: envoy.Cluster = {
    name,
    altStatName: clusterStatName(name),
    ...discovery(target),
    connectTimeout: duration(upstream.connectTimeout ?? defaults.connectTimeoutMs),
    // An endpoint that was removed gets nothing more, whatever its health check still says.
    ignoreHealthOnHostRemoval: true,
    ...balancing(upstream.loadBalancing, check !== undefined),
    circuitBreakers: circuitBreakers(upstream.circuitBreakers),
    ...(check === undefined ? {} : { healthChecks: [healthCheck(check, target)] }),
    ...(outliers === undefined ? {} : { outlierDetection: outlierDetection(outliers) }),
    ...(tls === undefined ? {} : { transportSocket: upstreamTls(tls, alpnOf(protocol), namespace) }),
    ...(upstream.tcpKeepalive === undefined
      ? {}
      : { upstreamConnectionOptions: probes(upstream.tcpKeepalive) }),
    ...(protocol === 'TCP' ? {} : { typedExtensionProtocolOptions: protocolOptions(target) }),
  }
  return { kind: 'whole', typeUrl: typeUrls.cds, name, json, facts: factsOf(target), origins: [origin] }
}

function factsOf({ dns, namespace, upstream: { tls } }: EnvironmentPort): ResourceFacts {
  const secrets = [
    ...(tls?.ca === undefined ? [] : [trustedCaName(namespace, tls.ca)]),
    ...(tls?.certificate === undefined ? [] : [secretName(namespace, tls.certificate)]),
  ]
  return {
    discovery: dns === undefined ? 'eds' : 'dns',
    ...(secrets.length === 0 ? {} : { secrets: secrets.sort() }),
  }
}

/** Where its endpoints come from: an assignment of the same name, or DNS. */
function discovery({ name, dns, endpoints }: EnvironmentPort): Partial<envoy.Cluster> {
  if (dns === undefined) return { type: 'EDS', edsClusterConfig: { edsConfig: adsSource } }
  return {
    // The cluster's own fields for this are deprecated.
    clusterType: {
      name: 'envoy.clusters.dns',
      typedConfig: extension('envoy.extensions.clusters.dns.v3.DnsCluster', {
        dnsRefreshRate: duration(dns.refresh),
        // What does not resolve is asked again soon, and not as often as a thousand proxies can.
        dnsFailureRefreshRate: {
          baseInterval: duration(Math.min(dns.refresh, defaults.dnsFailureRefreshMs)),
          maxInterval: duration(Math.max(dns.refresh, defaults.dnsFailureRefreshMs)),
        },
        ...(dns.respectTtl ? { respectDnsTtl: true } : {}),
        ...(dns.resolvers === undefined ? {} : { typedDnsResolverConfig: resolver(dns.resolvers) }),
        dnsLookupFamily: families[dns.family],
        // Logical: new connections go to the first address that answers.
        ...(dns.mode === 'Logical' ? { allAddressesInSingleEndpoint: true } : {}),
      }),
    },
    loadAssignment: loadAssignment(name, endpoints),
  }
}

const resolver = (servers: NonNullable<DnsEndpoints['resolvers']>): envoy.TypedExtensionConfig => ({
  name: 'envoy.network.dns_resolver.cares',
  typedConfig: extension('envoy.extensions.network.dns_resolver.cares.v3.CaresDnsResolverConfig', {
    resolvers: servers.map(({ address, port }) => ({ socketAddress: { address, portValue: port } })),
    // Names are whole: what the machine would append is not ours.
    dnsResolverOptions: { noDefaultSearchDomain: true },
  }),
})

const families = {
  V4Only: 'V4_ONLY',
  V6Only: 'V6_ONLY',
  V4Preferred: 'V4_PREFERRED',
  All: 'ALL',
} as const satisfies Record<DnsEndpoints['family'], string>

/** Whole seconds, as the kernel counts them. */
function probes({ time, interval, probes: count }: NonNullable<Upstream['tcpKeepalive']>) {
  return {
    tcpKeepalive: {
      ...(count === undefined ? {} : { keepaliveProbes: count }),
      ...(time === undefined ? {} : { keepaliveTime: time / 1_000 }),
      ...(interval === undefined ? {} : { keepaliveInterval: interval / 1_000 }),
    },
  }
}

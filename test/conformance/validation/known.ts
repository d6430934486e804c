// Where the two judges differ, and why it stays so. docs/decisions/validation.md shows this list; a difference that is not
// in it is a failure.
import type { SupportedEnvoy } from '../../../src/envoy-binary/index.ts'

export interface Known {
  /** Who refuses alone. */
  readonly alone: 'we' | 'Envoy'
  /** Begin of the mutations' ids, or the whole. */
  readonly ids: readonly string[]
  readonly why: string
  /** Only there; default: on both. */
  readonly on?: SupportedEnvoy
}

const manager = 'Listener filterChains[0].filters[0].typedConfig'
const context = 'Listener filterChains[0].transportSocket.typedConfig.commonTlsContext'
const policy = 'loadBalancingPolicy.policies[0].typedExtensionConfig.typedConfig'
const resolver = 'clusterType.typedConfig.typedDnsResolverConfig.typedConfig'
const options = 'typedExtensionProtocolOptions["envoy.extensions.upstreams.http.v3.HttpProtocolOptions"]'

export const knownDifferences: readonly Known[] = [
  {
    alone: 'Envoy',
    ids: ['Secret  validationContext for tlsCertificate', 'Secret  genericSecret for tlsCertificate'],
    why: 'a secret of another kind than its cluster asks for; what is translated has the kind of its Secret',
  },
  {
    alone: 'Envoy',
    ids: ['accessLog [{}]', 'proxyProtocolTlvs [{}]', 'upstreamConnectMode 1'].map(
      (what) => `${manager}.${what}`,
    ),
    why: "a listener in Envoy's own words (RawSnapshot): what no check here knows, the proxies refuse, and the push goes back",
  },
  {
    alone: 'Envoy',
    ids: [`Cluster ${resolver}.queryTries 2147483647`],
    why: 'a name asked for so often never fails: the cluster waits; no manifest says how often',
  },
  {
    alone: 'Envoy',
    ids: [`${manager}.internalAddressConfig.cidrRanges[0].addressPrefix`],
    why: 'an address range that is none; what is translated there is always the same',
  },
  {
    alone: 'we',
    ids: ['Secret  tlsCertificate for validationContext', 'Secret validationContext removed'],
    why: 'an empty secret: Envoy takes it where an authority is wanted, and then trusts nobody or everybody',
  },
  {
    alone: 'we',
    ids: ['Cluster name 20,000 characters', 'Listener name 20,000 characters'],
    why: 'our limit for names: they reach statistics, logs and keys',
  },
  {
    alone: 'we',
    ids: [
      'Cluster transportSocket.typedConfig.commonTlsContext.tlsCertificateSdsSecretConfigs[0].name a star',
      'Cluster transportSocket.typedConfig.commonTlsContext.validationContextSdsSecretConfig.name a star',
      `${manager}.rds.routeConfigName a star`,
      `${context}.tlsCertificateSdsSecretConfigs[0].name a star`,
      `${context}.validationContextSdsSecretConfig.name a star`,
    ],
    why: 'a star among names is a wildcard: whatever comes is taken for it',
  },
  {
    alone: 'we',
    ids: [`${manager}.httpFilters removed`, `${manager}.httpFilters emptied`],
    why: 'a listener without a router answers nothing',
  },
  {
    alone: 'we',
    ids: [
      `${manager}.httpFilters[0].configDiscovery.configSource.resourceApiVersion 99`,
      `${manager}.httpFilters[0].configDiscovery.configSource.resourceApiVersion -1`,
      `${manager}.httpFilters[0].configDiscovery.configSource.authorities [{}]`,
      ...['resourceApiVersion 99', 'resourceApiVersion -1', 'authorities [{}]'].map(
        (what) => `Listener filterChains[0].filters[0].configDiscovery.configSource.${what}`,
      ),
      `Cluster ${policy}.localityLbConfig emptied`,
      `Cluster ${policy}.localityLbConfig.zoneAwareLbConfig removed`,
      ...['protocol 99', 'portValue removed', 'portValue 65536', 'portValue 2147483647'].map(
        (what) => `Cluster ${resolver}.resolvers[0].socketAddress.${what}`,
      ),
      ...['queryTimeoutSeconds 0', 'queryTries 0', 'maxUdpChannelDuration "-1s"'].map(
        (what) => `Cluster ${resolver}.${what}`,
      ),
      ...[0, 1, 2147483647].map((size) => `Cluster ${resolver}.edns0MaxPayloadSize ${size}`),
    ],
    why: "Envoy does not look at the constraints of this message here; they are its API's all the same",
  },
  {
    alone: 'we',
    ids: ['TypedExtensionConfig typedConfig cluster for weightedClusters'],
    why: 'a cluster that is not there: Envoy looks when a connection comes',
  },
  {
    alone: 'we',
    ids: [
      'Listener filterChains[0].filters[0].configDiscovery.applyDefaultConfigWithoutWarming true',
      'Cluster loadBalancingPolicy.policies one more',
      `Cluster ${resolver}.resolvers[0].socketAddress.networkNamespaceFilepath "x"`,
      `Cluster ${resolver}.resolvers[0].socketAddress.networkNamespaceFilepath "a\\nb"`,
    ],
    why: 'Envoy passes over what it has no use for there',
  },
  {
    alone: 'we',
    ids: ['Listener apiListener {}'],
    why: 'an API listener beside an address serves nobody',
  },
  {
    alone: 'we',
    ids: [
      'RouteConfiguration virtualHosts[0].routes[0].route.retryPolicyTypedConfig {}',
      'RouteConfiguration virtualHosts[0].retryPolicyTypedConfig {}',
    ],
    why: 'an empty Any says nothing, and elsewhere Envoy refuses it',
  },
  {
    alone: 'we',
    ids: [
      'RouteConfiguration virtualHosts[0].routes[0].typedPerFilterConfig["envoy.filters.http.local_ratelimit"].tokenBucket.maxTokens removed',
      'RouteConfiguration virtualHosts[0].routes[0].typedPerFilterConfig["envoy.filters.http.local_ratelimit"].tokenBucket.maxTokens 0',
    ],
    why: 'a limit that lets nothing through: 1.36.4 refuses it, 1.40.0 takes it',
  },
  {
    alone: 'we',
    ids: [
      'Cluster circuitBreakers.thresholds null in it',
      'ClusterLoadAssignment endpoints null in it',
      'Listener filterChains null in it',
      `${manager}.upgradeConfigs null in it`,
      'Cluster commonLbConfig.overrideHostStatus.statuses null in it',
      ...['null in it', 'no list'].flatMap((what) => [
        `Cluster transportSocket.typedConfig.commonTlsContext.alpnProtocols ${what}`,
        `Listener filterChains[0].filters[0].configDiscovery.typeUrls ${what}`,
        `RouteConfiguration virtualHosts[0].routes[0].route.weightedClusters.clusters[0].requestHeadersToRemove ${what}`,
      ]),
      'RouteConfiguration virtualHosts[0].domains null in it',
      'RouteConfiguration virtualHosts[0].domains no list',
      'RouteConfiguration virtualHosts[0].routes[0].responseHeadersToRemove no list',
      'RouteConfiguration virtualHosts[0].routes[0].requestHeadersToRemove no list',
      'RouteConfiguration virtualHosts[0].routes[0].route.retryPolicy.retriableStatusCodes null in it',
    ],
    why: 'its reader of JSON leaves nulls out, and takes one text for a list of one; what is served are bytes',
  },
  {
    alone: 'we',
    on: 'oldest',
    ids: [
      'Cluster perConnectionBufferHighWatermarkTimeout',
      'Cluster circuitBreakers.thresholds[0].retryBudget.budgetInterval',
      'Cluster clusterType.typedConfig.dnsMinRefreshRate',
      `${manager}.setCurrentClientCertDetails.format`,
      ...['upstreamConnectMode', 'maxEarlyDataBytes', 'proxyProtocolTlvMergePolicy'].flatMap((field) => [
        `${manager}.${field}`,
        `TypedExtensionConfig typedConfig.${field}`,
      ]),
      'TypedExtensionConfig typedConfig.rules[0].match.cookies',
      'Cluster statsMatcher',
      'Cluster healthChecks[0].httpHealthCheck.useAlpnProtocol',
      `Cluster ${options}.explicitHttpConfig.http2ProtocolOptions.maxHeaderField`,
      `Cluster ${options}.requestMirrorPolicies`,
      `Cluster ${options}.hashPolicy`,
      `${manager}.http2ProtocolOptions.maxHeaderFieldSizeKb`,
      'Listener fcdsConfig',
      'Listener perConnectionBufferHighWatermarkTimeout',
      'Listener statsMatcher',
      'RouteConfiguration virtualHosts[0].routes[0].match.cookies',
      'RouteConfiguration virtualHosts[0].routes[0].directResponse.bodyFormat',
      'RouteConfiguration virtualHosts[0].routes[0].routeSpecifiers',
      'RouteConfiguration virtualHosts[0].routeSpecifiers',
      'RouteConfiguration vhostHeader',
      'RouteConfiguration routeSpecifiers',
    ],
    why: 'a field that this Envoy does not know: it passes over it',
  },
  {
    alone: 'Envoy',
    on: 'oldest',
    ids: [
      `${manager}.accessLog[0].filter.statusCodeFilter.comparison.op NE`,
      `${context}.tlsParams.compliancePolicies [1]`,
      'Cluster transportSocket.typedConfig.commonTlsContext.tlsParams.compliancePolicies [1]',
    ],
    why: 'a value that this Envoy does not know; none of them is emitted',
  },
]

/** The entry that speaks of this difference. */
export const knownDifference = (
  id: string,
  alone: Known['alone'],
  release: SupportedEnvoy,
): Known | undefined =>
  knownDifferences.find(
    (each) =>
      each.alone === alone &&
      (each.on ?? release) === release &&
      each.ids.some(
        (known) =>
          id === known || id.startsWith(`${known} `) || (each.on !== undefined && id.startsWith(known)),
      ),
  )

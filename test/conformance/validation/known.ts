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
const options = 'typedExtensionProtocolOptions["envoy.extensions.upstreams.http.v3.HttpProtocolOptions"]'

export const knownDifferences: readonly Known[] = [
  {
    alone: 'Envoy',
    ids: ['Secret  validationContext for tlsCertificate', 'Secret  genericSecret for tlsCertificate'],
    why: 'a secret of another kind than its cluster asks for; secrets are not translated yet',
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
    ],
    why: "Envoy does not look at the constraints of this message here; they are its API's all the same",
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

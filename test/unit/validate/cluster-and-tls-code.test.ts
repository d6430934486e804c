// What Envoy's code asks of clusters' policies, of DNS, of TLS contexts, of tokens and of TCP: each once held and once broken.
import { describe, expect, it } from 'vitest'
import { typeUrlOf } from '../../../src/envoy-api/index.ts'
import { refusalsOf } from '../../../src/validate/refusals.ts'

const cluster = 'envoy.config.cluster.v3.Cluster'
const dns = 'envoy.extensions.clusters.dns.v3.DnsCluster'
const cares = 'envoy.extensions.network.dns_resolver.cares.v3.CaresDnsResolverConfig'
const server = 'envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext'
const tokens = 'envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication'
const tcp = 'envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy'
const manager = 'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager'
const ads = { ads: {}, resourceApiVersion: 'V3' }
const own = { name: 'a', type: 'EDS', edsClusterConfig: { edsConfig: ads } }

const hostsOf = (count: number) => ({
  clusterName: 'a',
  endpoints: [
    {
      lbEndpoints: Array.from({ length: count }, (_, index) => ({
        endpoint: { address: { socketAddress: { address: `h${index}.internal`, portValue: 80 } } },
      })),
    },
  ],
})
const byName = (config: object, count = 1) => ({
  name: 'a',
  clusterType: { name: 'envoy.clusters.dns', typedConfig: { '@type': typeUrlOf(dns), ...config } },
  loadAssignment: hostsOf(count),
})
const resolvedBy = (address: string) =>
  byName({
    typedDnsResolverConfig: {
      name: 'r',
      typedConfig: { '@type': typeUrlOf(cares), resolvers: [{ socketAddress: { address, portValue: 53 } }] },
    },
  })
const spread = (type: string) => ({
  ...own,
  loadBalancingPolicy: {
    policies: [{ typedExtensionConfig: { name: 'p', typedConfig: { '@type': typeUrlOf(type) } } }],
  },
})
const checked = (check: object) => ({
  ...own,
  healthChecks: [{ timeout: '1s', interval: '1s', healthyThreshold: 1, unhealthyThreshold: 1, ...check }],
})
const statuses = (start: number, end: number) =>
  checked({ httpHealthCheck: { path: '/', expectedStatuses: [{ start, end }] } })
const certificate = [{ name: 's', sdsConfig: ads }]
const secured = (more: object) => ({
  commonTlsContext: { tlsCertificateSdsSecretConfigs: certificate, ...more },
})
const signedBy = (inlineString: string, requires: object) => ({
  providers: { p: { issuer: 'i', localJwks: { inlineString } } },
  rules: [{ match: { prefix: '/' }, requires }],
})
const keys = '{"keys": []}'
const managed = (format: number) => ({
  statPrefix: 'a',
  rds: { routeConfigName: 'r', configSource: ads },
  httpFilters: [
    { name: 'router', typedConfig: { '@type': typeUrlOf('envoy.extensions.filters.http.router.v3.Router') } },
  ],
  setCurrentClientCertDetails: { format },
})

describe('taken, as by Envoy', () => {
  it.each<[string, string, object]>([
    ['endpoints by a name', cluster, byName({ allAddressesInSingleEndpoint: true })],
    ['a resolver by its address', cluster, resolvedBy('127.0.0.53')],
    [
      'a policy that is emitted',
      cluster,
      spread('envoy.extensions.load_balancing_policies.random.v3.Random'),
    ],
    ['a ring', cluster, { ...own, lbPolicy: 'RING_HASH', ringHashLbConfig: { minimumRingSize: 4096 } }],
    ['a table of a prime size', cluster, { ...own, maglevLbConfig: { tableSize: 5003 } }],
    ['ejections', cluster, { ...own, outlierDetection: { maxEjectionTime: '30s' } }],
    ['bytes to send', cluster, checked({ tcpHealthCheck: { send: { text: '50494e47' } } })],
    ['statuses', cluster, statuses(200, 600)],
    ['a certificate by SDS', server, secured({ alpnProtocols: ['h2'] })],
    [
      'tokens',
      tokens,
      signedBy(keys, { requiresAny: { requirements: [{ providerName: 'p' }, { allowMissing: {} }] } }),
    ],
    ['a TCP proxy', tcp, { statPrefix: 'a', cluster: 'c' }],
    ['what is said of a client', manager, managed(0)],
  ])('%s', (_, message, json) => {
    expect(refusalsOf(message, json)).toEqual([])
  })
})

const resolver = 'clusterType.typedConfig.typedDnsResolverConfig.typedConfig'
const choice = 'loadBalancingPolicy.policies[0].typedExtensionConfig.typedConfig'
describe('refused before Envoy refuses it, or dies of it', () => {
  it.each<[string, string, object, string]>([
    ['a policy of the cluster itself', cluster, { ...own, lbPolicy: 'CLUSTER_PROVIDED' }, 'lbPolicy'],
    [
      'a policy that is said nowhere',
      cluster,
      { ...own, lbPolicy: 'LOAD_BALANCING_POLICY_CONFIG' },
      'loadBalancingPolicy',
    ],
    ['no policy at all', cluster, { ...own, loadBalancingPolicy: {} }, 'loadBalancingPolicy.policies'],
    ['a policy that is a filter', cluster, spread('envoy.extensions.filters.http.router.v3.Router'), choice],
    [
      'a ring with its bounds the wrong way round',
      cluster,
      { ...own, ringHashLbConfig: { minimumRingSize: 4096, maximumRingSize: 1 } },
      'ringHashLbConfig.maximumRingSize',
    ],
    [
      'a ring below the usual least',
      cluster,
      { ...own, ringHashLbConfig: { maximumRingSize: 1023 } },
      'ringHashLbConfig.maximumRingSize',
    ],
    ['a table of one', cluster, { ...own, maglevLbConfig: { tableSize: 1 } }, 'maglevLbConfig.tableSize'],
    [
      'a table of no prime',
      cluster,
      { ...own, maglevLbConfig: { tableSize: 65_536 } },
      'maglevLbConfig.tableSize',
    ],
    [
      'an ejection shorter than the usual least',
      cluster,
      { ...own, outlierDetection: { maxEjectionTime: '29.5s' } },
      'outlierDetection.maxEjectionTime',
    ],
    [
      'bytes that are none',
      cluster,
      checked({ tcpHealthCheck: { send: { text: '5049zz' } } }),
      'healthChecks[0].tcpHealthCheck.send.text',
    ],
    [
      'half a byte',
      cluster,
      checked({ tcpHealthCheck: { receive: [{ text: '504' }] } }),
      'healthChecks[0].tcpHealthCheck.receive[0].text',
    ],
    ['statuses below 100', cluster, statuses(1, 600), 'healthChecks[0].httpHealthCheck.expectedStatuses[0]'],
    [
      'statuses beyond 599',
      cluster,
      statuses(200, 601),
      'healthChecks[0].httpHealthCheck.expectedStatuses[0]',
    ],
    [
      'a kind of cluster that is a filter',
      cluster,
      {
        ...byName({}),
        clusterType: { name: 'x', typedConfig: { '@type': typeUrlOf('google.protobuf.Empty') } },
      },
      'clusterType.typedConfig',
    ],
    [
      'all addresses of two hosts as one endpoint',
      cluster,
      byName({ allAddressesInSingleEndpoint: true }, 2),
      'loadAssignment.endpoints',
    ],
    [
      'a failure asked again later than at most',
      cluster,
      byName({ dnsFailureRefreshRate: { baseInterval: '10s', maxInterval: '9s' } }),
      'clusterType.typedConfig.dnsFailureRefreshRate.maxInterval',
    ],
    [
      'a resolver by its name',
      cluster,
      resolvedBy('ns.internal'),
      `${resolver}.resolvers[0].socketAddress.address`,
    ],
    [
      'a server without a certificate',
      server,
      { commonTlsContext: {} },
      'commonTlsContext.tlsCertificateSdsSecretConfigs',
    ],
    [
      'ciphers',
      server,
      secured({ tlsParams: { cipherSuites: ['x'] } }),
      'commonTlsContext.tlsParams.cipherSuites',
    ],
    [
      'a protocol whose length is no byte',
      server,
      secured({ alpnProtocols: ['h2', 'x'.repeat(256)] }),
      'commonTlsContext.alpnProtocols[1]',
    ],
    ['keys that are none', tokens, signedBy('no', { providerName: 'p' }), 'providers.p.localJwks'],
    [
      'keys that are a file',
      tokens,
      { providers: { p: { localJwks: { filename: '/keys' } } } },
      'providers.p.localJwks',
    ],
    [
      'a provider that is not there',
      tokens,
      signedBy(keys, { requiresAny: { requirements: [{ allowMissing: {} }, { providerName: 'q' }] } }),
      'rules[0].requires.requiresAny.requirements[1].providerName',
    ],
    [
      'a requirement that is not there',
      tokens,
      { rules: [{ match: { prefix: '/' }, requirementName: 'r' }] },
      'rules[0].requirementName',
    ],
    [
      'waiting for data without saying how much',
      tcp,
      { statPrefix: 'a', cluster: 'c', upstreamConnectMode: 1 },
      'maxEarlyDataBytes',
    ],
    ['a form of certificates that nobody knows', manager, managed(99), 'setCurrentClientCertDetails.format'],
  ])('%s', (_, message, json, path) => {
    expect(refusalsOf(message, json).map((fault) => fault.path)).toContain(path)
  })
})

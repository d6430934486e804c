// What Envoy's code asks beyond its constraints: each rule once held and once broken.
import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { regexFault } from '../../../src/base/regex.ts'
import { typeUrlOf } from '../../../src/envoy-api/index.ts'
import { refusalsOf } from '../../../src/validate/refusals.ts'

const cluster = 'envoy.config.cluster.v3.Cluster'
const assignment = 'envoy.config.endpoint.v3.ClusterLoadAssignment'
const listener = 'envoy.config.listener.v3.Listener'
const manager = 'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager'
const configuration = 'envoy.config.route.v3.RouteConfiguration'
const options = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions'
const secret = 'envoy.extensions.transport_sockets.tls.v3.Secret'
const pathsOf = (message: string, json: unknown): readonly string[] =>
  refusalsOf(message, json).map(({ path }) => path)

const ads = { ads: {}, resourceApiVersion: 'V3' }
const router = {
  name: 'router',
  typedConfig: { '@type': typeUrlOf('envoy.extensions.filters.http.router.v3.Router') },
}
const fault = {
  name: 'fault',
  typedConfig: { '@type': typeUrlOf('envoy.extensions.filters.http.fault.v3.HTTPFault') },
}
const goodCluster = { name: 'a', type: 'EDS', edsClusterConfig: { edsConfig: ads } }
const goodManager = {
  statPrefix: 'a',
  rds: { routeConfigName: 'r', configSource: ads },
  httpFilters: [router],
}
const address = (text: string, more = {}) => ({ socketAddress: { address: text, portValue: 80, ...more } })
const goodListener = {
  name: 'l',
  address: address('0.0.0.0'),
  filterChains: [
    { filters: [{ name: 'http', typedConfig: { '@type': typeUrlOf(manager), ...goodManager } }] },
  ],
}
const endpoints = (at: object) => ({
  clusterName: 'a',
  endpoints: [{ lbEndpoints: [{ endpoint: { address: at } }] }],
})
const weighted = (clusters: readonly object[]) => ({
  match: { prefix: '/' },
  route: { weightedClusters: { clusters } },
})
const hosts = (...virtualHosts: readonly object[]) => ({ name: 'r', virtualHosts })

describe('good resources', () => {
  it.each([
    [cluster, goodCluster],
    [manager, goodManager],
    [listener, goodListener],
    [assignment, endpoints(address('2001:db8::1'))],
    [configuration, hosts({ name: 'v', domains: ['a', 'b'] }, { name: 'w', domains: ['c', '*'] })],
    [configuration, hosts({ name: 'v', domains: ['a'], routes: [weighted([{ name: 'c', weight: 1 }])] })],
  ])('pass: %s', (message, json) => {
    expect(refusalsOf(message, json)).toEqual([])
  })
})

const inEndpoint = 'endpoints[0].lbEndpoints[0].endpoint.address'
describe('refused before Envoy refuses it', () => {
  it.each<[string, string, object, string]>([
    [
      'a negative duration',
      configuration,
      hosts({
        name: 'v',
        domains: ['*'],
        routes: [{ match: { prefix: '/' }, route: { cluster: 'c', timeout: '-1s' } }],
      }),
      'virtualHosts[0].routes[0].route.timeout',
    ],
    [
      'a duration beyond 63 bits of nanoseconds',
      cluster,
      { ...goodCluster, connectTimeout: '9223372036s' },
      'connectTimeout',
    ],
    [
      'an endpoint by name',
      assignment,
      endpoints(address('backend.internal')),
      `${inEndpoint}.socketAddress.address`,
    ],
    [
      'an endpoint by a named port',
      assignment,
      endpoints({ socketAddress: { address: '10.0.0.1', namedPort: 'http' } }),
      `${inEndpoint}.socketAddress.namedPort`,
    ],
    [
      'an endpoint without an address',
      assignment,
      { clusterName: 'a', endpoints: [{ lbEndpoints: [{}] }] },
      inEndpoint,
    ],
    ['an endpoint that is a file', assignment, endpoints({ pipe: { path: '/run/socket' } }), inEndpoint],
    [
      'endpoints inside a static cluster, by name',
      cluster,
      { name: 'a', type: 'STATIC', loadAssignment: endpoints(address('x')) },
      `loadAssignment.${inEndpoint}.socketAddress.address`,
    ],
    ['a listener without an address', listener, { ...goodListener, address: undefined }, 'address'],
    [
      'a listener on a name',
      listener,
      { ...goodListener, address: address('localhost') },
      'address.socketAddress.address',
    ],
    [
      'a listener of datagrams',
      listener,
      { ...goodListener, address: address('::', { protocol: 'UDP' }) },
      'address.socketAddress.protocol',
    ],
    [
      'IPv4 on an IPv6 address that is not ::',
      listener,
      { ...goodListener, address: address('::1', { ipv4Compat: true }) },
      'address.socketAddress.ipv4Compat',
    ],
    ['a listener without filter chains', listener, { ...goodListener, filterChains: [] }, 'filterChains'],
    [
      'two filter chains for the same connections',
      listener,
      { ...goodListener, filterChains: [...goodListener.filterChains, ...goodListener.filterChains] },
      'filterChains[1]',
    ],
    [
      'a filter of no type',
      listener,
      { ...goodListener, filterChains: [{ filters: [{ name: 'x' }] }] },
      'filterChains[0].filters[0].typedConfig',
    ],
    ['a manager without the router', manager, { ...goodManager, httpFilters: [fault] }, 'httpFilters[0]'],
    [
      'a filter behind the router',
      manager,
      { ...goodManager, httpFilters: [router, fault] },
      'httpFilters[0]',
    ],
    [
      'a Lua filter',
      manager,
      {
        ...goodManager,
        httpFilters: [
          { name: 'l', typedConfig: { '@type': typeUrlOf('envoy.extensions.filters.http.lua.v3.Lua') } },
          router,
        ],
      },
      'httpFilters[0].typedConfig',
    ],
    [
      'an empty Any',
      manager,
      { ...goodManager, httpFilters: [{ name: 'l', typedConfig: {} }, router] },
      'httpFilters[0].typedConfig',
    ],
    [
      'routes from a file',
      manager,
      { ...goodManager, rds: { routeConfigName: 'r', configSource: { path: '/etc/x' } } },
      'rds.configSource.ads',
    ],
    ['routes of no name', manager, { ...goodManager, rds: { configSource: ads } }, 'rds.routeConfigName'],
    [
      'an upgrade twice',
      manager,
      { ...goodManager, upgradeConfigs: [{ upgradeType: 'websocket' }, { upgradeType: 'WebSocket' }] },
      'upgradeConfigs',
    ],
    ['EDS without its source', cluster, { name: 'a', type: 'EDS' }, 'edsClusterConfig'],
    [
      'EDS settings of a cluster that is none',
      cluster,
      { ...goodCluster, type: 'STATIC' },
      'edsClusterConfig',
    ],
    [
      'HTTP/3 health checks, of which Envoy dies',
      cluster,
      {
        ...goodCluster,
        healthChecks: [
          {
            timeout: '1s',
            interval: '1s',
            healthyThreshold: 1,
            unhealthyThreshold: 1,
            httpHealthCheck: { path: '/', codecClientType: 'HTTP3' },
          },
        ],
      },
      'healthChecks[0].httpHealthCheck.codecClientType',
    ],
    [
      'options of an upstream under another name',
      cluster,
      {
        ...goodCluster,
        typedExtensionProtocolOptions: {
          x: { '@type': typeUrlOf(options), explicitHttpConfig: { httpProtocolOptions: {} } },
        },
      },
      'typedExtensionProtocolOptions.x',
    ],
    [
      'ALPN without TLS',
      cluster,
      {
        ...goodCluster,
        typedExtensionProtocolOptions: { [options]: { '@type': typeUrlOf(options), autoConfig: {} } },
      },
      `typedExtensionProtocolOptions["${options}"].autoConfig`,
    ],
    [
      'a host of two virtual hosts',
      configuration,
      hosts({ name: 'v', domains: ['a'] }, { name: 'w', domains: ['A'] }),
      'virtualHosts[1].domains',
    ],
    ['a host twice', configuration, hosts({ name: 'v', domains: ['a', 'a'] }), 'virtualHosts[0].domains[1]'],
    [
      'a share without a weight',
      configuration,
      hosts({ name: 'v', domains: ['*'], routes: [weighted([{ name: 'c' }, { name: 'd', weight: 1 }])] }),
      'virtualHosts[0].routes[0].route.weightedClusters.clusters[0].weight',
    ],
    [
      'shares that sum to nothing',
      configuration,
      hosts({ name: 'v', domains: ['*'], routes: [weighted([{ name: 'c', weight: 0 }])] }),
      'virtualHosts[0].routes[0].route.weightedClusters.clusters',
    ],
    [
      'a share of no cluster',
      configuration,
      hosts({ name: 'v', domains: ['*'], routes: [weighted([{ weight: 1 }])] }),
      'virtualHosts[0].routes[0].route.weightedClusters.clusters[0].name',
    ],
    [
      'a look-ahead',
      configuration,
      hosts({
        name: 'v',
        domains: ['*'],
        routes: [{ match: { safeRegex: { regex: '(?=a)' } }, route: { cluster: 'c' } }],
      }),
      'virtualHosts[0].routes[0].match.safeRegex.regex',
    ],
    ['a secret of nothing', secret, { name: 's' }, ''],
    [
      'a certificate that is none',
      secret,
      {
        name: 's',
        tlsCertificate: { certificateChain: { inlineString: 'x' }, privateKey: { inlineString: key() } },
      },
      'tlsCertificate.certificateChain',
    ],
  ])('%s', (_, message, json, path) => {
    expect(pathsOf(message, json)).toContain(path)
  })

  it('fields may be written as in the proto file', () => {
    expect(pathsOf(cluster, { name: 'a', type: 'STATIC', eds_cluster_config: { eds_config: ads } })).toEqual([
      'edsClusterConfig',
    ])
  })
})

function key(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
}

describe('regular expressions', () => {
  it.each([
    'a',
    '/api/v[0-9]+/.*',
    '^/user/([^/]+)/cart$',
    '(?P<name>a)',
    '(?i)abc',
    '[[:alpha:]]',
    'a{1,40}',
    '\\bx\\b',
    '\\Q.*\\E',
    'é',
  ])('may be %s', (regex) => {
    expect(regexFault(regex)).toBeUndefined()
  })

  it.each([
    ['', /found none/],
    ['(?!a)', /RE2/],
    ['(?<=a)b', /RE2/],
    ['(a)\\1', /RE2/],
    ['a++', /RE2/],
    ['a{1001}', /RE2/],
    ['(', /RE2/],
    ['\\p{Emoji}', /wanted a class/],
    ['\\x{100}', /one byte/],
    ['\\777', /one byte/],
    ['a{97}', /found about 101/],
    ['.{13}', /found about 108/],
    ['x'.repeat(5_000), /4096 characters/],
  ])('may not be %s', (regex, why) => {
    expect(regexFault(regex)).toMatch(why)
  })

  it('of 100 instructions are the longest', () => {
    expect(regexFault('a{96}')).toBeUndefined()
  })
})

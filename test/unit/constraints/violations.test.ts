import { describe, expect, it } from 'vitest'
import { limits } from '../../../src/base/index.ts'
import { envoySchemas, typeUrlOf } from '../../../src/envoy-api/index.ts'
import { violationsOf } from '../../../src/validate/constraints/index.ts'
import { planOf } from '../../../src/validate/constraints/plan.ts'

const cluster = 'envoy.config.cluster.v3.Cluster'
const route = 'envoy.config.route.v3.Route'
const virtualHost = 'envoy.config.route.v3.VirtualHost'

const goodCluster = { name: 'a', type: 'EDS', edsClusterConfig: { edsConfig: { ads: {} } } }
const goodRoute = { match: { prefix: '/' }, route: { cluster: 'a' } }
const pathsOf = (message: string, json: unknown): string[] =>
  violationsOf(message, json).map(({ path }) => path)

describe('the constraints of Envoy', () => {
  it('can be held for every message of its API: no rule is unknown here', () => {
    for (const name of envoySchemas().messageNames()) expect(planOf(name), name).toBeDefined()
  })

  it('are met by good resources', () => {
    expect(violationsOf(cluster, goodCluster)).toEqual([])
    expect(violationsOf(route, goodRoute)).toEqual([])
    expect(violationsOf(virtualHost, { name: 'a', domains: ['*'], routes: [goodRoute] })).toEqual([])
  })

  it('say where and what is wanted', () => {
    const json = { name: 'a', domains: [], routes: [goodRoute, { match: {}, route: { cluster: '' } }] }
    expect(violationsOf(virtualHost, json)).toEqual([
      { path: 'domains', message: 'wanted 1 item or more, found 0' },
      {
        path: 'routes[1].match',
        message:
          'wanted one of prefix, path, safeRegex, connectMatcher, pathSeparatedPrefix, pathMatchPolicy, found none',
      },
      { path: 'routes[1].route.cluster', message: 'wanted a text that is not empty, found ""' },
    ])
  })

  it.each([
    // Absent fields: texts, lists, messages, oneofs.
    [cluster, { ...goodCluster, name: undefined }, ['name']],
    [virtualHost, { name: 'a' }, ['domains']],
    [route, { route: { cluster: 'a' } }, ['match']],
    [route, { match: { prefix: '/' } }, ['']],
    // Texts: prefixes, patterns that match the whole, header names and values.
    [route, { ...goodRoute, match: { pathSeparatedPrefix: '/a/' } }, ['match.pathSeparatedPrefix']],
    [route, { ...goodRoute, match: { pathSeparatedPrefix: '/a?b' } }, ['match.pathSeparatedPrefix']],
    [route, { ...goodRoute, match: { pathSeparatedPrefix: '/a/b' } }, []],
    [route, { ...goodRoute, requestHeadersToRemove: ['a\nb'] }, ['requestHeadersToRemove[0]']],
    [route, { ...goodRoute, requestHeadersToRemove: ['', 'x'] }, ['requestHeadersToRemove[0]']],
    // Numbers, in wrappers too; 64 bits as text.
    [cluster, { ...goodCluster, maglevLbConfig: { tableSize: '5000012' } }, ['maglevLbConfig.tableSize']],
    [cluster, { ...goodCluster, maglev_lb_config: { table_size: 5000011 } }, []],
    [
      cluster,
      { ...goodCluster, leastRequestLbConfig: { choiceCount: 1 } },
      ['leastRequestLbConfig.choiceCount'],
    ],
    ['envoy.config.core.v3.SocketAddress', { address: 'a', portValue: 65_536 }, ['portValue']],
    // Enums by name and by number.
    [cluster, { ...goodCluster, lbPolicy: 99 }, ['lbPolicy']],
    [cluster, { ...goodCluster, lb_policy: 'ROUND_ROBIN' }, []],
    ['envoy.type.v3.HttpStatus', {}, ['code']],
    ['envoy.type.v3.HttpStatus', { code: 'Empty' }, ['code']],
    ['envoy.type.v3.HttpStatus', { code: 'OK' }, []],
    // Durations.
    [cluster, { ...goodCluster, connectTimeout: '0s' }, ['connectTimeout']],
    [cluster, { ...goodCluster, connectTimeout: '0.000000001s' }, []],
    [cluster, { ...goodCluster, connectTimeout: '-1s' }, ['connectTimeout']],
    [cluster, { ...goodCluster, dnsRefreshRate: '0.001s' }, ['dnsRefreshRate']],
    // Required messages and durations.
    [
      cluster,
      { ...goodCluster, healthChecks: [{ httpHealthCheck: { path: '/' } }] },
      ['timeout', 'interval', 'unhealthyThreshold', 'healthyThreshold'].map(
        (field) => `healthChecks[0].${field}`,
      ),
    ],
    // Maps: keys and values.
    [route, { ...goodRoute, metadata: { filterMetadata: { '': {} } } }, ['metadata.filterMetadata[""]']],
    // Lists: unique, numbers in a range.
    [
      'envoy.config.metrics.v3.HistogramBucketSettings',
      { match: { exact: 'a' }, buckets: [1, 2, 1] },
      ['buckets'],
    ],
    [
      'envoy.config.metrics.v3.HistogramBucketSettings',
      { match: { exact: 'a' }, buckets: [1, 0] },
      ['buckets[1]'],
    ],
    // bool const.
    ['envoy.config.rbac.v3.Permission', { any: false }, ['any']],
    ['envoy.config.rbac.v3.Permission', { any: true }, []],
    // Bytes.
    [
      'envoy.config.core.v3.HeaderValue',
      { key: 'a', rawValue: Buffer.alloc(16_385).toString('base64') },
      ['rawValue'],
    ],
    // An Any that must be there.
    ['envoy.config.core.v3.TypedExtensionConfig', { name: 'a' }, ['typedConfig']],
    // ignore_empty: nothing is fine, something else is not.
    ['envoy.config.core.v3.UpstreamHttpProtocolOptions', { overrideAutoSniHeader: '' }, []],
    [
      'envoy.config.core.v3.UpstreamHttpProtocolOptions',
      { overrideAutoSniHeader: 'a b' },
      ['overrideAutoSniHeader'],
    ],
  ])('of %s: %j', (message, json, paths) => {
    expect(pathsOf(message, json).sort()).toEqual([...paths].sort())
  })

  it('reach into every Any that the API knows, at any depth, and into no other', () => {
    const filter = {
      '@type': typeUrlOf('envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager'),
      statPrefix: 'a',
      routeConfig: { virtualHosts: [{ name: 'a', domains: ['*'], routes: [{ ...goodRoute, match: {} }] }] },
      httpFilters: [
        {
          name: 'fault',
          typedConfig: {
            '@type': typeUrlOf('envoy.extensions.filters.http.fault.v3.HTTPFault'),
            abort: { httpStatus: 700, percentage: { denominator: 9 } },
          },
        },
        {
          name: 'own',
          typedConfig: { '@type': 'type.googleapis.com/com.example.Own', abort: { httpStatus: 700 } },
        },
      ],
    }
    const listener = { filterChains: [{ filters: [{ name: 'http', typedConfig: filter }] }] }
    const inside = 'filterChains[0].filters[0].typedConfig'
    expect(pathsOf('envoy.config.listener.v3.Listener', listener)).toEqual([
      `${inside}.routeConfig.virtualHosts[0].routes[0].match`,
      `${inside}.httpFilters[0].typedConfig.abort.httpStatus`,
      `${inside}.httpFilters[0].typedConfig.abort.percentage.denominator`,
    ])
  })

  it('leave what encoding refuses to encoding', () => {
    expect(
      violationsOf(cluster, { ...goodCluster, connectTimeout: 3, lbPolicy: 'NONE', nonsense: 1 }),
    ).toEqual([])
    expect(violationsOf('envoy.config.No', {})).toEqual([])
    expect(violationsOf(cluster, 'a cluster')).toEqual([])
  })

  it('end when a message nests without end, and when there is too much to say', () => {
    let permission: object = { any: false }
    for (let depth = 0; depth < 20_000; depth++) permission = { notRule: permission }
    expect(violationsOf('envoy.config.rbac.v3.Permission', permission)).toEqual([])
    const hosts = Array.from({ length: 10 * limits.violationsReported }, () => ({ name: '' }))
    expect(violationsOf('envoy.config.route.v3.RouteConfiguration', { virtualHosts: hosts })).toHaveLength(
      limits.violationsReported,
    )
  })

  it('take null as absent', () => {
    expect(pathsOf(cluster, { ...goodCluster, name: null })).toEqual(['name'])
    expect(pathsOf(route, { match: { prefix: null, path: '/' }, route: { cluster: 'a' } })).toEqual([])
  })
})

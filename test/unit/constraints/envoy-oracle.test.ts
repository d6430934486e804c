// The oracle: a real Envoy reads a bootstrap (`--mode validate`) and says whether its constraints hold. What it
// refuses for a constraint must be found here, what it takes must pass here. What it refuses for another reason (an
// unknown cluster, an odd regex) says nothing about constraints and is not in the table.
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { encodeJson, typeUrlOf } from '../../../src/envoy-api/index.ts'
import { violationsOf } from '../../../src/validate/constraints/index.ts'
import { describeWithEnvoy, envoyBinary } from '../../support/with-envoy.ts'

const bootstrapMessage = 'envoy.config.bootstrap.v3.Bootstrap'
type Tree = { [key: string]: unknown }

const route = (match: object): Tree => ({ name: 'r', match, route: { cluster: 'a', timeout: '3s' } })
const base = (): Tree => ({
  node: { id: 'edge-1', cluster: 'edge' },
  staticResources: {
    clusters: [
      {
        name: 'a',
        type: 'STATIC',
        connectTimeout: '1s',
        circuitBreakers: { thresholds: [{ maxConnections: 20 }] },
        outlierDetection: { maxEjectionPercent: 10 },
        healthChecks: [
          {
            timeout: '1s',
            interval: '1s',
            healthyThreshold: 1,
            unhealthyThreshold: 3,
            httpHealthCheck: { path: '/' },
          },
        ],
        typedExtensionProtocolOptions: {
          'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
            '@type': typeUrlOf('envoy.extensions.upstreams.http.v3.HttpProtocolOptions'),
            explicitHttpConfig: { http2ProtocolOptions: { maxConcurrentStreams: 100 } },
          },
        },
        loadAssignment: {
          clusterName: 'a',
          endpoints: [
            {
              locality: { region: 'r' },
              loadBalancingWeight: 1,
              lbEndpoints: [
                {
                  loadBalancingWeight: 1,
                  endpoint: { address: { socketAddress: { address: '127.0.0.1', portValue: 1 } } },
                },
              ],
            },
          ],
        },
      },
    ],
    listeners: [
      {
        name: 'l',
        address: { socketAddress: { address: '127.0.0.1', portValue: 0 } },
        filterChains: [
          {
            filters: [
              {
                name: 'http',
                typedConfig: {
                  '@type': typeUrlOf(
                    'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
                  ),
                  statPrefix: 'http',
                  httpFilters: [
                    {
                      name: 'fault',
                      typedConfig: {
                        '@type': typeUrlOf('envoy.extensions.filters.http.fault.v3.HTTPFault'),
                        abort: { httpStatus: 503, percentage: { numerator: 1, denominator: 'HUNDRED' } },
                      },
                    },
                    {
                      name: 'router',
                      typedConfig: { '@type': typeUrlOf('envoy.extensions.filters.http.router.v3.Router') },
                    },
                  ],
                  routeConfig: {
                    name: 'rc',
                    requestHeadersToAdd: [{ header: { key: 'x-a', value: 'b' } }],
                    virtualHosts: [
                      {
                        name: 'v',
                        domains: ['*'],
                        routes: [
                          route({ prefix: '/' }),
                          route({ path: '/p', headers: [{ name: 'h', presentMatch: true }] }),
                        ],
                      },
                    ],
                  },
                },
              },
            ],
          },
        ],
      },
    ],
  },
})

const cluster = ['staticResources', 'clusters', 0]
const listener = ['staticResources', 'listeners', 0]
const hcm = [...listener, 'filterChains', 0, 'filters', 0, 'typedConfig']
const host = [...hcm, 'routeConfig', 'virtualHosts', 0]
const firstRoute = [...host, 'routes', 0]
const healthCheck = [...cluster, 'healthChecks', 0]
const locality = [...cluster, 'loadAssignment', 'endpoints', 0]
const http2 = [
  ...cluster,
  'typedExtensionProtocolOptions',
  'envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
]
const fault = [...hcm, 'httpFilters', 0, 'typedConfig']

type Step = string | number
/** Where, what stands there instead (undefined: nothing), and whether Envoy takes it. */
const table: readonly (readonly [readonly Step[], unknown, 'good' | 'bad'])[] = [
  [['node', 'cluster'], 'other', 'good'],
  // Clusters.
  [[...cluster, 'name'], undefined, 'bad'],
  [[...cluster, 'connectTimeout'], '0s', 'bad'],
  [[...cluster, 'connectTimeout'], undefined, 'good'],
  [[...cluster, 'lbPolicy'], 99, 'bad'],
  [[...cluster, 'lbPolicy'], 'LEAST_REQUEST', 'good'],
  [[...cluster, 'dnsRefreshRate'], '0.001s', 'bad'],
  [[...cluster, 'dnsRefreshRate'], '0.002s', 'good'],
  [[...cluster, 'commonLbConfig'], { healthyPanicThreshold: { value: 100.1 } }, 'bad'],
  [[...cluster, 'commonLbConfig'], { healthyPanicThreshold: { value: 0 } }, 'good'],
  [[...cluster, 'leastRequestLbConfig'], { choiceCount: 1 }, 'bad'],
  [[...cluster, 'outlierDetection', 'maxEjectionPercent'], 101, 'bad'],
  [[...cluster, 'outlierDetection', 'interval'], '0s', 'bad'],
  [[...cluster, 'circuitBreakers', 'thresholds', 0, 'priority'], 7, 'bad'],
  [[...cluster, 'circuitBreakers', 'thresholds', 0, 'retryBudget'], { budgetPercent: { value: -1 } }, 'bad'],
  [[...cluster, 'metadata'], { filterMetadata: { '': {} } }, 'bad'],
  [[...cluster, 'metadata'], { filterMetadata: { a: {} } }, 'good'],
  [[...cluster, 'upstreamBindConfig'], { sourceAddress: { address: '127.0.0.1', portValue: 65_536 } }, 'bad'],
  [[...cluster, 'altStatName'], 'x', 'good'],
  // Health checks.
  [[...healthCheck, 'timeout'], undefined, 'bad'],
  [[...healthCheck, 'interval'], '0s', 'bad'],
  [[...healthCheck, 'healthyThreshold'], undefined, 'bad'],
  [[...healthCheck, 'httpHealthCheck'], undefined, 'bad'],
  [[...healthCheck, 'httpHealthCheck', 'path'], '', 'bad'],
  [[...healthCheck, 'httpHealthCheck', 'path'], '/\u0001', 'bad'],
  [[...healthCheck, 'httpHealthCheck', 'host'], 'a b', 'good'],
  [[...healthCheck, 'httpHealthCheck', 'method'], 'CONNECT', 'bad'],
  [[...healthCheck, 'httpHealthCheck', 'requestHeadersToRemove'], ['a\r'], 'bad'],
  [[...healthCheck, 'alwaysLogHealthCheckFailures'], true, 'good'],
  // Endpoints.
  [[...cluster, 'loadAssignment', 'clusterName'], '', 'bad'],
  [[...cluster, 'loadAssignment', 'policy'], { overprovisioningFactor: 0 }, 'bad'],
  [[...locality, 'priority'], 129, 'bad'],
  [[...locality, 'loadBalancingWeight'], 0, 'bad'],
  [[...locality, 'lbEndpoints', 0, 'loadBalancingWeight'], 0, 'bad'],
  [[...locality, 'lbEndpoints', 0, 'healthStatus'], 9, 'good'],
  [[...locality, 'lbEndpoints', 0, 'endpoint', 'address', 'socketAddress', 'portValue'], 70_000, 'bad'],
  [[...locality, 'lbEndpoints', 0, 'endpoint', 'address', 'socketAddress', 'address'], undefined, 'bad'],
  [[...locality, 'lbEndpoints', 0, 'endpoint', 'address', 'socketAddress', 'portValue'], undefined, 'bad'],
  [[...locality, 'lbEndpoints', 0, 'endpoint', 'address', 'socketAddress', 'protocol'], 5, 'bad'],
  // Inside the Any of the cluster.
  [[...http2, 'explicitHttpConfig'], undefined, 'bad'],
  [[...http2, 'explicitHttpConfig'], {}, 'bad'],
  [[...http2, 'explicitHttpConfig', 'http2ProtocolOptions', 'maxConcurrentStreams'], 0, 'bad'],
  [[...http2, 'explicitHttpConfig', 'http2ProtocolOptions', 'initialStreamWindowSize'], 65_534, 'bad'],
  [[...http2, 'explicitHttpConfig', 'http2ProtocolOptions', 'initialStreamWindowSize'], 65_535, 'good'],
  // Listeners and the connection manager inside its Any.
  [[...listener, 'address', 'socketAddress', 'address'], '', 'bad'],
  [[...listener, 'filterChains', 0, 'filters', 0, 'name'], undefined, 'bad'],
  [[...listener, 'drainType'], 9, 'good'],
  [[...listener, 'filterChains', 0, 'filterChainMatch'], { sourcePorts: [0] }, 'bad'],
  [[...listener, 'filterChains', 0, 'filterChainMatch'], { destinationPort: 0 }, 'bad'],
  [[...hcm, 'statPrefix'], undefined, 'bad'],
  [[...hcm, 'codecType'], 9, 'bad'],
  [[...hcm, 'routeConfig'], undefined, 'bad'],
  [[...hcm, 'maxRequestHeadersKb'], 8_193, 'bad'],
  [[...hcm, 'maxRequestHeadersKb'], 8_192, 'good'],
  [[...hcm, 'delayedCloseTimeout'], '0s', 'good'],
  [[...hcm, 'serverName'], 'a\u007fb', 'good'],
  [[...hcm, 'httpFilters', 1, 'name'], '', 'bad'],
  // Routes.
  [[...host, 'name'], '', 'bad'],
  [[...host, 'domains'], [], 'bad'],
  [[...host, 'domains'], ['a\n'], 'bad'],
  [[...host, 'requestHeadersToRemove'], ['a b'], 'good'],
  [[...host, 'requireTls'], 9, 'bad'],
  [[...hcm, 'routeConfig', 'requestHeadersToAdd', 0, 'header', 'key'], '', 'bad'],
  [[...hcm, 'routeConfig', 'requestHeadersToAdd', 0, 'header', 'value'], 'v\n', 'bad'],
  [[...hcm, 'routeConfig', 'requestHeadersToAdd', 0, 'header', 'value'], 'x'.repeat(16_385), 'bad'],
  [[...firstRoute, 'match'], undefined, 'bad'],
  [[...firstRoute, 'match'], {}, 'bad'],
  [[...firstRoute, 'match', 'prefix'], '', 'good'],
  [[...firstRoute, 'match'], { pathSeparatedPrefix: '/a/' }, 'bad'],
  [[...firstRoute, 'match'], { pathSeparatedPrefix: '/a' }, 'good'],
  [[...firstRoute, 'match'], { prefix: '/', runtimeFraction: { defaultValue: { denominator: 4 } } }, 'bad'],
  [[...firstRoute, 'match'], { prefix: '/', runtimeFraction: {} }, 'bad'],
  [[...firstRoute, 'match'], { prefix: '/', headers: [{ name: '', presentMatch: true }] }, 'bad'],
  [[...firstRoute, 'match'], { safeRegex: { regex: '' } }, 'bad'],
  [[...firstRoute, 'route'], undefined, 'bad'],
  [[...firstRoute, 'route', 'cluster'], '', 'bad'],
  [[...firstRoute, 'route', 'timeout'], '0s', 'good'],
  [[...firstRoute, 'route', 'priority'], 2, 'bad'],
  [[...firstRoute, 'route', 'retryPolicy'], { retryBackOff: {} }, 'bad'],
  [[...firstRoute, 'route', 'retryPolicy'], { retryBackOff: { baseInterval: '0s' } }, 'bad'],
  [[...firstRoute, 'route', 'retryPolicy'], { retryOn: '5xx', numRetries: 0 }, 'good'],
  [[...firstRoute, 'route', 'hashPolicy'], [{}], 'bad'],
  [[...firstRoute, 'route', 'hashPolicy'], [{ header: { headerName: '' } }], 'bad'],
  [[...firstRoute, 'route', 'hashPolicy'], [{ cookie: { name: 'c', ttl: '0s' } }], 'good'],
  [[...firstRoute, 'route'], { weightedClusters: {} }, 'bad'],
  [[...firstRoute, 'route'], { weightedClusters: { clusters: [{ name: 'a', weight: 1 }] } }, 'good'],
  [[...firstRoute, 'route', 'requestMirrorPolicies'], [{ cluster: 'a', traceSampled: false }], 'good'],
  // Inside the Any of a filter.
  [[...fault, 'abort', 'httpStatus'], 199, 'bad'],
  [[...fault, 'abort'], {}, 'bad'],
  [[...fault, 'abort', 'percentage', 'denominator'], 9, 'bad'],
  [[...fault, 'delay'], { fixedDelay: '0s', percentage: {} }, 'bad'],
]

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null
}

/** The base with another value in one place. */
function changed(path: readonly Step[], value: unknown): Tree {
  const tree = base()
  let at: Tree = tree
  for (const step of path.slice(0, -1)) {
    const next = at[step]
    if (!isTree(next)) throw new Error(`the base has nothing at ${String(step)}`)
    at = next
  }
  at[path.at(-1) ?? ''] = value
  return tree
}

let folder = ''
let files = 0
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'verdigris-constraints-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** `undefined` when Envoy takes it, else what it says. */
async function envoySays(bootstrap: Tree): Promise<string | undefined> {
  files += 1
  const file = join(folder, `${files}.json`)
  await writeFile(file, JSON.stringify(bootstrap))
  const options = ['--mode', 'validate', '-c', file, '--disable-hot-restart', '-l', 'error']
  try {
    await promisify(execFile)(envoyBinary(), options)
    return undefined
  } catch (error) {
    return isTree(error) ? String(error.stderr) : String(error)
  }
}

describeWithEnvoy('the constraints, held against a real Envoy', () => {
  it('has enough to compare', () => {
    expect(table.filter(([, , verdict]) => verdict === 'bad').length).toBeGreaterThan(60)
    expect(table.filter(([, , verdict]) => verdict === 'good').length).toBeGreaterThanOrEqual(20)
  })

  it.concurrent.each(
    table.map(([path, value, verdict]) => ({ path: path.slice(-4).join('.'), value, verdict, at: path })),
  )('agree on $path = $value: $verdict', async ({ at, value, verdict }) => {
    const bootstrap = changed(at, value)
    encodeJson(bootstrapMessage, bootstrap)
    const found = violationsOf(bootstrapMessage, bootstrap)
    const said = await envoySays(bootstrap)
    if (verdict === 'good') expect(said).toBeUndefined()
    else expect(said).toMatch(/constraint validation failed/)
    expect(found.length > 0 ? 'bad' : 'good', JSON.stringify(found)).toBe(verdict)
  })
})

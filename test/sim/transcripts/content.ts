// The resources of a transcript: `a=1` is content 1 of `a`, and the same content can be read back from a proxy. Each
// content differs in one number, so that Envoy sees a change. Options follow after colons:
//
//   cds   a=1  a=1:fetch=1s  a=1:secret=s  a=1:eds=other  a=1:checked  a=1:static     a=constraint  a=semantic
//   eds   a=1  a=none (no endpoint)                                                     a=constraint  a=semantic
//   lds   l=1>r (routes by RDS)  l=1 (its own)  l=1>r:fetch=1s  l=nested (constraint in a filter)  l=constraint  l=semantic
//         l=1:slot=x (a filter by ECDS, not waited for)  l=1:filter=x (waited for)
//   rds   r=1>a,b  r=1>a:validate (validate_clusters)                                   r=constraint  r=semantic
//   sds   s=1                                                                            s=constraint  s=semantic
//   rtds  verdigris-flags=1
//
// `~` gives a version of its own: `a=1~2` is content 1 at version `1~2`.
import type { Json } from '../../../src/base/index.ts'
import { encodeAny, encodeJson, type ResourceTypeKey, resourceTypes } from '../../../src/envoy-api/index.ts'
import { hashOf } from '../../../src/snapshot/hash.ts'

export interface Scripted {
  readonly key: ResourceTypeKey
  readonly name: string
  /** `1`, `none`, `constraint`, `semantic`. */
  readonly label: string
  /** In delta. */
  readonly version: string
  /** An encoded google.protobuf.Any. */
  readonly body: Uint8Array
  /** Of clusters: the name of their endpoints. */
  readonly endpoints: string | undefined
}

const byHash = new Map<string, Scripted>()

/** The resource that was made with a body of this hash. */
export const scriptedOf = (hash: string): Scripted | undefined => byHash.get(hash)

const hcm =
  'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager'
const router = 'type.googleapis.com/envoy.extensions.filters.http.router.v3.Router'
const mutation = 'type.googleapis.com/envoy.extensions.filters.http.header_mutation.v3.HeaderMutation'
const tls = 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3'

/** Numbers that hold the content. */
export const endpointPorts = 20_000
export const listenerBytes = 100_000
export const routeBytes = 1_000

/** The resource of a token. Throws when it is none. */
export function resourceOf(key: ResourceTypeKey, token: string): Scripted {
  const match = /^([^=]+)=([a-z0-9]+)(~\d+)?(?:>([^:]*))?((?::[^:]+)*)$/.exec(token)
  if (match === null) throw new Error(`what is "${token}"?`)
  const [, name = '', label = '', own = '', targets = '', rest = ''] = match
  const options = new Map(
    rest
      .split(':')
      .filter((option) => option !== '')
      .map((option): [string, string] => {
        const [word = '', value = ''] = option.split('=')
        return [word, value]
      }),
  )
  const json = builders[key](name, label, targets === '' ? [] : targets.split(','), options)
  const { message, typeUrl } = resourceTypes[key]
  const body = encodeAny(typeUrl, encodeJson(message, json))
  const endpoints = key !== 'cds' || options.has('static') ? undefined : (options.get('eds') ?? name)
  const scripted = { key, name, label, version: label + own, body, endpoints }
  byHash.set(hashOf(body), scripted)
  return scripted
}

type Options = ReadonlyMap<string, string>
type Builder = (name: string, label: string, targets: readonly string[], options: Options) => Json

const builders: { readonly [K in ResourceTypeKey]: Builder } = {
  cds: (name, label, _, options) => {
    const secret = options.get('secret')
    const base = {
      name,
      connectTimeout: label === 'constraint' ? '0s' : `${numberOf(label)}s`,
      // A static one has no discovered endpoints.
      ...(options.has('static') && label !== 'semantic' ? { type: 'STATIC' } : { type: 'EDS' }),
      ...(label === 'semantic' ? { type: 'STATIC' } : {}),
      ...(secret === undefined ? {} : { transportSocket: tlsSocket(secret, options) }),
      ...(options.has('checked')
        ? {
            healthChecks: [
              {
                timeout: '0.2s',
                interval: '60s',
                unhealthyThreshold: 1,
                healthyThreshold: 1,
                tcpHealthCheck: {},
              },
            ],
          }
        : {}),
    }
    if (options.has('static') && label !== 'semantic') return base
    const service = options.get('eds')
    return {
      ...base,
      edsClusterConfig: {
        edsConfig: source(options),
        ...(service === undefined ? {} : { serviceName: service }),
      },
    }
  },
  eds: (name, label) => ({
    clusterName: name,
    endpoints:
      label === 'none'
        ? []
        : [
            {
              locality: { region: 'r' },
              loadBalancingWeight: 1,
              ...(label === 'constraint' ? { priority: 129 } : {}),
              lbEndpoints: [
                {
                  endpoint: {
                    address: {
                      socketAddress: {
                        address: label === 'semantic' ? 'not-an-address' : '127.0.0.1',
                        portValue: endpointPorts + numberOf(label),
                      },
                    },
                  },
                },
              ],
            },
          ],
  }),
  lds: (name, label, [route], options) => {
    return {
      name,
      address: { socketAddress: { address: '127.0.0.1', portValue: 10_000 + (name.codePointAt(0) ?? 0) } },
      bindToPort: false,
      perConnectionBufferLimitBytes: listenerBytes + numberOf(label),
      ...(label === 'constraint' ? { maxConnectionsToAcceptPerSocketEvent: 0 } : {}),
      filterChains:
        label === 'semantic'
          ? []
          : [
              {
                filters: [
                  {
                    name: 'hcm',
                    typedConfig: {
                      '@type': hcm,
                      statPrefix: label === 'nested' ? '' : name,
                      ...(route === undefined
                        ? { routeConfig: { name: 'inline' } }
                        : { rds: { routeConfigName: route, configSource: source(options) } }),
                      httpFilters: [...slot(options), { name: 'router', typedConfig: { '@type': router } }],
                    },
                  },
                ],
              },
            ],
    }
  },
  rds: (name, label, clusters, options) => ({
    name,
    maxDirectResponseBodySizeBytes: routeBytes + numberOf(label),
    ...(options.has('validate') ? { validateClusters: true } : {}),
    virtualHosts: [
      {
        name: 'v',
        domains: label === 'constraint' ? [] : ['*'],
        routes: clusters.map((cluster) => ({
          match: label === 'semantic' ? { safeRegex: { regex: '(' } } : { prefix: `/${cluster}` },
          route: { cluster },
        })),
      },
    ],
  }),
  sds: (name, label) => ({
    name,
    validationContext: {
      maxVerifyDepth: numberOf(label),
      ...(label === 'semantic' ? { trustedCa: { inlineString: 'no certificate' } } : {}),
      ...(label === 'constraint' ? { verifyCertificateSpki: ['short'] } : {}),
    },
  }),
  rtds: (name, label) => ({ name, layer: label === 'none' ? {} : { probe: numberOf(label) } }),
  ecds: (name) => ({
    name,
    typedConfig: { '@type': mutation },
  }),
}

/** 9 for what is broken, so that it differs from all that is sound. */
export function numberOf(label: string): number {
  return /^\d+$/.test(label) ? Number(label) : 9
}

/** A filter whose configuration comes over ECDS. */
function slot(options: Options): readonly Json[] {
  const [name, waits] = [options.get('filter') ?? options.get('slot'), options.has('filter')]
  if (name === undefined) return []
  const defaults = { defaultConfig: { '@type': mutation }, applyDefaultConfigWithoutWarming: true }
  const configDiscovery = { configSource: source(options), typeUrls: [mutation], ...(waits ? {} : defaults) }
  return [{ name, configDiscovery }]
}

function source(options: Options): Json {
  return { ads: {}, resourceApiVersion: 'V3', initialFetchTimeout: options.get('fetch') ?? '0s' }
}

function tlsSocket(secret: string, options: Options): Json {
  const validationContextSdsSecretConfig = { name: secret, sdsConfig: source(options) }
  return {
    name: 'envoy.transport_sockets.tls',
    typedConfig: {
      '@type': `${tls}.UpstreamTlsContext`,
      commonTlsContext: { validationContextSdsSecretConfig },
    },
  }
}

// What the bare push loop sends: one listener, one route configuration that names blue or green, and their clusters.
import { names } from '../../src/base/index.ts'
import { encodeAny, encodeJson, messageOfTypeUrl, typeUrls } from '../../src/envoy-api/index.ts'
import type { BareResource } from '../support/bare-ads.ts'

const httpPrefix = 'type.googleapis.com/envoy.extensions.filters'
const ads = { ads: {}, resourceApiVersion: 'V3' }

/** Any bytes of a resource given as proto3 JSON. */
function resource(typeUrl: string, name: string, json: object): BareResource {
  return { name, body: encodeAny(typeUrl, encodeJson(messageOfTypeUrl(typeUrl), json)) }
}

export interface BareWorld {
  /** Where the listener is. */
  readonly port: number
  /** Ports of blue's and green's backends. */
  readonly backends: Readonly<Record<'blue' | 'green', readonly number[]>>
  /** Virtual hosts in the route configuration; the first is the one that moves. */
  readonly virtualHosts: number
}

/** Everything, with all traffic on blue: type URL → resources. */
export function bareWorld(world: BareWorld): ReadonlyMap<string, readonly BareResource[]> {
  const environments = ['blue', 'green'] as const
  return new Map([
    [typeUrls.cds, environments.map((name) => resource(typeUrls.cds, name, cluster(name)))],
    [
      typeUrls.eds,
      [
        ...environments.map((name) => resource(typeUrls.eds, name, assignment(name, world.backends[name]))),
        resource(typeUrls.eds, names.localCluster, { clusterName: names.localCluster }),
      ],
    ],
    [typeUrls.lds, [resource(typeUrls.lds, 'web', listener(world.port))]],
    [typeUrls.rds, [bareRoutes('blue', world.virtualHosts)]],
    [
      typeUrls.rtds,
      [names.flagsLayer, names.temporaryLayer].map((name) =>
        resource(typeUrls.rtds, name, { name, layer: {} }),
      ),
    ],
  ])
}

/** The route configuration whose first virtual host goes there. */
export function bareRoutes(to: 'blue' | 'green', virtualHosts: number): BareResource {
  return resource(typeUrls.rds, 'web', {
    name: 'web',
    virtualHosts: Array.from({ length: virtualHosts }, (_, index) => ({
      name: `host-${index}`,
      domains: virtualHosts === 1 ? ['*'] : [`host-${index}.test`],
      routes: [
        { name: `host-${index}`, match: { prefix: '/' }, route: { cluster: index === 0 ? to : 'blue' } },
      ],
    })),
    validateClusters: true,
  })
}

function cluster(name: string): object {
  return { name, type: 'EDS', connectTimeout: '1s', edsClusterConfig: { edsConfig: ads } }
}

function assignment(name: string, ports: readonly number[]): object {
  return {
    clusterName: name,
    endpoints: [
      {
        lbEndpoints: ports.map((portValue) => ({
          endpoint: { address: { socketAddress: { address: '127.0.0.1', portValue } } },
        })),
      },
    ],
  }
}

function listener(port: number): object {
  return {
    name: 'web',
    address: { socketAddress: { address: '127.0.0.1', portValue: port } },
    filterChains: [
      {
        filters: [
          {
            name: 'envoy.filters.network.http_connection_manager',
            typedConfig: {
              '@type': `${httpPrefix}.network.http_connection_manager.v3.HttpConnectionManager`,
              statPrefix: 'web',
              rds: { routeConfigName: 'web', configSource: ads },
              httpFilters: [
                {
                  name: 'envoy.filters.http.router',
                  typedConfig: { '@type': `${httpPrefix}.http.router.v3.Router` },
                },
              ],
            },
          },
        ],
      },
    ],
  }
}

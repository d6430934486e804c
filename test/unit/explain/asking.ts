// A listener in Envoy's own words, and requests to be explained by it: what the tests of this folder share.
import { type envoy, typeUrlOf } from '../../../src/envoy-api/index.ts'
import { type Asked, type Explanation, explain, type Served, type Way } from '../../../src/explain/index.ts'

const managerType = 'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager'

export interface Scene {
  /** Of the one virtual host, which takes every host. */
  readonly routes?: readonly envoy.Route[]
  readonly configuration?: envoy.RouteConfiguration
  readonly manager?: envoy.HttpConnectionManager
  readonly listener?: envoy.Listener
  readonly listeners?: readonly envoy.Listener[]
  readonly runtime?: Readonly<Record<string, unknown>>
  readonly extensions?: Readonly<Record<string, envoy.AnyMessage>>
  /** Clusters that are not served. */
  readonly missing?: readonly string[]
}

/** A filter chain whose requests go by the route configuration `routes`. */
export const httpChain = (
  manager: envoy.HttpConnectionManager = {},
  chain: envoy.FilterChain = {},
): envoy.FilterChain => ({
  ...chain,
  filters: [
    {
      name: 'http',
      typedConfig: { '@type': typeUrlOf(managerType), rds: { routeConfigName: 'routes' }, ...manager },
    },
  ],
})

export function servedOf(scene: Scene): Served {
  const configuration: envoy.RouteConfiguration = scene.configuration ?? {
    virtualHosts: [{ name: 'all', domains: ['*'], routes: scene.routes ?? [] }],
  }
  const listener: envoy.Listener = {
    name: 'default/edge/http',
    address: { socketAddress: { address: '0.0.0.0', portValue: 8080 } },
    filterChains: [httpChain(scene.manager)],
    ...scene.listener,
  }
  return {
    listeners: scene.listeners ?? [listener],
    routes: (name) => (name === 'routes' ? configuration : undefined),
    extensions: (name) => scene.extensions?.[name],
    runtime: new Map(Object.entries(scene.runtime ?? {})),
    hasCluster: (name) => scene.missing?.includes(name) !== true,
  }
}

/** `GET http://shop.test/` unless told otherwise. */
export const asked = (
  more: Partial<Asked> & { readonly send?: Readonly<Record<string, string>> } = {},
): Asked => {
  const { send = {}, ...rest } = more
  const headers = Object.entries(send).map(([name, value]) => ({ name, value }))
  return { scheme: 'http', authority: 'shop.test', path: '/', method: 'GET', headers, ...rest }
}

/** The one explanation of a scene with one listener. */
export function told(scene: Scene, request: Parameters<typeof asked>[0] = {}): Explanation {
  const [explanation] = explain(servedOf(scene), asked(request), { port: 8080 })
  if (explanation === undefined) throw new Error('no listener takes it')
  return explanation
}

/** A route to a cluster that is called as the route. */
export const to = (name: string, match: envoy.RouteMatch, more: Partial<envoy.Route> = {}): envoy.Route => ({
  name,
  match,
  route: { cluster: name },
  ...more,
})

/** Whether a match takes a request. */
export const takes = (match: envoy.RouteMatch, request: Parameters<typeof asked>[0] = {}): boolean =>
  told({ routes: [to('one', { prefix: '/', ...match })] }, request).ways[0]?.outcome === 'FORWARDED'

/** The only way of a request. */
export function onlyWay(scene: Scene, request: Parameters<typeof asked>[0] = {}): Way {
  const { ways } = told(scene, request)
  const [way] = ways
  if (way === undefined || ways.length > 1) throw new Error(`wanted one way, found ${ways.length}`)
  return way
}

/** Where it goes, as text: `blue 10000`. */
export const sharesIn = ({ shares }: Pick<Way, 'shares'>): readonly string[] =>
  shares.map(({ cluster, share }) => `${cluster} ${share}`)

// Drafts → bytes, each once. A RouteConfiguration is put together from the bytes of its virtual hosts, and those
// from the bytes of their routes: protobuf repeated fields concatenate, so a switch encodes what it touches only.
import { isDeepStrictEqual } from 'node:util'
import { delimitedField, encodeAny, encodeJson, messageOfTypeUrl } from '../envoy-api/index.ts'
import type {
  Draft,
  DraftJson,
  DraftRoute,
  DraftRouteConfiguration,
  DraftVirtualHost,
} from '../translate/index.ts'
import { hashOf } from './hash.ts'
import type { EncodedResource } from './types.ts'

/** How much was encoded since the start: what a test or a metric reads to see that nothing is encoded twice. */
export interface EncodeCounts {
  /** Resources whose bytes were made. */
  readonly resources: number
  /** Virtual hosts and routes whose bytes were made, inside route configurations. */
  readonly virtualHosts: number
  readonly routes: number
}

export interface Encoder {
  /** The resource of a draft. `previous`, the last one of this name, is given again if its content is equal. */
  whole(draft: Draft, previous: EncodedResource | undefined): EncodedResource
  routes(configuration: DraftRouteConfiguration): EncodedResource
  counts(): EncodeCounts
}

const virtualHostsField = 2
const routesField = 3
const messages = {
  configuration: 'envoy.config.route.v3.RouteConfiguration',
  virtualHost: 'envoy.config.route.v3.VirtualHost',
  route: 'envoy.config.route.v3.Route',
} as const

/** An encoder that remembers every draft for as long as it is in use elsewhere. */
export function createEncoder(): Encoder {
  const counts = { resources: 0, virtualHosts: 0, routes: 0 }
  const wholes = new WeakMap<Draft, EncodedResource>()
  const contents = new WeakMap<EncodedResource, DraftJson>()
  const configurations = new WeakMap<DraftRouteConfiguration, EncodedResource>()
  const virtualHosts = new WeakMap<DraftVirtualHost, Uint8Array>()
  const routes = new WeakMap<DraftRoute, Uint8Array>()

  /** Bytes of one route as they stand in a virtual host. */
  function routeField(route: DraftRoute): Uint8Array {
    return remembered(routes, route, () => {
      counts.routes++
      return delimitedField(routesField, encodeJson(messages.route, route.json))
    })
  }
  /** Bytes of one virtual host as they stand in a route configuration. */
  function virtualHostField(host: DraftVirtualHost): Uint8Array {
    return remembered(virtualHosts, host, () => {
      counts.virtualHosts++
      const front = encodeJson(messages.virtualHost, host.front)
      return delimitedField(virtualHostsField, Buffer.concat([front, ...host.routes.map(routeField)]))
    })
  }

  return {
    whole(draft, previous) {
      return remembered(wholes, draft, () => {
        if (previous !== undefined && isDeepStrictEqual(contents.get(previous), draft.json)) return previous
        counts.resources++
        const { typeUrl, name, json, facts, origins } = draft
        const body = encodeAny(typeUrl, encodeJson(messageOfTypeUrl(typeUrl), json))
        const resource = { typeUrl, name, hash: hashOf(body), body, facts, origins }
        contents.set(resource, json)
        return resource
      })
    },
    routes(configuration) {
      return remembered(configurations, configuration, () => {
        counts.resources++
        const { typeUrl, name, front, back, virtualHosts: hosts } = configuration
        const body = encodeAny(
          typeUrl,
          Buffer.concat([
            encodeJson(messages.configuration, front),
            ...hosts.map(virtualHostField),
            encodeJson(messages.configuration, back),
          ]),
        )
        const clusters = new Set<string>()
        const origins = new Set([configuration.origin])
        for (const host of hosts) {
          for (const cluster of host.clusters) clusters.add(cluster)
          for (const origin of host.origins) origins.add(origin)
        }
        const facts = { clusters: [...clusters].sort() }
        return { typeUrl, name, hash: hashOf(body), body, facts, origins: [...origins] }
      })
    },
    counts: () => ({ ...counts }),
  }
}

function remembered<Key extends object, Value>(
  memo: WeakMap<Key, Value>,
  key: Key,
  make: () => Value,
): Value {
  const found = memo.get(key)
  if (found !== undefined) return found
  const made = make()
  memo.set(key, made)
  return made
}

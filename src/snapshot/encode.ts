// Drafts → bytes, each once. A RouteConfiguration is put together from the bytes of its virtual hosts, and those
// from the bytes of their routes: protobuf repeated fields concatenate, so a switch encodes what it touches only.
import { isDeepStrictEqual } from 'node:util'
import type { Violation } from '../base/index.ts'
import { delimitedField, EnvoyApiError, encodeAny, encodeJson, messageOfTypeUrl } from '../envoy-api/index.ts'
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

/** Makes bytes; throws EncodeError for a draft that Envoy's API does not know so. */
export interface Encoder {
  /** The resource of a draft. `previous`, the last one of this name, is given again if its content is equal. */
  whole(draft: Draft, previous: EncodedResource | undefined): EncodedResource
  /** The route configuration, put together from what is remembered of its parts. */
  routes(configuration: DraftRouteConfiguration): EncodedResource
  counts(): EncodeCounts
}

/** A draft that is not the message it should be: its origin and field are in the violation. */
export class EncodeError extends Error {
  override readonly name = 'EncodeError'
  readonly violation: Violation

  constructor(violation: Violation, cause: Error) {
    super(violation.message, { cause })
    this.violation = violation
  }
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
      return delimitedField(routesField, bytesOf(messages.route, route.json, route.origin, route.path))
    })
  }
  /** Bytes of one virtual host as they stand in a route configuration. */
  function virtualHostField(host: DraftVirtualHost): Uint8Array {
    return remembered(virtualHosts, host, () => {
      counts.virtualHosts++
      const front = bytesOf(messages.virtualHost, host.front, host.origins[0])
      return delimitedField(virtualHostsField, Buffer.concat([front, ...host.routes.map(routeField)]))
    })
  }

  return {
    whole(draft, previous) {
      return remembered(wholes, draft, () => {
        if (previous !== undefined && isDeepStrictEqual(contents.get(previous), draft.json)) return previous
        counts.resources++
        const { typeUrl, name, json, facts, origins, written } = draft
        const body = encodeAny(typeUrl, bytesOf(messageOfTypeUrl(typeUrl), json, origins[0]))
        const place = written === undefined ? {} : { path: written.path }
        const resource = { typeUrl, name, hash: hashOf(body), body, facts, origins, ...place }
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
            bytesOf(messages.configuration, front, configuration.origin),
            ...hosts.map(virtualHostField),
            bytesOf(messages.configuration, back, configuration.origin),
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

function bytesOf(message: string, json: object, origin: string | undefined, path = 'spec'): Uint8Array {
  try {
    return encodeJson(message, json)
  } catch (error) {
    if (!(error instanceof EnvoyApiError)) throw error
    const short = message.slice(message.lastIndexOf('.') + 1)
    const object = origin === undefined ? {} : { object: origin }
    throw new EncodeError({ ...object, path, message: `cannot become a ${short}: ${error.message}` }, error)
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

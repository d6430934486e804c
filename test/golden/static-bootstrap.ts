// A group's resources as a bootstrap without a control plane, for `envoy --mode validate`: it reads static
// configuration only, so routes and endpoints are put where they are referred to.
import type { Json } from '../../src/base/index.ts'
import { decodeJson, messageOfTypeUrl, splitAny, typeUrls } from '../../src/envoy-api/index.ts'
import type { CompiledGroup, EncodedResource } from '../../src/snapshot/index.ts'

type Members = { readonly [key: string]: Json }

/** The bootstrap; listeners do not bind, so that any port may be tried. */
export function staticBootstrap(compiled: CompiledGroup): Json {
  const of = (typeUrl: string): readonly EncodedResource[] => [
    ...(compiled.types.get(typeUrl)?.values() ?? []),
  ]
  const assignments = new Map(of(typeUrls.eds).map((resource) => [resource.name, jsonOf(resource)]))
  const routes = new Map(of(typeUrls.rds).map((resource) => [resource.name, jsonOf(resource)]))
  return {
    node: { id: 'validate', cluster: 'validate' },
    dynamicResources: {
      adsConfig: {
        apiType: 'GRPC',
        transportApiVersion: 'V3',
        grpcServices: [{ envoyGrpc: { clusterName: 'verdigris' } }],
      },
    },
    staticResources: {
      clusters: [
        controlPlane,
        ...of(typeUrls.cds).map((resource) => {
          const { edsClusterConfig, ...cluster } = members(jsonOf(resource))
          if (edsClusterConfig === undefined) return cluster
          return { ...cluster, type: 'STATIC', loadAssignment: assignments.get(resource.name) ?? {} }
        }),
      ],
      listeners: of(typeUrls.lds).map((resource) => {
        const inlined = inlineRoutes(jsonOf(resource), routes)
        // Envoy knows no UDP listener that does not bind; validation binds nothing.
        return 'udpListenerConfig' in members(inlined)
          ? members(inlined)
          : { ...members(inlined), bindToPort: false }
      }),
    },
    layeredRuntime: {
      layers: of(typeUrls.rtds).map((resource) => ({
        name: resource.name,
        rtdsLayer: { name: resource.name, rtdsConfig: { ads: {}, resourceApiVersion: 'V3' } },
      })),
    },
  }
}

const controlPlane: Json = {
  name: 'verdigris',
  type: 'STATIC',
  typedExtensionProtocolOptions: {
    'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
      '@type': 'type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
      explicitHttpConfig: { http2ProtocolOptions: {} },
    },
  },
}

/** The JSON form of a resource, from its bytes. */
function jsonOf(resource: EncodedResource): Json {
  const { typeUrl, value } = splitAny(resource.body)
  return decodeJson(messageOfTypeUrl(typeUrl), value)
}

/** Every `rds` in it replaced by the route configuration that it names. */
function inlineRoutes(json: Json, routes: ReadonlyMap<string, Json>): Json {
  if (Array.isArray(json)) return json.map((item) => inlineRoutes(item, routes))
  if (typeof json !== 'object' || json === null) return json
  return Object.fromEntries(
    Object.entries(json).map(([key, value]) => {
      if (key !== 'rds') return [key, inlineRoutes(value, routes)]
      return ['routeConfig', routes.get(String(members(value).routeConfigName)) ?? {}]
    }),
  )
}

function members(json: Json): Members {
  return typeof json === 'object' && json !== null ? Object.fromEntries(Object.entries(json)) : {}
}

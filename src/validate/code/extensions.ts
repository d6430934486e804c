// Extensions: which types may stand where. Only what is emitted, what may come through the slot, and what a route may
// say to these filters: Lua, Wasm, dynamic modules and files are not among them. Every supported Envoy has them all
// (test/conformance/validation).
import { messageOfTypeUrl, typeUrlOf } from '../../envoy-api/index.ts'
import { slotTypes, tcpProxyType } from '../../translate/index.ts'
import { type Check, either, type Fault, get, has, isFields, list } from './fault.ts'

const filters = 'envoy.extensions.filters.http.'
/** What may come by ECDS. */
const discovered: readonly string[] = [...slotTypes, tcpProxyType]
export const routerType = `${filters}router.v3.Router`
const httpFilters: readonly string[] = [
  ...slotTypes,
  `${filters}buffer.v3.Buffer`,
  `${filters}cors.v3.Cors`,
  `${filters}stateful_session.v3.StatefulSession`,
  routerType,
]
const perRoute: readonly string[] = [
  'envoy.config.route.v3.FilterConfig',
  `${filters}fault.v3.HTTPFault`,
  `${filters}stateful_session.v3.StatefulSessionPerRoute`,
  `${filters}header_mutation.v3.HeaderMutationPerRoute`,
  `${filters}buffer.v3.BufferPerRoute`,
  `${filters}cors.v3.CorsPolicy`,
  `${filters}jwt_authn.v3.PerRouteConfig`,
  `${filters}local_ratelimit.v3.LocalRateLimit`,
  `${filters}rbac.v3.RBACPerRoute`,
]

const earlyMutations = ['envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation']
const tls = 'envoy.extensions.transport_sockets.'

/** Field that holds an Any → the messages that may be in it. */
const places: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  'envoy.config.listener.v3.Filter': {
    typedConfig: ['envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager'],
  },
  'envoy.config.listener.v3.ListenerFilter': {
    typedConfig: [
      'envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol',
      'envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector',
    ],
  },
  'envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter': { typedConfig: httpFilters },
  'envoy.extensions.filters.network.http_connection_manager.v3.RequestIDExtension': {
    typedConfig: ['envoy.extensions.request_id.uuid.v3.UuidRequestIdConfig'],
  },
  'envoy.config.accesslog.v3.AccessLog': {
    typedConfig: [
      'envoy.extensions.access_loggers.grpc.v3.HttpGrpcAccessLogConfig',
      'envoy.extensions.access_loggers.stream.v3.StdoutAccessLog',
    ],
  },
  'envoy.config.core.v3.ExtensionConfigSource': { defaultConfig: slotTypes },
  'envoy.config.core.v3.TransportSocket': {
    typedConfig: [
      `${tls}tls.v3.UpstreamTlsContext`,
      `${tls}tls.v3.DownstreamTlsContext`,
      `${tls}quic.v3.QuicDownstreamTransport`,
      `${tls}raw_buffer.v3.RawBuffer`,
    ],
  },
  'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager': {},
  'envoy.config.route.v3.RetryPolicy.RetryHostPredicate': {
    typedConfig: ['envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate'],
  },
}
/** Maps from a name to an Any. */
const maps: Readonly<Record<string, readonly string[]>> = {
  'envoy.config.cluster.v3.Cluster': ['envoy.extensions.upstreams.http.v3.HttpProtocolOptions'],
  'envoy.config.route.v3.RouteConfiguration': perRoute,
  'envoy.config.route.v3.VirtualHost': perRoute,
  'envoy.config.route.v3.Route': perRoute,
  'envoy.config.route.v3.WeightedCluster.ClusterWeight': perRoute,
}

export const extensionChecks: Readonly<Record<string, Check>> = {
  ...Object.fromEntries(
    Object.entries(places).map(([message, fields]): [string, Check] => [
      message,
      function* (holder) {
        for (const [field, allowed] of Object.entries(fields)) {
          if (has(holder, field)) yield* typeFaults(get(holder, field), allowed, [field])
        }
        yield* ownFaults[message]?.(holder, false) ?? []
      },
    ]),
  ),
  ...Object.fromEntries(
    Object.entries(maps).map(([message, allowed]): [string, Check] => [
      message,
      function* (holder) {
        const cluster = message.endsWith('Cluster')
        const field = cluster ? 'typedExtensionProtocolOptions' : 'typedPerFilterConfig'
        const entries = get(holder, field)
        for (const [name, config] of Object.entries(isFields(entries) ? entries : {})) {
          yield* typeFaults(config, allowed, [field, name])
          if (cluster && !allowed.includes(name)) {
            yield { path: [field, name], message: `wanted a key that is one of ${either(allowed)}` }
          }
        }
      },
    ]),
  ),
  'google.protobuf.Any': function* (any) {
    if (typeOf(any) === '') yield { path: [], message: 'wanted a message with its type, found an empty Any' }
  },
  // What comes through the slot, by ECDS.
  'envoy.config.core.v3.TypedExtensionConfig': function* (config, root) {
    if (root) yield* typeFaults(get(config, 'typedConfig'), discovered, ['typedConfig'])
  },
}

const ownFaults: Readonly<Record<string, Check>> = {
  'envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter': function* (filter) {
    if (!has(filter, 'typedConfig') && !has(filter, 'configDiscovery')) yield nothing(['typedConfig'])
  },
  'envoy.config.listener.v3.Filter': function* (filter) {
    if (has(filter, 'configDiscovery')) {
      const typeUrls = list(get(filter, 'configDiscovery'), 'typeUrls')
      for (const [index, typeUrl] of typeUrls.entries()) {
        if (typeUrl === typeUrlOf(tcpProxyType)) continue
        const path = ['configDiscovery', 'typeUrls', index]
        yield { path, message: wanted([tcpProxyType], String(typeUrl)) }
      }
    } else if (!has(filter, 'typedConfig')) yield nothing(['typedConfig'])
  },
  'envoy.config.route.v3.RetryPolicy.RetryHostPredicate': function* (predicate) {
    if (!has(predicate, 'typedConfig')) yield nothing(['typedConfig'])
  },
  'envoy.config.listener.v3.ListenerFilter': function* (filter) {
    if (!has(filter, 'typedConfig') && !has(filter, 'configDiscovery')) yield nothing(['typedConfig'])
  },
  'envoy.config.core.v3.TransportSocket': function* (socket) {
    if (!has(socket, 'typedConfig')) yield nothing(['typedConfig'])
  },
  'envoy.config.accesslog.v3.AccessLog': function* (log) {
    if (!has(log, 'typedConfig')) yield nothing(['typedConfig'])
    if (has(get(log, 'filter'), 'extensionFilter')) {
      yield { path: ['filter', 'extensionFilter'], message: 'no extension may filter an access log' }
    }
  },
  'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager': function* (manager) {
    for (const [index, each] of list(manager, 'earlyHeaderMutationExtensions').entries()) {
      yield* typeFaults(get(each, 'typedConfig'), earlyMutations, [
        'earlyHeaderMutationExtensions',
        index,
        'typedConfig',
      ])
    }
  },
  'envoy.config.core.v3.ExtensionConfigSource': function* (source) {
    const typeUrls = list(source, 'typeUrls').map(String)
    const allowed = new Set(discovered.map(typeUrlOf))
    for (const [index, typeUrl] of typeUrls.entries()) {
      if (!allowed.has(typeUrl)) yield { path: ['typeUrls', index], message: wanted(discovered, typeUrl) }
    }
    const held = typeOf(get(source, 'defaultConfig'))
    if (held !== '' && !typeUrls.some((typeUrl) => messageOfTypeUrl(typeUrl) === held)) {
      yield { path: ['defaultConfig'], message: `wanted one of its own typeUrls, found ${held}` }
    }
    if (held === '' && get(source, 'applyDefaultConfigWithoutWarming') === true)
      yield nothing(['defaultConfig'])
  },
}

const nothing = (path: Fault['path']): Fault => ({ path, message: 'wanted a value, found none' })
const typeOf = (any: unknown): string => messageOfTypeUrl(String(get(any, '@type') ?? ''))
const wanted = (allowed: readonly string[], found: string): string =>
  `wanted one of ${either(allowed)}, found ${found === '' ? 'nothing' : `"${found.slice(0, 100)}"`}`

/** An Any of none of these types. */
export function* typeFaults(any: unknown, allowed: readonly string[], path: Fault['path']): Iterable<Fault> {
  const type = typeOf(any)
  if (!allowed.includes(type)) yield { path, message: wanted(allowed, type) }
}

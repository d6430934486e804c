// Makes src/envoy-api/types.generated.ts: TypeScript types of the proto3 JSON form of the messages that Verdigris
// writes, from the descriptors in protos/. `npm run build && node scripts/envoy-api/types.mjs`; a test compares the
// file with what this would write.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

/** Messages that are wanted, in their order; what they refer to follows. An Any refers to nothing. */
const rootMessages = [
  'envoy.config.listener.v3.Listener',
  'envoy.config.route.v3.RouteConfiguration',
  'envoy.config.cluster.v3.Cluster',
  'envoy.config.endpoint.v3.ClusterLoadAssignment',
  'envoy.extensions.transport_sockets.tls.v3.Secret',
  'envoy.service.runtime.v3.Runtime',
  'envoy.config.core.v3.TypedExtensionConfig',
  'envoy.config.bootstrap.v3.Bootstrap',
  'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
  'envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy',
  'envoy.extensions.filters.http.router.v3.Router',
  'envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
  'envoy.extensions.access_loggers.grpc.v3.HttpGrpcAccessLogConfig',
  'envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext',
  'envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext',
  'envoy.extensions.filters.http.header_mutation.v3.HeaderMutation',
  'envoy.extensions.filters.http.fault.v3.HTTPFault',
  'envoy.extensions.filters.http.stateful_session.v3.StatefulSession',
  'envoy.extensions.filters.http.buffer.v3.Buffer',
  'envoy.extensions.filters.http.buffer.v3.BufferPerRoute',
  'envoy.extensions.filters.http.cors.v3.Cors',
  'envoy.extensions.filters.http.cors.v3.CorsPolicy',
  'envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication',
  'envoy.extensions.filters.http.jwt_authn.v3.PerRouteConfig',
  'envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit',
  'envoy.extensions.filters.http.rbac.v3.RBAC',
  'envoy.extensions.filters.http.rbac.v3.RBACPerRoute',
  'envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol',
  'envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector',
  'envoy.extensions.access_loggers.stream.v3.StdoutAccessLog',
  'envoy.extensions.transport_sockets.quic.v3.QuicDownstreamTransport',
  'envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation',
  'envoy.extensions.request_id.uuid.v3.UuidRequestIdConfig',
  'envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate',
  'envoy.extensions.clusters.dns.v3.DnsCluster',
  'envoy.extensions.network.dns_resolver.cares.v3.CaresDnsResolverConfig',
  'envoy.extensions.load_balancing_policies.round_robin.v3.RoundRobin',
  'envoy.extensions.load_balancing_policies.least_request.v3.LeastRequest',
  'envoy.extensions.load_balancing_policies.random.v3.Random',
]

const scalarTypes = {
  double: 'number | string',
  float: 'number | string',
  bool: 'boolean',
  string: 'string',
  bytes: 'string',
}
const scalarType = (scalar) => scalarTypes[scalar] ?? (scalar.endsWith('64') ? 'number | string' : 'number')

/** Messages with a JSON form of their own. */
const wellKnown = {
  'google.protobuf.Any': 'AnyMessage',
  'google.protobuf.Struct': '{ readonly [key: string]: Json }',
  'google.protobuf.Value': 'Json',
  'google.protobuf.ListValue': 'readonly Json[]',
  'google.protobuf.Duration': 'string',
  'google.protobuf.Timestamp': 'string',
  'google.protobuf.DoubleValue': scalarType('double'),
  'google.protobuf.FloatValue': scalarType('float'),
  'google.protobuf.Int64Value': scalarType('int64'),
  'google.protobuf.UInt64Value': scalarType('uint64'),
  'google.protobuf.Int32Value': 'number',
  'google.protobuf.UInt32Value': 'number',
  'google.protobuf.BoolValue': 'boolean',
  'google.protobuf.StringValue': 'string',
  'google.protobuf.BytesValue': 'string',
}

/**
 * The text of the file. `api` is src/envoy-api: its `messageSchema`, `enumSchema` and `optionNumber`.
 * Names are the messages' own without their package; where two would be alike, the package's last words go before.
 */
export function renderTypes(api, roots = rootMessages) {
  const { messages, enums } = closure(api, roots)
  const names = uniqueNames([...messages, ...enums], roots)
  const parts = [
    `// Made by scripts/envoy-api/types.mjs from the descriptors of Envoy's API ${api.envoyApiVersion}: do not edit.`,
    '// The proto3 JSON form of the messages that Verdigris writes. Durations are strings such as "1.5s", bytes are',
    '// base64, 64-bit integers may be strings.',
    "import type { Json } from '../base/index.ts'",
    '',
    '/** google.protobuf.Any: the type URL and, beside it, the fields of the message. */',
    "export type AnyMessage = { readonly '@type': string; readonly [field: string]: unknown }",
    '',
    ...messages.map((name) => renderMessage(api, name, names)),
    ...enums.map((name) => renderEnum(api, name, names)),
    '/** The messages by their full names: what may stand in an Any beside its type URL. */',
    'export interface MessagesByName {',
    ...roots.map((name) => `  readonly '${name}': ${names.get(name)}`),
    '}',
    '',
  ]
  return parts.join('\n')
}

function closure(api, roots) {
  const messages = new Set()
  const enums = new Set()
  const visit = (type) => {
    if (type.kind === 'enum') enums.add(type.name)
    if (type.kind !== 'message' || type.name in wellKnown || messages.has(type.name)) return
    messages.add(type.name)
    const schema = api.messageSchema(type.name)
    if (schema === undefined) throw new Error(`no message ${type.name}`)
    for (const field of schema.fields) visit(field.type)
  }
  for (const name of roots) visit({ kind: 'message', name })
  return { messages: [...messages].sort(), enums: [...enums].sort() }
}

const pascal = (word) =>
  word
    .split('_')
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('')

/** `envoy.config.route.v3.RouteAction.HashPolicy` with 0 words of its package: RouteActionHashPolicy; 1: RouteRouteAction… */
function shortName(fullName, words) {
  const parts = fullName.split('.')
  const start = parts.findIndex((part) => /^[A-Z]/.test(part))
  const scope = parts.slice(0, start).filter((part) => !/^v\d/.test(part))
  return [...scope.slice(scope.length - words), ...parts.slice(start)].map(pascal).join('')
}

/** Full name → TypeScript name. Short names go first to the roots, then to Envoy's own messages, then to the rest. */
function uniqueNames(fullNames, roots) {
  const names = new Map()
  const ranks = [
    fullNames.filter((name) => roots.includes(name)),
    fullNames.filter((name) => !roots.includes(name) && name.startsWith('envoy.')),
    fullNames.filter((name) => !roots.includes(name) && !name.startsWith('envoy.')),
  ]
  for (const rank of ranks) {
    let open = rank
    for (let words = 0; open.length > 0; words++) {
      const taken = new Set(names.values())
      const short = new Map(open.map((name) => [name, shortName(name, words)]))
      const alike = (name) => [...short.values()].filter((other) => other === short.get(name)).length > 1
      const settled = open.filter((name) => !taken.has(short.get(name)) && !alike(name))
      for (const name of settled) names.set(name, short.get(name))
      open = open.filter((name) => !names.has(name))
    }
  }
  return names
}

function typeText(type, names) {
  if (type.kind === 'scalar') return scalarType(type.scalar)
  return wellKnown[type.name] ?? names.get(type.name)
}

function renderMessage(api, name, names) {
  const schema = api.messageSchema(name)
  const lines = schema.fields.map((field) => {
    const inner = typeText(field.type, names)
    const text =
      field.shape === 'map'
        ? `{ readonly [key: string]: ${inner} }`
        : field.shape === 'repeated'
          ? `readonly ${/[ |]/.test(inner) ? `(${inner})` : inner}[]`
          : inner
    const deprecated = api.optionNumber(field.options, 3) === 1 ? '  /** @deprecated */\n' : ''
    return `${deprecated}  readonly ${field.jsonName}?: ${text}`
  })
  const body = lines.length === 0 ? 'Record<string, never>' : `{\n${lines.join('\n')}\n}`
  return `/** ${name} */\nexport type ${names.get(name)} = ${body}\n`
}

function renderEnum(api, name, names) {
  const values = [...api.enumSchema(name).numbers.keys()].map((value) => `'${value}'`)
  const text = name === 'google.protobuf.NullValue' ? 'null' : values.join(' | ')
  return `/** ${name} */\nexport type ${names.get(name)} = ${text}\n`
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const root = join(import.meta.dirname, '..', '..')
  const api = await import(pathToFileURL(join(root, 'dist', 'envoy-api', 'index.js')).href)
  const target = join(root, 'src', 'envoy-api', 'types.generated.ts')
  writeFileSync(target, renderTypes(api))
  console.log(target)
}

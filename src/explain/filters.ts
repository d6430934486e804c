// The filters of a connection manager as far as they have a say in where a request goes.
import type { envoy } from '../envoy-api/index.ts'
import type { Served } from './types.ts'
import { unpack } from './unpack.ts'

const jwtType = 'envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication'

/** What a filter is configured with now: its own, what came by ECDS, or the default of its slot. */
const configOf = (filter: envoy.HttpFilter, served: Served): envoy.AnyMessage | undefined =>
  filter.typedConfig ?? served.extensions(filter.name ?? '') ?? filter.configDiscovery?.defaultConfig

/** Providers of the JWT filters, by the name under which their payload is found. */
export function tokenProviders(
  { httpFilters = [] }: envoy.HttpConnectionManager,
  served: Served,
): ReadonlyMap<string, envoy.JwtProvider> {
  const found = new Map<string, envoy.JwtProvider>()
  for (const filter of httpFilters) {
    const config = unpack(jwtType, configOf(filter, served))
    for (const provider of Object.values(config?.providers ?? {})) {
      if (provider.payloadInMetadata !== undefined) found.set(provider.payloadInMetadata, provider)
    }
  }
  return found
}

/** Filters that do nothing to a request, or what is told of a route. */
const known: readonly string[] = [
  'envoy.extensions.filters.http.cors.v3.Cors',
  'envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit',
  'envoy.extensions.filters.http.rbac.v3.RBAC',
  'envoy.extensions.filters.http.buffer.v3.Buffer',
  'envoy.extensions.filters.http.fault.v3.HTTPFault',
  'envoy.extensions.filters.http.stateful_session.v3.StatefulSession',
  'envoy.extensions.filters.http.header_mutation.v3.HeaderMutation',
  'envoy.extensions.filters.http.router.v3.Router',
]

/** Filters that may answer before the route, or lead elsewhere, which nobody can foresee. */
export function unforeseen(
  { httpFilters = [] }: envoy.HttpConnectionManager,
  served: Served,
): readonly string[] {
  return httpFilters.flatMap((filter) => {
    const { name = '', disabled } = filter
    const config = configOf(filter, served)
    if (disabled === true || config === undefined) return []
    const type = config['@type'].slice(config['@type'].lastIndexOf('/') + 1)
    const jwt = unpack(jwtType, config)
    // Ours lets every request through; others may refuse them.
    if (jwt !== undefined && !(jwt.rules ?? []).some(refuses)) return []
    const { '@type': _, ...fields } = config
    const isEmpty = Object.keys(fields).every((field) => field === 'statPrefix' || field === 'upstreamLog')
    if (known.includes(type) && (isEmpty || type.endsWith('.Buffer') || type.endsWith('.Router'))) return []
    return [`${name} (${type.slice(type.lastIndexOf('.') + 1)}) looks at the request first and may answer it`]
  })
}

function refuses({ requires }: envoy.RequirementRule): boolean {
  if (requires === undefined) return false
  const { requiresAny, requiresAll, allowMissingOrFailed } = requires
  if (allowMissingOrFailed !== undefined) return false
  if (requiresAny !== undefined)
    return (requiresAny.requirements ?? []).every((each) => refuses({ requires: each }))
  if (requiresAll !== undefined)
    return (requiresAll.requirements ?? []).some((each) => refuses({ requires: each }))
  return true
}

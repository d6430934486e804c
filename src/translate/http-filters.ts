// The HTTP filters of every listener, in an order that never changes. What a later capability needs is either
// here and does nothing until a route configures it, or comes through the slot by ECDS.
import { type envoy, typeUrlOf } from '../envoy-api/index.ts'
import { grpcAccessLog } from './access-log.ts'
import { adsSource } from './ads.ts'
import { defaults } from './defaults.ts'
import { extension } from './extension.ts'
import { extensionSlot, jwtSlot, runtimeKeys } from './names.ts'

/** What may come through the slot. Lua, Wasm and file sources are not among them and cannot be. */
export const slotTypes: readonly string[] = [
  'envoy.extensions.filters.http.header_mutation.v3.HeaderMutation',
  'envoy.extensions.filters.http.header_to_metadata.v3.Config',
  'envoy.extensions.filters.http.json_to_metadata.v3.JsonToMetadata',
  'envoy.extensions.filters.http.set_metadata.v3.Config',
  'envoy.extensions.filters.http.fault.v3.HTTPFault',
  'envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit',
  'envoy.extensions.filters.http.ratelimit.v3.RateLimit',
  'envoy.extensions.filters.http.rbac.v3.RBAC',
  'envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication',
  'envoy.extensions.filters.http.ext_authz.v3.ExtAuthz',
  'envoy.extensions.filters.http.ext_proc.v3.ExternalProcessor',
  // Several of them at once, chosen by a matcher.
  'envoy.extensions.common.matching.v3.ExtensionWithMatcher',
]

/** What may come through the slot of the JWT filter. */
const jwtSlotTypes: readonly string[] = ['envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication']

/** Changes no header: what stands in the slot until something better comes. */
const nothing = extension('envoy.extensions.filters.http.header_mutation.v3.HeaderMutation', {})
/** No issuer, no rule: every request passes as it is. */
const noJwt = extension('envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication', {})

/** A filter whose configuration comes by ECDS. */
const slot = (name: string, defaultConfig: envoy.AnyMessage, types: readonly string[]): envoy.HttpFilter => ({
  name,
  configDiscovery: {
    configSource: adsSource,
    defaultConfig,
    // The listener never waits for the slot, and a slot that never comes changes nothing.
    applyDefaultConfigWithoutWarming: true,
    typeUrls: types.map(typeUrlOf),
  },
})

/**
 * The filters: CORS (a preflight carries no token), JWT slot, slot, local rate limit, RBAC, buffer, fault injection,
 * stateful session, router. All but the slots and the router do nothing until a route configures them; `buffer` cannot be
 * empty, so it is off until a route turns it on.
 */
export function httpFilters(): readonly envoy.HttpFilter[] {
  return [
    {
      name: 'envoy.filters.http.cors',
      typedConfig: extension('envoy.extensions.filters.http.cors.v3.Cors', {}),
    },
    slot(jwtSlot, noJwt, jwtSlotTypes),
    slot(extensionSlot, nothing, slotTypes),
    {
      name: 'envoy.filters.http.local_ratelimit',
      typedConfig: extension('envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit', {
        statPrefix: 'http_local_rate_limiter',
      }),
    },
    {
      name: 'envoy.filters.http.rbac',
      typedConfig: extension('envoy.extensions.filters.http.rbac.v3.RBAC', {}),
    },
    {
      name: 'envoy.filters.http.buffer',
      typedConfig: extension('envoy.extensions.filters.http.buffer.v3.Buffer', {
        maxRequestBytes: defaults.bufferedRequestBytes,
      }),
      disabled: true,
    },
    {
      name: 'envoy.filters.http.fault',
      typedConfig: extension('envoy.extensions.filters.http.fault.v3.HTTPFault', {}),
    },
    {
      name: 'envoy.filters.http.stateful_session',
      typedConfig: extension('envoy.extensions.filters.http.stateful_session.v3.StatefulSession', {}),
    },
    {
      name: 'envoy.filters.http.router',
      typedConfig: extension('envoy.extensions.filters.http.router.v3.Router', {
        // Tries and mirrors are seen here only.
        upstreamLog: [grpcAccessLog('verdigris-upstream', runtimeKeys.upstreamLog)],
      }),
    },
  ]
}

/** What the slots hold as ECDS resources: the same nothing. */
export const slotContents: readonly { readonly name: string; readonly typedConfig: envoy.AnyMessage }[] = [
  { name: extensionSlot, typedConfig: nothing },
  { name: jwtSlot, typedConfig: noJwt },
]

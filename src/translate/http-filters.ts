// The HTTP filters of every listener, in an order that never changes. What a later capability needs is either
// here and does nothing until a route configures it, or comes through the slot by ECDS.
import { type envoy, typeUrlOf } from '../envoy-api/index.ts'
import { grpcAccessLog } from './access-log.ts'
import { adsSource } from './ads.ts'
import { extension } from './extension.ts'
import { extensionSlot, runtimeKeys } from './names.ts'

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

/** Changes no header: what stands in the slot until something better comes. */
const nothing = extension('envoy.extensions.filters.http.header_mutation.v3.HeaderMutation', {})

/** The filters: slot, fault injection, stateful session, router. The last two wait for a route to configure them. */
export function httpFilters(): readonly envoy.HttpFilter[] {
  return [
    {
      name: extensionSlot,
      configDiscovery: {
        configSource: adsSource,
        defaultConfig: nothing,
        // The listener never waits for the slot, and a slot that never comes changes nothing.
        applyDefaultConfigWithoutWarming: true,
        typeUrls: slotTypes.map(typeUrlOf),
      },
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

/** What the slot holds as an ECDS resource: the same nothing. */
export const slotContent: envoy.TypedExtensionConfig = { name: extensionSlot, typedConfig: nothing }

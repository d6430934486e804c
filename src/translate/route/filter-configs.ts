// What a rule says to the filters of its listener, each by its name. They are silent for every other route.
import type { envoy } from '../../envoy-api/index.ts'
import { type Cors, type Fault, originRegex, type RateLimit, type Rule } from '../../model/index.ts'
import { duration } from '../duration.ts'
import { extension } from '../extension.ts'
import { headerMatcher } from './match.ts'

type Configs = { readonly [filter: string]: envoy.AnyMessage }

/** The configurations by filter; empty when the rule asks for none. `statPrefix` names the counters of the rate limit. */
export function filterConfigs(rule: Rule, statPrefix: string): Configs {
  const { cors, rateLimit, fault, maxRequestBytes } = rule
  return {
    ...(cors === undefined ? {} : { 'envoy.filters.http.cors': corsPolicy(cors) }),
    ...(rateLimit === undefined
      ? {}
      : { 'envoy.filters.http.local_ratelimit': localRateLimit(rateLimit, statPrefix) }),
    ...(maxRequestBytes === undefined
      ? {}
      : {
          'envoy.filters.http.buffer': extension('envoy.extensions.filters.http.buffer.v3.BufferPerRoute', {
            buffer: { maxRequestBytes },
          }),
        }),
    ...(fault === undefined ? {} : { 'envoy.filters.http.fault': httpFault(fault) }),
  }
}

/** Origins as Envoy compares them. */
const originMatchers = ({ origins }: Cors): readonly envoy.StringMatcher[] =>
  origins.map((origin) => {
    const regex = originRegex(origin)
    return regex === undefined ? { exact: origin } : { safeRegex: { regex } }
  })

function corsPolicy(cors: Cors): envoy.AnyMessage {
  const { methods = [], headers = [], exposeHeaders = [], maxAge, credentials } = cors
  const joined = (field: 'allowMethods' | 'allowHeaders' | 'exposeHeaders', texts: readonly string[]) =>
    texts.length === 0 ? {} : { [field]: texts.join(',') }
  return extension('envoy.extensions.filters.http.cors.v3.CorsPolicy', {
    allowOriginStringMatch: originMatchers(cors),
    ...joined('allowMethods', methods),
    ...joined('allowHeaders', headers),
    ...joined('exposeHeaders', exposeHeaders),
    ...(maxAge === undefined ? {} : { maxAge: String(maxAge / 1_000) }),
    ...(credentials ? { allowCredentials: true } : {}),
    // A preflight of another origin is answered without permission; no backend need know of it.
    forwardNotMatchingPreflights: false,
  })
}

const always = { numerator: 100, denominator: 'HUNDRED' } as const

function localRateLimit({ requests, per, burst }: RateLimit, statPrefix: string): envoy.AnyMessage {
  return extension('envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit', {
    statPrefix,
    tokenBucket: { maxTokens: burst ?? requests, tokensPerFill: requests, fillInterval: duration(per) },
    filterEnabled: { defaultValue: always, runtimeKey: 'verdigris.rate_limit.enabled' },
    filterEnforced: { defaultValue: always, runtimeKey: 'verdigris.rate_limit.enforced' },
    // A gRPC client reads RESOURCE_EXHAUSTED, as the others 429; Envoy would say UNAVAILABLE, which many try again.
    rateLimitedAsResourceExhausted: true,
  })
}

function httpFault({ delay, abort, headers = [] }: Fault): envoy.AnyMessage {
  const { status, grpcStatus } = abort ?? {}
  return extension('envoy.extensions.filters.http.fault.v3.HTTPFault', {
    ...(delay === undefined
      ? {}
      : { delay: { fixedDelay: duration(delay.duration), percentage: share(delay.percent) } }),
    ...(abort === undefined
      ? {}
      : {
          abort: {
            ...(status === undefined ? {} : { httpStatus: status }),
            ...(grpcStatus === undefined ? {} : { grpcStatus }),
            percentage: share(abort.percent),
          },
        }),
    ...(headers.length === 0 ? {} : { headers: headers.map(headerMatcher) }),
  })
}

/** Per cent, to one in a million. */
const share = (percent: number): envoy.FractionalPercent => ({
  numerator: Math.round(percent * 10_000),
  denominator: 'MILLION',
})

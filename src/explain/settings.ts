// What holds for a request on its route: times, tries, rewriting, changed headers, guards and rehearsals. In words.
import type { envoy } from '../envoy-api/index.ts'
import { type Headers, judgeHeader, knownText } from './headers.ts'
import { rewritten } from './redirects.ts'
import type { Request } from './route-match.ts'
import { takesText } from './texts.ts'
import type { Setting } from './types.ts'
import { unpack } from './unpack.ts'
import { quoted } from './verdict.ts'

/** Where per-filter configurations of a request stand, the nearest first. */
export interface Scope {
  readonly route: envoy.Route
  readonly virtualHost: envoy.VirtualHost
  readonly configuration: envoy.RouteConfiguration
}

/** The configuration of a filter that is nearest to the route. */
function filterConfig(
  { route, virtualHost, configuration }: Scope,
  filter: string,
): envoy.AnyMessage | undefined {
  for (const { typedPerFilterConfig } of [route, virtualHost, configuration]) {
    const found = typedPerFilterConfig?.[filter]
    if (found !== undefined) return found
  }
  return undefined
}

/** Settings of a request that goes to a backend. */
export function forwardingSettings(
  scope: Scope,
  { headers, askedPath }: Request,
  manager: envoy.HttpConnectionManager,
): readonly Setting[] {
  const { route: action = {}, match = {} } = scope.route
  const path = knownText(headers, ':path')
  const sent = path === undefined ? undefined : (rewritten(action, match, path) ?? path)
  const longest = action.maxStreamDuration
  return [
    ...told('timeout', timeText(action.timeout ?? '15s')),
    ...told('idle timeout', action.idleTimeout ?? manager.streamIdleTimeout),
    ...told('max duration', longest?.maxStreamDuration),
    ...told(
      'grpc-timeout',
      longest?.grpcTimeoutHeaderMax && `the client's own, at most ${longest.grpcTimeoutHeaderMax}`,
    ),
    ...told('retry', retryText(action.retryPolicy ?? scope.virtualHost.retryPolicy)),
    ...told('path sent', sent === askedPath ? undefined : sent),
    ...told('host sent', hostSent(action)),
    ...headerSettings(scope),
    ...guards(scope, headers),
  ]
}

/** Settings of an answer of the proxy's own. */
export const answerSettings = (scope: Scope): readonly Setting[] =>
  headerSettings(scope).filter(({ name }) => name.startsWith('response'))

const told = (name: string, value: string | undefined): readonly Setting[] =>
  value === undefined || value === '' ? [] : [{ name, value }]

const timeText = (time: string): string => (time === '0s' ? 'none' : time)

function retryText(policy: envoy.RouteRetryPolicy | undefined): string | undefined {
  if (policy?.retryOn === undefined) return undefined
  const { retryOn, numRetries = 1, perTryTimeout, retriableStatusCodes = [] } = policy
  const codes = retriableStatusCodes.length === 0 ? '' : ` (${retriableStatusCodes.join(', ')})`
  const each = perTryTimeout === undefined ? '' : `, each at most ${perTryTimeout}`
  return `up to ${numRetries} more on ${retryOn.replaceAll(',', ', ')}${codes}${each}`
}

function hostSent(action: envoy.RouteAction): string | undefined {
  if (action.hostRewriteLiteral !== undefined) return action.hostRewriteLiteral
  if (action.autoHostRewrite === true) return 'the name of the endpoint'
  if (action.hostRewriteHeader !== undefined) return `as header ${action.hostRewriteHeader} says`
  return action.hostRewritePathRegex === undefined ? undefined : 'made of the path'
}

/** Changes that route, virtual host and configuration make to headers. */
function headerSettings({ route, virtualHost, configuration }: Scope): readonly Setting[] {
  const all = [route, virtualHost, configuration]
  return [
    ...told(
      'request headers',
      changes(
        all.flatMap((each) => each.requestHeadersToAdd ?? []),
        all.flatMap((each) => each.requestHeadersToRemove ?? []),
      ),
    ),
    ...told(
      'response headers',
      changes(
        all.flatMap((each) => each.responseHeadersToAdd ?? []),
        all.flatMap((each) => each.responseHeadersToRemove ?? []),
      ),
    ),
  ]
}

function changes(added: readonly envoy.HeaderValueOption[], removed: readonly string[]): string {
  const words = added.map(({ header, appendAction = 'APPEND_IF_EXISTS_OR_ADD' }) => {
    const how = appendAction.startsWith('OVERWRITE') ? 'set' : 'add'
    return `${how} ${header?.key ?? ''}: ${header?.value ?? ''}`
  })
  return [...words, ...removed.map((name) => `remove ${name}`)].join(', ')
}

const hundred = { HUNDRED: 100, TEN_THOUSAND: 10_000, MILLION: 1_000_000 } as const

function percent({ numerator = 0, denominator = 'HUNDRED' }: envoy.FractionalPercent = {}): string {
  return `${Number(((numerator / hundred[denominator]) * 100).toFixed(4))} %`
}

/** What may keep a request from its backend. */
function guards(scope: Scope, headers: Headers): readonly Setting[] {
  const limit = unpack(
    'envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit',
    filterConfig(scope, 'envoy.filters.http.local_ratelimit'),
  )
  const buffer = unpack(
    'envoy.extensions.filters.http.buffer.v3.BufferPerRoute',
    filterConfig(scope, 'envoy.filters.http.buffer'),
  )
  const { tokensPerFill = 1, maxTokens = 0, fillInterval = '' } = limit?.tokenBucket ?? {}
  const bytes = buffer?.buffer?.maxRequestBytes
  return [
    ...told(
      'rate limit',
      limit?.tokenBucket === undefined
        ? undefined
        : `${tokensPerFill} per ${fillInterval}, bursts of ${maxTokens}; 429 beyond, counted in each proxy`,
    ),
    ...told('max request', bytes === undefined ? undefined : `${bytes} bytes; 413 beyond`),
    ...told('fault', faultText(scope, headers)),
  ]
}

function faultText(scope: Scope, headers: Headers): string | undefined {
  const fault = unpack(
    'envoy.extensions.filters.http.fault.v3.HTTPFault',
    filterConfig(scope, 'envoy.filters.http.fault'),
  )
  if (fault === undefined) return undefined
  const verdicts = (fault.headers ?? []).map((matcher) => judgeHeader(headers, matcher))
  if (verdicts.some(({ kind }) => kind === 'no')) return undefined
  const { abort, delay } = fault
  const status = abort?.httpStatus ?? (abort?.grpcStatus === undefined ? '' : `gRPC ${abort.grpcStatus}`)
  const words = [
    ...(abort === undefined ? [] : [`${percent(abort.percentage)} are answered ${status}`]),
    ...(delay === undefined ? [] : [`${percent(delay.percentage)} wait ${delay.fixedDelay ?? ''}`]),
  ]
  const only = verdicts.filter(({ kind }) => kind === 'depends').map(({ text }) => text)
  return `${words.join(', ')}${only.length === 0 ? '' : ` where ${only.join(' and ')}`}`
}

/** What the CORS filter answers to this request by itself; undefined: it is no preflight, or the route has no CORS. */
export function preflightAnswer(scope: Scope, headers: Headers): string | undefined {
  const policy = unpack(
    'envoy.extensions.filters.http.cors.v3.CorsPolicy',
    filterConfig(scope, 'envoy.filters.http.cors'),
  )
  const origin = knownText(headers, 'origin') ?? ''
  const asked = knownText(headers, 'access-control-request-method') ?? ''
  const isPreflight = knownText(headers, ':method') === 'OPTIONS' && asked !== ''
  if (policy === undefined || origin === '' || !isPreflight) return undefined
  const allowed = (policy.allowOriginStringMatch ?? []).some((matcher) => takesText(matcher, origin) === true)
  if (allowed) return `the preflight of ${quoted(origin)} is allowed`
  return policy.forwardNotMatchingPreflights === false
    ? `the preflight of ${quoted(origin)} is answered without permission`
    : undefined
}

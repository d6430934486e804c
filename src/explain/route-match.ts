// Whether a route takes a request: every condition of its match, judged. envoy.config.route.v3.RouteMatch and
// source/common/router/config_impl.cc (matchRoute and the entries by path).
import { matchesRegex } from '../base/index.ts'
import type { envoy } from '../envoy-api/index.ts'
import { cookieValues, type Headers, judgeHeader, knownText } from './headers.ts'
import { judgeMetadata, type Tokens } from './metadata.ts'
import { splitPath, withoutQuery } from './path.ts'
import { judgeFraction, type RuntimeView } from './runtime.ts'
import { lower, shortRegex, takesText, textMatcherWords } from './texts.ts'
import { quoted, type Verdict, verdict } from './verdict.ts'

/** A request on its way through a connection manager. */
export interface Request {
  readonly headers: Headers
  readonly tokens: Tokens
  readonly runtime: RuntimeView
  /** Path parameters (`;a=b`) are no part of the path. */
  readonly ignoresParameters: boolean
  /** The path as the client sent it. */
  readonly askedPath: string
}

/** Every condition of a match, its path first. */
export function judgeMatch(match: envoy.RouteMatch, request: Request): readonly Verdict[] {
  const { headers, tokens, runtime } = request
  return [
    judgePath(match, request),
    ...(match.runtimeFraction === undefined ? [] : [judgeFraction(match.runtimeFraction, runtime)]),
    ...(match.grpc === undefined ? [] : [judgeGrpc(headers)]),
    ...(match.headers ?? []).map((matcher) => judgeHeader(headers, matcher)),
    ...(match.cookies ?? []).map((matcher) => judgeCookie(headers, matcher)),
    ...(match.queryParameters ?? []).map((matcher) => judgeQuery(headers, matcher)),
    ...(match.dynamicMetadata ?? []).map((matcher) => judgeMetadata(headers, tokens, matcher)),
    ...(match.tlsContext === undefined ? [] : [unknown('what the client certificate is')]),
    ...(match.filterState ?? []).map(({ key = '' }) => unknown(`filter state ${key}`)),
  ]
}

/** The match in words: `path is /cart or below, method GET or HEAD`. What every request that is copied must have goes without saying. */
export const matchWords = (verdicts: readonly Verdict[]): string =>
  verdicts
    .filter(({ kind, text }) => kind !== 'yes' || !unsaid.test(text))
    .map(({ text }) => text)
    .join(', ')

const unsaid = /^header (?:(?:x-verdigris-shadow|upgrade) is not there|content-length is not \d+ or more)$/

const unknown = (text: string): Verdict => ({ kind: 'depends', text })

/** Whether the request asks for a tunnel. */
export const isConnect = (headers: Headers): boolean => knownText(headers, ':method') === 'CONNECT'

function judgePath(match: envoy.RouteMatch, { headers, ignoresParameters }: Request): Verdict {
  const whole = withoutQuery(knownText(headers, ':path') ?? '')
  const path = ignoresParameters ? (whole.split(';')[0] ?? '') : whole
  const fold = (text: string): string => (match.caseSensitive === false ? lower(text) : text)
  const found = isConnect(headers) ? 'CONNECT' : quoted(path)
  if (match.connectMatcher !== undefined) return verdict(isConnect(headers), 'CONNECT', found)
  if (match.pathMatchPolicy !== undefined) {
    return unknown(`path as ${match.pathMatchPolicy.name ?? 'an extension'} takes it`)
  }
  if (match.safeRegex !== undefined) {
    const { regex = '' } = match.safeRegex
    return verdict(matchesRegex(regex, path), `path matches ${shortRegex(regex)}`, found)
  }
  if (match.path !== undefined) {
    return verdict(fold(path) === fold(match.path), `path is ${match.path}`, found)
  }
  if (match.pathSeparatedPrefix !== undefined) {
    const prefix = fold(match.pathSeparatedPrefix)
    const holds = fold(path) === prefix || fold(path).startsWith(`${prefix}/`)
    return verdict(holds, `path is ${match.pathSeparatedPrefix} or below`, found)
  }
  const { prefix = '' } = match
  return verdict(
    fold(path).startsWith(fold(prefix)),
    prefix === '/' ? 'any path' : `path begins with ${prefix}`,
    found,
  )
}

/** A gRPC call says so in its content type; gRPC-Web is none. */
export const isGrpc = (headers: Headers): boolean =>
  /^application\/grpc(?:$|\+)/.test(knownText(headers, 'content-type') ?? '')

function judgeGrpc(headers: Headers): Verdict {
  const type = knownText(headers, 'content-type')
  return verdict(
    isGrpc(headers),
    'a gRPC call',
    type === undefined ? 'no content-type' : `content-type ${quoted(type)}`,
  )
}

function judgeCookie(
  headers: Headers,
  { name = '', stringMatch = {}, invertMatch = false }: envoy.CookieMatcher,
): Verdict {
  const [value] = cookieValues(headers, name)
  const holds = value === undefined ? false : takesText(stringMatch, value)
  const text = `${invertMatch ? 'not: ' : ''}cookie ${name} ${textMatcherWords(stringMatch)}`
  if (holds === undefined) return unknown(text)
  return verdict(holds !== invertMatch, text, value === undefined ? 'none' : quoted(value))
}

function judgeQuery(headers: Headers, matcher: envoy.QueryParameterMatcher): Verdict {
  const { name = '', stringMatch, presentMatch = true } = matcher
  const value = firstParameter(knownText(headers, ':path') ?? '', name)
  const found = value === undefined ? 'none' : quoted(value)
  if (stringMatch === undefined) {
    return verdict(
      (value !== undefined) === presentMatch,
      `query ${name} is ${presentMatch ? '' : 'not '}there`,
      found,
    )
  }
  const text = `query ${name} ${textMatcherWords(stringMatch)}`
  const holds = value === undefined ? false : takesText(stringMatch, value)
  return holds === undefined ? unknown(text) : verdict(holds, text, found)
}

/** The first value of a query parameter as it was sent: Envoy resolves no escapes there. */
export function firstParameter(path: string, name: string): string | undefined {
  for (const part of splitPath(path)[1].slice(1).split('&')) {
    const at = part.indexOf('=')
    const key = at < 0 ? part : part.slice(0, at)
    if (part !== '' && key === name) return at < 0 ? '' : part.slice(at + 1)
  }
  return undefined
}

// Claims of tokens, which the JWT filter leaves as metadata for routes to ask (envoy.filters.http.jwt_authn).
import type { envoy } from '../envoy-api/index.ts'
import { cookieValues, type Headers, knownText } from './headers.ts'
import { splitPath } from './path.ts'
import { takesText } from './texts.ts'
import { either, quoted, type Verdict, verdict } from './verdict.ts'

const jwtFilter = 'envoy.filters.http.jwt_authn'

/** What is known of the tokens of a request. */
export interface Tokens {
  /** Providers of the listener's JWT filters, by what their payload is called. */
  readonly providers: ReadonlyMap<string, envoy.JwtProvider>
  /** Claims that hold, by their path with dots; undefined: not known. */
  readonly claims: ReadonlyMap<string, readonly string[]> | undefined
}

/** Whether the metadata that a route asks for is there. */
export function judgeMetadata(headers: Headers, tokens: Tokens, matcher: envoy.MetadataMatcher): Verdict {
  const { filter = '', path = [], value = {}, invert = false } = matcher
  const [provider = '', ...claim] = path.map(({ key = '' }) => key)
  const words = `${invert ? 'not: ' : ''}${wordsOf(filter, provider, claim, value)}`
  const known = tokens.providers.get(provider)
  if (filter !== jwtFilter || known === undefined) {
    // Without such a provider nothing writes it.
    if (filter === jwtFilter) return verdict(invert, words, 'no filter that verifies such tokens')
    return { kind: 'depends', text: words }
  }
  const { claims } = tokens
  if (claims !== undefined) {
    const values = claims.get(claim.join('.'))
    const holds = values !== undefined && takes(value, values)
    return verdict(holds !== invert, words, values === undefined ? 'no such claim' : values.join(', '))
  }
  if (!mayCarry(headers, known)) return verdict(invert, words, 'no token')
  return { kind: 'depends', text: words }
}

/** Whether there is anything where this provider looks for a token. */
function mayCarry(
  headers: Headers,
  { fromHeaders = [], fromParams = [], fromCookies = [] }: envoy.JwtProvider,
): boolean {
  // Envoy's own places, where a provider names none.
  const usual = fromHeaders.length + fromParams.length + fromCookies.length === 0
  const places = usual ? [{ name: 'authorization', valuePrefix: 'Bearer ' }] : fromHeaders
  const params = usual ? ['access_token'] : fromParams
  const query = new URLSearchParams(splitPath(knownText(headers, ':path') ?? '')[1])
  return (
    places.some(({ name = '', valuePrefix = '' }) => {
      const state = headers.get(name.toLowerCase())
      return state !== undefined && (knownText(headers, name.toLowerCase())?.includes(valuePrefix) ?? true)
    }) ||
    params.some((name) => query.has(name)) ||
    fromCookies.some((name) => cookieValues(headers, name).length > 0)
  )
}

function takes(matcher: envoy.ValueMatcher, values: readonly string[]): boolean {
  if (matcher.orMatch !== undefined) {
    return (matcher.orMatch.valueMatchers ?? []).some((each) => takes(each, values))
  }
  if (matcher.presentMatch !== undefined) return matcher.presentMatch
  const { stringMatch, listMatch } = matcher
  // One value may be a text or a list of one: both are meant.
  const [only = ''] = values
  if (stringMatch !== undefined) return values.length === 1 && takesText(stringMatch, only) === true
  if (listMatch?.oneOf !== undefined) {
    const { oneOf } = listMatch
    return values.some((each) => takes(oneOf, [each]))
  }
  return false
}

function wordsOf(
  filter: string,
  provider: string,
  claim: readonly string[],
  value: envoy.ValueMatcher,
): string {
  const wanted = either([...new Set(textsOf(value))].map((text) => quoted(text)))
  const what = wanted === '' ? 'is there' : `is ${wanted}`
  if (filter === jwtFilter) return `a valid token for ${provider} whose claim ${claim.join('.')} ${what}`
  return `metadata ${[filter, provider, ...claim].join('.')} ${what}`
}

function textsOf(value: envoy.ValueMatcher): readonly string[] {
  const own = value.stringMatch?.exact === undefined ? [] : [value.stringMatch.exact]
  const inList = value.listMatch?.oneOf === undefined ? [] : textsOf(value.listMatch.oneOf)
  return [...own, ...inList, ...(value.orMatch?.valueMatchers ?? []).flatMap(textsOf)]
}

// The headers of a request as routes see them, and Envoy's matchers of headers. source/common/http/header_utility.cc
import { matchesRegex } from '../base/index.ts'
import type { envoy } from '../envoy-api/index.ts'
import { shortRegex, takesText, textMatcherWords } from './texts.ts'
import { either, quoted, type Verdict, verdict } from './verdict.ts'

/** A header that is there; `unknown` says what its value is, where only the proxy knows. */
export type HeaderState =
  | { readonly values: readonly string[] }
  | { readonly unknown: string; readonly sure: boolean }

/** Headers by their names in lower case; pseudo-headers among them. `sure: false`: it may not be there at all. */
export type Headers = ReadonlyMap<string, HeaderState>

/** All values of a header as one text, as matchers see it; undefined where there is none or only the proxy knows. */
export function knownText(headers: Headers, name: string): string | undefined {
  const state = headers.get(aliased(name))
  return state !== undefined && 'values' in state
    ? state.values.join(name === 'cookie' ? '; ' : ',')
    : undefined
}

/** HTTP/1's name for what HTTP/2 calls `:authority`. */
const aliased = (name: string): string => (name === 'host' ? ':authority' : name)

/** Whether a header matcher takes the request. */
export function judgeHeader(headers: Headers, matcher: envoy.HeaderMatcher): Verdict {
  const name = (matcher.name ?? '').toLowerCase()
  const text = headerWords(name, matcher)
  const state = headers.get(aliased(name))
  if (state !== undefined && 'unknown' in state) {
    if (state.sure && isPresence(matcher)) return verdict(presenceOf(matcher, true), text, 'one')
    return { kind: 'depends', text: `${text} (${state.unknown})` }
  }
  const value = knownText(headers, name)
  const found = value === undefined ? 'none' : quoted(value)
  const holds = matches(matcher, value)
  return holds === undefined ? { kind: 'depends', text } : verdict(holds, text, found)
}

const isPresence = ({
  name: _,
  invertMatch: __,
  treatMissingHeaderAsEmpty: ___,
  presentMatch: ____,
  ...rest
}: envoy.HeaderMatcher): boolean => Object.keys(rest).length === 0

function presenceOf(
  { presentMatch = true, invertMatch = false }: envoy.HeaderMatcher,
  there: boolean,
): boolean {
  return (there === presentMatch) !== invertMatch
}

function matches(matcher: envoy.HeaderMatcher, value: string | undefined): boolean | undefined {
  const { invertMatch = false, treatMissingHeaderAsEmpty: asEmpty = false } = matcher
  if (isPresence(matcher)) return presenceOf(matcher, value !== undefined || asEmpty)
  // A header that is not there matches nothing, inverted or not.
  if (value === undefined && !asEmpty) return false
  const own = valueMatches(matcher, value ?? '')
  return own === undefined ? undefined : own !== invertMatch
}

function valueMatches(matcher: envoy.HeaderMatcher, value: string): boolean | undefined {
  const { rangeMatch, stringMatch } = matcher
  if (rangeMatch !== undefined) {
    if (!/^\s*[+-]?\d+\s*$/.test(value)) return false
    const number = BigInt(value.trim().replace(/^\+/, ''))
    if (number !== BigInt.asIntN(64, number)) return false
    return number >= BigInt(rangeMatch.start ?? 0) && number < BigInt(rangeMatch.end ?? 0)
  }
  if (matcher.safeRegexMatch !== undefined) return matchesRegex(matcher.safeRegexMatch.regex ?? '', value)
  return takesText(stringMatch ?? olderForm(matcher), value)
}

/** Forms of before `string_match`. */
function olderForm(matcher: envoy.HeaderMatcher): envoy.StringMatcher {
  if (matcher.prefixMatch !== undefined) return { prefix: matcher.prefixMatch }
  if (matcher.suffixMatch !== undefined) return { suffix: matcher.suffixMatch }
  if (matcher.containsMatch !== undefined) return { contains: matcher.containsMatch }
  return { exact: matcher.exactMatch ?? '' }
}

/** `header x-team is "checkout"`, `method GET or HEAD`, `cookie preview is there`. */
function headerWords(name: string, matcher: envoy.HeaderMatcher): string {
  const { invertMatch = false, rangeMatch, stringMatch } = matcher
  const regex = stringMatch?.safeRegex?.regex ?? matcher.safeRegexMatch?.regex
  if (name === ':method' && !invertMatch) {
    const methods = regex === undefined ? [stringMatch?.exact ?? ''] : regex.split('|')
    if (methods.every((method) => /^[A-Z][A-Z-]*$/.test(method))) return `method ${either(methods)}`
  }
  const cookie = regex === undefined || name !== 'cookie' ? undefined : cookieWords(regex)
  if (cookie !== undefined) return `${invertMatch ? 'not: ' : ''}${cookie}`
  const who = name === 'x-envoy-external-address' ? 'client address' : `header ${name}`
  const not = invertMatch ? 'not: ' : ''
  if (isPresence(matcher)) return `${who} is ${presenceOf(matcher, true) ? '' : 'not '}there`
  if (rangeMatch !== undefined) return `${who} ${rangeWords(rangeMatch, invertMatch)}`
  if (regex !== undefined) return `${not}${who} matches ${shortRegex(regex)}`
  return `${not}${who} ${textMatcherWords(stringMatch ?? olderForm(matcher))}`
}

/** The end of what fits into the 64 bits of a range. */
const largest = '9223372036854775807'

/** `is from 5 to 49`; turned around, a header that is not there may be meant too. */
function rangeWords({ start = 0, end = 0 }: envoy.Int64Range, inverted: boolean): string {
  const [from, last] = [String(start), String(BigInt(end) - 1n)]
  if (String(end) === largest) return inverted ? `is not ${from} or more` : `is ${from} or more`
  return `is ${inverted ? 'not ' : ''}${from === '0' ? 'at most' : `from ${from} to`} ${last}`
}

/** The form in which translation asks for a cookie. */
function cookieWords(regex: string): string | undefined {
  const found = /^\(\?:\.\*;\\s\*\)\?(?<name>[^=]+)=(?<value>.*)\(\?:;\.\*\)\?$/.exec(regex)
  const { name, value } = found?.groups ?? {}
  if (name === undefined || value === undefined) return undefined
  const plain = (text: string): string => text.replace(/\\(.)/g, '$1')
  if (value === '[^;]+') return `cookie ${plain(name)} is there`
  const exact = /^"\?(?<text>.*)"\?$/.exec(value)?.groups?.text
  return exact === undefined ? undefined : `cookie ${plain(name)} is ${quoted(plain(exact))}`
}

/** Values of a cookie in the order of the headers; quotes around one are not part of it. */
export function cookieValues(headers: Headers, name: string): readonly string[] {
  const text = knownText(headers, 'cookie')
  if (text === undefined) return []
  return text.split(';').flatMap((part) => {
    const at = part.indexOf('=')
    if (at < 0 || part.slice(0, at).trim() !== name) return []
    const value = part.slice(at + 1).trim()
    return [/^".*"$/.test(value) && value.length >= 2 ? value.slice(1, -1) : value]
  })
}

// Envoy's matchers of texts, and what they say in words. envoy.type.matcher.v3.StringMatcher.
import { matchesRegex } from '../base/index.ts'
import type { envoy } from '../envoy-api/index.ts'
import { quoted } from './verdict.ts'

/** Whether the text is taken; undefined: an extension decides, which is not looked into. */
export function takesText(matcher: envoy.StringMatcher, text: string): boolean | undefined {
  const fold = (value: string): string => (matcher.ignoreCase === true ? lower(value) : value)
  const found = fold(text)
  if (matcher.custom !== undefined) return undefined
  if (matcher.safeRegex !== undefined) return matchesRegex(matcher.safeRegex.regex ?? '', text)
  if (matcher.prefix !== undefined) return found.startsWith(fold(matcher.prefix))
  if (matcher.suffix !== undefined) return found.endsWith(fold(matcher.suffix))
  if (matcher.contains !== undefined) return found.includes(fold(matcher.contains))
  // An empty `exact` is left out of the JSON form of bytes.
  return found === fold(matcher.exact ?? '')
}

/** Letters of ASCII alone, as Envoy folds them. */
export const lower = (text: string): string => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase())

/** `is "yes"`, `begins with "a"`. */
export function textMatcherWords(matcher: envoy.StringMatcher): string {
  const fold = matcher.ignoreCase === true ? ' in any case' : ''
  if (matcher.custom !== undefined) return `is taken by ${matcher.custom.name ?? 'an extension'}`
  if (matcher.safeRegex !== undefined) return `matches ${shortRegex(matcher.safeRegex.regex ?? '')}`
  if (matcher.prefix !== undefined) return `begins with ${quoted(matcher.prefix)}${fold}`
  if (matcher.suffix !== undefined) return `ends with ${quoted(matcher.suffix)}${fold}`
  if (matcher.contains !== undefined) return `contains ${quoted(matcher.contains)}${fold}`
  return `is ${quoted(matcher.exact ?? '')}${fold}`
}

/** A regular expression in a sentence. */
export const shortRegex = (regex: string): string => (regex.length > 60 ? `${regex.slice(0, 59)}…` : regex)

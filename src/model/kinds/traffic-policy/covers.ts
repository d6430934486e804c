// Whether one match of a cohort takes every request that another takes: then the later of the two is never reached.
import { canonicalJson } from '../../../base/index.ts'
import { type Cidr, covers as holds, parseCidr } from '../../cidr.ts'
import type { CohortMatch } from './cohort-match.ts'

type HeaderCondition = NonNullable<CohortMatch['headers']>[number]

/** Every condition of `wide` follows from one of `narrow`. May miss a cover, never finds one that is none. */
export function coversMatch(wide: CohortMatch, narrow: CohortMatch): boolean {
  // An empty match, and ranges that are none, are refused for themselves.
  const isEmpty = Object.values(wide).every((part) => part === undefined)
  return (
    !isEmpty &&
    every(wide.headers, narrow.headers, followsHeader) &&
    every(wide.cookies, narrow.cookies, followsPresence) &&
    every(wide.query, narrow.query, followsPresence) &&
    every(wide.claims, narrow.claims, (a, b) => canonicalJson(a) === canonicalJson(b)) &&
    coversSource(wide.source, narrow.source) &&
    coversLocality(wide.locality, narrow.locality) &&
    coversGeography(wide.geography, narrow.geography)
  )
}

/** Each of `wide` follows from some of `narrow`. */
const every = <Item>(
  wide: readonly Item[] = [],
  narrow: readonly Item[] = [],
  follows: (wide: Item, narrow: Item) => boolean,
): boolean => wide.every((each) => narrow.some((other) => follows(each, other)))

function followsHeader(wide: HeaderCondition, narrow: HeaderCondition): boolean {
  if (wide.name.toLowerCase() !== narrow.name.toLowerCase()) return false
  if (wide.present !== undefined) return wide.present === (narrow.present ?? true)
  if (wide.exact !== undefined) return wide.exact === narrow.exact
  const begins = narrow.exact ?? narrow.prefix
  return wide.prefix !== undefined && begins?.startsWith(wide.prefix) === true
}

type Presence = { readonly name: string; readonly exact?: string | undefined }
const followsPresence = (wide: Presence, narrow: Presence): boolean =>
  wide.name === narrow.name && (wide.exact === undefined || wide.exact === narrow.exact)

function coversSource(wide: CohortMatch['source'], narrow: CohortMatch['source']): boolean {
  if (wide === undefined) return true
  const [outer, inner] = [rangesOf(wide), rangesOf(narrow ?? [])]
  if (outer === undefined || inner === undefined || inner.length === 0) return false
  return inner.every((each) => outer.some((range) => holds(range, each)))
}

/** undefined when one of them is none. */
function rangesOf(texts: readonly string[]): readonly Cidr[] | undefined {
  const ranges: Cidr[] = []
  for (const text of texts) {
    const parsed = parseCidr(text)
    if ('message' in parsed) return undefined
    ranges.push(parsed)
  }
  return ranges
}

function coversLocality(wide: CohortMatch['locality'], narrow: CohortMatch['locality']): boolean {
  return (['region', 'zone', 'subZone'] as const).every(
    (part) => wide?.[part] === undefined || wide[part] === narrow?.[part],
  )
}

function coversGeography(wide: CohortMatch['geography'], narrow: CohortMatch['geography']): boolean {
  if (wide === undefined) return true
  if (narrow === undefined || wide.header.toLowerCase() !== narrow.header.toLowerCase()) return false
  const values = new Set(wide.values.map((each) => each.toLowerCase()))
  return narrow.values.every((each) => values.has(each.toLowerCase()))
}

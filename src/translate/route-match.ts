// What a rule's match means to Envoy, and where it stands among the others.
import type { envoy } from '../envoy-api/index.ts'
import type { RouteSpec } from '../model/index.ts'
import type { TrafficArm } from './traffic-arms.ts'
import type { RouteRank } from './types.ts'

export type Match = RouteSpec['rules'][number]['matches'][number]
type HeaderMatch = NonNullable<Match['headers']>[number]

/** The match of a rule that names none: everything. */
export const everything: Match = {}

/**
 * Envoy's match. A prefix matches whole path segments, as in the Gateway API: `/cart` takes `/cart` and `/cart/1`
 * and leaves `/cartoon`; a trailing slash changes nothing.
 */
export function routeMatch(match: Match): envoy.RouteMatch {
  const headers = (match.headers ?? []).flatMap(headerMatchers)
  return { ...pathOf(match), ...(headers.length === 0 ? {} : { headers }) }
}

/** A rule's match with what an arm of the traffic asks for besides. */
export function narrowed(own: envoy.RouteMatch, more: TrafficArm['match']): envoy.RouteMatch {
  const headers = [...(own.headers ?? []), ...(more.headers ?? [])]
  const queryParameters = [...(own.queryParameters ?? []), ...(more.queryParameters ?? [])]
  const dynamicMetadata = [...(own.dynamicMetadata ?? []), ...(more.dynamicMetadata ?? [])]
  return {
    ...own,
    ...(headers.length === 0 ? {} : { headers }),
    ...(queryParameters.length === 0 ? {} : { queryParameters }),
    ...(dynamicMetadata.length === 0 ? {} : { dynamicMetadata }),
  }
}

/** Where the match stands: exact paths, then longer prefixes, then more headers. */
export function rankOf(match: Match): RouteRank {
  const path = match.path
  return {
    exact: path !== undefined && 'exact' in path,
    length:
      path === undefined ? 1 : 'exact' in path ? path.exact.length : (segments(path.prefix) || '/').length,
    headers: (match.headers ?? []).length,
  }
}

/** Negative when `a` is looked at before `b`; 0 leaves them in the order of Routes, rules and matches. */
export function compareRanks(a: RouteRank, b: RouteRank): number {
  if (a.exact !== b.exact) return a.exact ? -1 : 1
  return b.length - a.length || b.headers - a.headers
}

function pathOf(match: Match): envoy.RouteMatch {
  if (match.path === undefined) return { prefix: '/' }
  if ('exact' in match.path) return { path: match.path.exact }
  const prefix = segments(match.path.prefix)
  return prefix === '' ? { prefix: '/' } : { pathSeparatedPrefix: prefix }
}

/** A prefix without its trailing slashes: '' for '/'. */
const segments = (prefix: string): string => prefix.replace(/\/+$/, '')

function headerMatchers(header: HeaderMatch): readonly envoy.HeaderMatcher[] {
  const name = header.name.toLowerCase()
  return [
    ...(header.exact === undefined ? [] : [{ name, stringMatch: { exact: header.exact } }]),
    ...(header.prefix === undefined ? [] : [{ name, stringMatch: { prefix: header.prefix } }]),
    ...(header.present === undefined ? [] : [{ name, presentMatch: header.present }]),
  ]
}

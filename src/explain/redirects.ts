// Where a redirect leads, and what a backend is asked for instead of the path that came. source/common/router/config_impl.cc
// (newUri, currentUrlPathAfterRewriteWithMatchedPath).
import { replaceRegex } from '../base/index.ts'
import type { envoy } from '../envoy-api/index.ts'
import { splitPath } from './path.ts'

/** Statuses by their names in the API. */
const statuses = {
  MOVED_PERMANENTLY: 301,
  FOUND: 302,
  SEE_OTHER: 303,
  TEMPORARY_REDIRECT: 307,
  PERMANENT_REDIRECT: 308,
} as const

/** Status and Location of a redirect. */
export function redirection(
  redirect: envoy.RedirectAction,
  match: envoy.RouteMatch,
  at: { readonly scheme: string; readonly authority: string; readonly path: string },
): { readonly status: number; readonly location: string } {
  const { httpsRedirect, schemeRedirect, hostRedirect = '', portRedirect = 0, stripQuery } = redirect
  const scheme = httpsRedirect === true ? 'https' : (schemeRedirect ?? at.scheme)
  const host = hostRedirect === '' ? hostFor(at, scheme, portRedirect) : hostRedirect
  const port = portRedirect === 0 ? '' : `:${portRedirect}`
  const [, query] = splitPath(at.path)
  const target = rewritten(redirect, match, at.path) ?? at.path
  const given = redirect.pathRedirect
  const path =
    given === undefined || given === ''
      ? stripQuery === true
        ? splitPath(target)[0]
        : target
      : given.includes('?') || stripQuery === true
        ? given
        : `${given}${query}`
  return {
    status: statuses[redirect.responseCode ?? 'MOVED_PERMANENTLY'],
    location: `${scheme}://${host}${port}${path}`,
  }
}

/** The client's own host: its port goes where another is named, or where the scheme changes and it was the usual one. */
function hostFor(
  at: { readonly scheme: string; readonly authority: string },
  scheme: string,
  port: number,
): string {
  const found = /:(\d+)$/.exec(at.authority)
  if (found === null) return at.authority
  const isUsual =
    (at.scheme === 'http' && scheme === 'https' && found[1] === '80') ||
    (at.scheme === 'https' && scheme === 'http' && found[1] === '443')
  return port !== 0 || isUsual ? at.authority.slice(0, found.index) : at.authority
}

type PathChange = Pick<envoy.RouteAction, 'prefixRewrite' | 'regexRewrite'> & {
  readonly pathRewrite?: string
}

/** The path after its rewriting, query and all; undefined: it stays. */
export function rewritten(
  { prefixRewrite = '', regexRewrite }: PathChange,
  match: envoy.RouteMatch,
  path: string,
): string | undefined {
  const [place, query] = splitPath(path)
  if (regexRewrite !== undefined) {
    const { pattern, substitution = '' } = regexRewrite
    return replaceRegex(pattern?.regex ?? '', place, substitution) + query
  }
  if (prefixRewrite === '') return undefined
  const matched = matchedLength(match, place)
  return `${prefixRewrite}${place.slice(matched)}${query}`
}

/** How much of the path the match is about. */
function matchedLength(
  { prefix, pathSeparatedPrefix, path, safeRegex }: envoy.RouteMatch,
  place: string,
): number {
  if (path !== undefined || safeRegex !== undefined) return place.length
  return (pathSeparatedPrefix ?? prefix ?? '').length
}

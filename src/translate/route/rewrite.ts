// What a backend is asked for, and where a client is sent, instead of the path that came.
import type { envoy } from '../../envoy-api/index.ts'
import { type Match, prefixRemoval, type Redirect, type Rewrite, segments } from '../../model/index.ts'

type PathChange = Pick<envoy.RouteAction, 'prefixRewrite' | 'regexRewrite'>

/** The rewriting of a rule, for one match of it. */
export function rewriting(
  rewrite: Rewrite | undefined,
  match: Match,
): PathChange & Pick<envoy.RouteAction, 'hostRewriteLiteral' | 'autoHostRewrite' | 'appendXForwardedHost'> {
  if (rewrite === undefined) return {}
  const { prefix, path, regex, host, autoHost } = rewrite
  return {
    ...(prefix === undefined ? {} : prefixChange(match, prefix)),
    // Everything that a path may be, the query is not part of it.
    ...(path === undefined ? {} : regexChange('^.*$', path.replaceAll('\\', '\\\\'))),
    ...(regex === undefined ? {} : regexChange(regex.pattern, regex.substitution)),
    ...(host === undefined ? {} : { hostRewriteLiteral: host, appendXForwardedHost: true }),
    ...(autoHost === undefined ? {} : { autoHostRewrite: true, appendXForwardedHost: true }),
  }
}

const statuses = {
  301: 'MOVED_PERMANENTLY',
  302: 'FOUND',
  303: 'SEE_OTHER',
  307: 'TEMPORARY_REDIRECT',
  308: 'PERMANENT_REDIRECT',
} as const

/** The redirect of a rule, for one match of it. */
export function redirecting(redirect: Redirect, match: Match): envoy.RedirectAction {
  const { scheme, host, port, path, prefix, code, stripQuery } = redirect
  return {
    ...(scheme === undefined ? {} : { schemeRedirect: scheme }),
    ...(host === undefined ? {} : { hostRedirect: host }),
    ...(port === undefined ? {} : { portRedirect: port }),
    ...(path === undefined ? {} : { pathRedirect: path }),
    ...(prefix === undefined ? {} : prefixChange(match, prefix)),
    ...(code === 301 ? {} : { responseCode: statuses[code] }),
    ...(stripQuery ? { stripQuery } : {}),
  }
}

/**
 * Envoy replaces the very text that matched: `/cart` by `/` would make `//1` of `/cart/1`, and `/` by `/api` would make
 * `/apix` of `/x`. Both are said so that whole segments are replaced.
 */
function prefixChange({ path }: Match, to: string): PathChange {
  const from = path !== undefined && 'prefix' in path ? segments(path.prefix) : ''
  const target = segments(to)
  if (from === '') return target === '' ? {} : { prefixRewrite: `${target}/` }
  return target === '' ? regexChange(prefixRemoval(from), '/') : { prefixRewrite: target }
}

const regexChange = (regex: string, substitution: string): PathChange => ({
  regexRewrite: { pattern: { regex }, substitution },
})

// Which virtual host takes a host: exact, then the longest suffix, then the longest prefix, then `*`. As Envoy's RouteMatcher
// (source/common/router/config_impl.cc, findVirtualHost).
import type { envoy } from '../envoy-api/index.ts'
import { lower } from './texts.ts'

/** A virtual host and the domain of it that took the request. */
export interface HostFound {
  readonly virtualHost: envoy.VirtualHost
  readonly domain: string
}

/** The virtual host for an authority, or undefined: Envoy answers 404. */
export function findVirtualHost(
  { virtualHosts = [], ignorePortInHostMatching }: envoy.RouteConfiguration,
  authority: string,
): HostFound | undefined {
  const host = lower(ignorePortInHostMatching === true ? withoutPort(authority) : authority)
  let best: (HostFound & { readonly rank: number }) | undefined
  for (const virtualHost of virtualHosts) {
    for (const domain of virtualHost.domains ?? []) {
      const rank = rankOf(lower(domain), host)
      if (rank > (best?.rank ?? 0)) best = { virtualHost, domain, rank }
    }
  }
  return best
}

/** Ranks of one kind of domain stand apart by more than a domain is long. */
const kinds = { any: 1, prefix: 10_000, suffix: 20_000, exact: 30_000 } as const

/** How well a domain fits; 0: not. Both in lower case. */
function rankOf(domain: string, host: string): number {
  if (domain === '*') return kinds.any
  if (domain === host) return host === '' ? 0 : kinds.exact
  // The star stands for at least one character.
  if (host.length < domain.length) return 0
  if (domain.startsWith('*')) return host.endsWith(domain.slice(1)) ? kinds.suffix + domain.length : 0
  if (domain.endsWith('*')) return host.startsWith(domain.slice(0, -1)) ? kinds.prefix + domain.length : 0
  return 0
}

/** `[::1]:80` → `[::1]`, `shop.test:80` → `shop.test`. */
export function withoutPort(authority: string): string {
  const port = /:(\d+)$/.exec(authority)
  if (port === null) return authority
  const host = authority.slice(0, port.index)
  // An IPv6 address without brackets has no port.
  return host.includes(':') && !host.endsWith(']') ? authority : host
}

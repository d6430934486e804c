// Routes of one listener → virtual hosts. Envoy wants each host in one virtual host, so Routes that share a host
// are merged there; a Route that has its hosts to itself is a virtual host of its own.
import type { Violation } from '../base/index.ts'
import { identityMemo } from './memo.ts'
import { compareRanks } from './route-match.ts'
import type { RouteDrafts } from './routes.ts'
import type { DraftRoute, DraftVirtualHost } from './types.ts'

/** Makes the virtual hosts of a listener, sorted by name; made again only for Routes that changed. */
export function createVirtualHosts(): (attached: readonly RouteDrafts[]) => readonly DraftVirtualHost[] {
  const memo = identityMemo<RouteDrafts, DraftVirtualHost>()
  return (attached) =>
    shareHosts(attached)
      .map(({ owners, hosts }) => {
        const [first, ...others] = owners
        return memo(first, [hosts.join(' '), ...others], () => virtualHost(owners, hosts))
      })
      .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
}

type Owners = readonly [RouteDrafts, ...RouteDrafts[]]

/** Hosts with the Routes that claim them; hosts claimed by the same Routes stand together. */
function shareHosts(
  attached: readonly RouteDrafts[],
): { readonly owners: Owners; readonly hosts: readonly string[] }[] {
  const byHost = new Map<string, [RouteDrafts, ...RouteDrafts[]]>()
  for (const drafts of attached) {
    for (const host of new Set(drafts.route.spec.hosts.map((each) => each.toLowerCase()))) {
      const owners = byHost.get(host)
      if (owners === undefined) byHost.set(host, [drafts])
      else owners.push(drafts)
    }
  }
  const groups = new Map<string, { readonly owners: Owners; readonly hosts: string[] }>()
  for (const [host, owners] of byHost) {
    const key = owners.length === 1 ? owners[0].route.name : owners.map(({ route }) => route.name).join(' ')
    const group = groups.get(key)
    if (group === undefined) groups.set(key, { owners, hosts: [host] })
    else group.hosts.push(host)
  }
  for (const { hosts } of groups.values()) hosts.sort()
  return [...groups.values()]
}

/**
 * Named `<namespace>/<route>`, or by its first host where several Routes share it: a bare host holds no slash, so
 * the two never meet.
 */
function virtualHost(owners: Owners, hosts: readonly string[]): DraftVirtualHost {
  const [{ route }] = owners
  const name = owners.length === 1 ? `${route.namespace}/${route.name}` : (hosts[0] ?? route.name)
  const routes = owners.flatMap((drafts) => drafts.routes)
  if (owners.length > 1) routes.sort((a, b) => compareRanks(a.rank, b.rank))
  return {
    name,
    front: { name, domains: hosts },
    routes,
    clusters: [...new Set(routes.flatMap((each) => each.clusters))].sort(),
    origins: [...new Set(owners.flatMap((drafts) => drafts.origins))],
    violations: [...owners.flatMap((drafts) => drafts.violations), ...unreachable(routes, hosts)],
  }
}

/** Two routes for the very same requests: the second would never be taken, which nobody can have meant. */
function unreachable(routes: readonly DraftRoute[], hosts: readonly string[]): Violation[] {
  const first = new Map<string, DraftRoute>()
  const violations: Violation[] = []
  for (const route of routes) {
    const earlier = first.get(route.matchKey)
    if (earlier === undefined) first.set(route.matchKey, route)
    else {
      violations.push({
        object: route.origin,
        path: route.path,
        message: `the same requests are already taken by ${earlier.origin} at ${earlier.path} (host "${hosts[0]}")`,
      })
    }
  }
  return violations
}

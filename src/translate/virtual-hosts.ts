// Routes of one listener → virtual hosts, each made again only when a Route of it changed.
import type { Violation } from '../base/index.ts'
import type { HostGroup } from './host-layout.ts'
import { identityMemo } from './memo.ts'
import { compareRanks } from './route-match.ts'
import type { RouteDrafts } from './routes.ts'
import type { DraftRoute, DraftVirtualHost } from './types.ts'

/** Makes the virtual hosts of a layout; `drafts` stand at the positions that the layout speaks of. */
export function createVirtualHosts(): (
  layout: readonly HostGroup[],
  drafts: readonly RouteDrafts[],
) => readonly DraftVirtualHost[] {
  // By its Routes and hosts, not by its listener: a Route on several gateways has one virtual host.
  const memo = identityMemo<RouteDrafts, DraftVirtualHost>()
  return (layout, drafts) => {
    const hosts: DraftVirtualHost[] = []
    for (const group of layout) {
      const [at = 0, ...more] = group.owners
      const first = drafts[at]
      if (first === undefined) continue
      const others = more.flatMap((each) => drafts[each] ?? [])
      const parts = others.length === 0 ? group.parts : [...group.parts, ...others]
      hosts.push(memo(first, parts, () => virtualHost(group, [first, ...others])))
    }
    return hosts
  }
}

function virtualHost({ name, hosts }: HostGroup, owners: readonly RouteDrafts[]): DraftVirtualHost {
  const routes = owners.flatMap((drafts) => drafts.routes)
  if (owners.length > 1) routes.sort((a, b) => compareRanks(a.rank, b.rank))
  return {
    name,
    front: { name, domains: hosts },
    routes,
    clusters: [...new Set(routes.flatMap((each) => each.clusters))].sort(),
    origins: [...new Set(owners.flatMap((drafts) => drafts.origins))],
    violations: unreachable(routes, hosts),
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

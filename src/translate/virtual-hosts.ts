// Routes of one listener → virtual hosts, each made again only when a Route of it changed.
import type { Violation } from '../base/index.ts'
import { compareRanks, unreached } from '../model/index.ts'
import type { HostGroup } from './host-layout.ts'
import { identityMemo } from './memo.ts'
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

/** Matches that another Route, or another rule, leaves nothing: they would never be taken, which nobody can have meant. */
function unreachable(routes: readonly DraftRoute[], hosts: readonly string[]): Violation[] {
  const seen = new Set<string>()
  const placed = routes.flatMap((route) => {
    const place = `${route.origin} ${route.path}`
    // The ways of one match share its place.
    if (route.match === undefined || seen.has(place)) return []
    seen.add(place)
    return [{ match: route.match, owner: route }]
  })
  return unreached(placed).map(({ late: { owner: late }, early: { owner: early } }) => ({
    object: late.origin,
    path: late.path,
    message: `the same requests are already taken by ${early.origin} at ${early.path} (host "${hosts[0]}")`,
  }))
}

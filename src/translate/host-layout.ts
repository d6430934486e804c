// Which virtual hosts a listener has. Envoy wants each host in one virtual host, so Routes that share a host are
// merged there; a Route that has its hosts to itself is a virtual host of its own.
import { byName } from './order.ts'
import type { RouteSource } from './routes.ts'

/** One virtual host: its name, its hosts, and the Routes that make it. */
export interface HostGroup {
  /**
   * `<namespace>/<route>`, `<namespace>/service/<service>` where it has no Route, or the first host where several Routes share it: a bare host holds no slash, so the two
   * never meet.
   */
  readonly name: string
  /** Sorted, lower case. */
  readonly hosts: readonly string[]
  /** The hosts as one text, for comparing. */
  readonly parts: readonly [string]
  /** Positions in the list of Routes. */
  readonly owners: readonly number[]
}

/** Every host of these Routes, in groups sorted by name: hosts of the same Routes stand together. */
export function hostLayout(routes: readonly RouteSource[]): readonly HostGroup[] {
  const byHost = new Map<string, number[]>()
  routes.forEach((route, at) => {
    for (const host of new Set(route.spec.hosts.map((each) => each.toLowerCase()))) {
      const owners = byHost.get(host)
      if (owners === undefined) byHost.set(host, [at])
      else owners.push(at)
    }
  })
  const byOwners = new Map<string, { readonly owners: readonly number[]; readonly hosts: string[] }>()
  for (const [host, owners] of byHost) {
    const key = owners.join(' ')
    const group = byOwners.get(key)
    if (group === undefined) byOwners.set(key, { owners, hosts: [host] })
    else group.hosts.push(host)
  }
  return [...byOwners.values()]
    .map(({ owners, hosts }): HostGroup => {
      hosts.sort()
      const [first = 0] = owners
      const route = routes[first]
      const alone = owners.length === 1 && route !== undefined
      const name = alone ? nameOf(route) : (hosts[0] ?? '')
      return { name, hosts, parts: [hosts.join(' ')], owners }
    })
    .sort(byName)
}

const nameOf = ({ kind, namespace, name }: RouteSource): string =>
  kind === 'Route' ? `${namespace}/${name}` : `${namespace}/service/${name}`

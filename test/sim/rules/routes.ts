// No route in a proxy names a cluster that it was not sent, or does not hold; nothing that is routed to is removed.
import { typeUrls } from '../../../src/envoy-api/index.ts'
import type { Host } from '../host.ts'
import type { Link } from '../network.ts'
import { leadingTypes } from './ledger.ts'
import type { Rule, Scene } from './watch.ts'

export function routesRule({ fault }: Scene): Rule {
  /** Clusters that a process was given. */
  const given = new Map<Host, Set<string>>()
  /** Clusters that it had. */
  const held = new Map<Host, Set<string>>()
  /** Clusters that went at a deadline: who is out of reach for that long may come back with routes to them. */
  const overdue = new Set<string>()
  /** Clusters that went out on a stream. */
  const sent = new WeakMap<Link<Host>, Set<string>>()
  const setOf = <K>(
    of: { get(key: K): Set<string> | undefined; set(key: K, value: Set<string>): unknown },
    key: K,
  ) => {
    const found = of.get(key) ?? new Set<string>()
    of.set(key, found)
    return found
  }

  const replace = (
    set: Set<string>,
    whole: boolean,
    names: readonly string[],
    removed: readonly string[],
  ): void => {
    if (whole) set.clear()
    for (const name of names) set.add(name)
    for (const name of removed) set.delete(name)
  }

  return {
    restarted: (host) => {
      given.delete(host)
      held.delete(host)
    },
    overdue: (cluster) => {
      overdue.add(cluster)
    },
    written: (link, { typeUrl, resources, removed }) => {
      const onStream = setOf(sent, link)
      if (typeUrl === typeUrls.cds) {
        const names = resources.map(({ name }) => name)
        replace(onStream, link.variant === 'sotw', names, removed)
        return
      }
      if (!leadingTypes.includes(typeUrl)) return
      const before = given.get(link.owner)
      for (const { name, content } of resources) {
        const unsent = content.clusters.find((one) => !onStream.has(one) && before?.has(one) !== true)
        if (unsent !== undefined)
          fault(
            'a route names only what was sent',
            `${link.owner.key}: ${name} routes to ${unsent}, not sent`,
          )
      }
    },
    delivered: (host, { typeUrl, resources, removed }) => {
      if (typeUrl === typeUrls.cds) {
        const names = resources.map(({ name }) => name)
        replace(setOf(given, host), host.variant === 'sotw', names, removed)
      }
      const view = host.proxy.view()
      for (const [name, { clusters }] of view.routes) {
        const missing = clusters.find(
          (one) => !view.clusters.has(one) && !view.warming.has(one) && !overdue.has(one),
        )
        if (missing !== undefined)
          fault('nothing routed to is missing', `${host.key}: ${name} routes to ${missing}, not held`)
      }
      // Routes validate their clusters. A proxy of connections does not: where the proxy refused the clusters, it has it without
      // them. None is taken away from it.
      const everHeld = setOf(held, host)
      for (const name of view.clusters.keys()) everHeld.add(name)
      for (const [name, { clusters }] of view.extensions) {
        const gone = clusters.find((one) => everHeld.has(one) && !view.clusters.has(one) && !overdue.has(one))
        if (gone !== undefined)
          fault('nothing routed to is missing', `${host.key}: ${name} leads to ${gone}, taken away`)
      }
    },
  }
}

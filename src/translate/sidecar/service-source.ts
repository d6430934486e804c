// A Service that a workload may call: without a Route every path of its names goes there. One source for all sidecars, so that
// its virtual host is made and encoded once.
import { limits } from '../../base/index.ts'
import type { Outbound } from '../../model/index.ts'
import { identityMemo } from '../memo.ts'
import type { RouteDrafts, ServiceSource } from '../routes.ts'

type Callable = Outbound['services'][number]

/** Gives the source of a service and port; the same one as long as it is remembered. */
export function createServiceSources(): (namespace: string, service: Callable) => ServiceSource {
  const known = new Map<string, ServiceSource>()
  return (namespace, { name, port }) => {
    const key = `${namespace}/${name}/${port ?? ''}`
    const found = known.get(key)
    if (found !== undefined) return found
    const service = port === undefined ? { name } : { name, port }
    const made: ServiceSource = {
      ...{ kind: 'Service', namespace, name },
      spec: { hosts: [name, `${name}.${namespace}`], rules: [{ matches: [], service }] },
    }
    const [oldest] = known.keys()
    if (known.size >= limits.serviceSources && oldest !== undefined) known.delete(oldest)
    known.set(key, made)
    return made
  }
}

/** The drafts of a source: what any Route at its hosts says goes first, and none of that is a mistake. */
export function createServiceDrafts(): (drafts: RouteDrafts) => RouteDrafts {
  const memo = identityMemo<RouteDrafts, RouteDrafts>()
  return (drafts) =>
    memo(drafts, [], () => ({
      ...drafts,
      routes: drafts.routes.map(({ match: _, ...route }) => ({ ...route, path: 'spec' })),
      violations: drafts.violations.map((violation) => ({ ...violation, path: 'spec' })),
    }))
}

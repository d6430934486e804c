// How a cluster spreads its requests.
import type { envoy } from '../envoy-api/index.ts'
import type { LoadBalancing } from '../model/index.ts'
import { duration } from './duration.ts'

/** Fields of the cluster. `checksHealth`: it has active health checks. */
export function balancing(
  settings: LoadBalancing | undefined,
  checksHealth: boolean,
): Pick<
  envoy.Cluster,
  | 'lbPolicy'
  | 'roundRobinLbConfig'
  | 'leastRequestLbConfig'
  | 'ringHashLbConfig'
  | 'maglevLbConfig'
  | 'commonLbConfig'
> {
  return {
    ...policy(settings),
    commonLbConfig: {
      ...(settings?.panicThreshold === undefined
        ? {}
        : { healthyPanicThreshold: { value: settings.panicThreshold } }),
      // By default as gRPC clients do: localities share by their weights, and no zone is preferred behind our back.
      ...(settings?.zones === 'Local' ? { zoneAwareLbConfig: zoneAware } : { localityWeightedLbConfig: {} }),
      // New endpoints take part after their first check; they neither dilute nor panic the others.
      ...(checksHealth ? { ignoreNewHostsUntilFirstHc: true } : {}),
    },
  }
}

/** The own zone from its first endpoint on; Envoy's own rule would ask for six. */
const zoneAware = { minClusterSize: 1, forceLocalZone: { minSize: 1 } }

function policy(settings: LoadBalancing | undefined) {
  const slowStart = settings?.slowStart
  const slow =
    slowStart === undefined
      ? undefined
      : {
          slowStartConfig: {
            slowStartWindow: duration(slowStart.window),
            ...(slowStart.minWeight === undefined
              ? {}
              : { minWeightPercent: { value: slowStart.minWeight } }),
          },
        }
  const wanted = settings?.policy ?? 'RoundRobin'
  switch (wanted) {
    case 'RoundRobin':
      return { lbPolicy: 'ROUND_ROBIN' as const, ...(slow === undefined ? {} : { roundRobinLbConfig: slow }) }
    case 'LeastRequest': {
      const choiceCount = settings?.choices
      const config = { ...(choiceCount === undefined ? {} : { choiceCount }), ...slow }
      const isPlain = Object.keys(config).length === 0
      return {
        lbPolicy: 'LEAST_REQUEST' as const,
        ...(isPlain ? {} : { leastRequestLbConfig: config }),
      }
    }
    case 'RingHash': {
      const minimumRingSize = settings?.ringSize
      return {
        lbPolicy: 'RING_HASH' as const,
        ...(minimumRingSize === undefined ? {} : { ringHashLbConfig: { minimumRingSize } }),
      }
    }
    case 'Maglev': {
      const tableSize = settings?.tableSize
      return {
        lbPolicy: 'MAGLEV' as const,
        ...(tableSize === undefined ? {} : { maglevLbConfig: { tableSize } }),
      }
    }
    case 'Random':
      return { lbPolicy: 'RANDOM' as const }
    default:
      return wanted satisfies never
  }
}

/** What a route has to hash for such a cluster: the first part that a request has decides. */
export function hashPolicy(settings: LoadBalancing | undefined): readonly envoy.RouteActionHashPolicy[] {
  return (settings?.hash ?? []).map(({ header, cookie, query }): envoy.RouteActionHashPolicy => {
    if (header !== undefined) return { header: { headerName: header.toLowerCase() }, terminal: true }
    if (cookie !== undefined) return { cookie: { name: cookie }, terminal: true }
    if (query !== undefined) return { queryParameter: { name: query }, terminal: true }
    return { connectionProperties: { sourceIp: true }, terminal: true }
  })
}

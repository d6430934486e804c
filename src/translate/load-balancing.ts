// How a cluster spreads its requests.
import type { envoy } from '../envoy-api/index.ts'
import type { LoadBalancing } from '../model/index.ts'
import { duration } from './duration.ts'
import { extension } from './extension.ts'

type Fields = Pick<
  envoy.Cluster,
  | 'lbPolicy'
  | 'roundRobinLbConfig'
  | 'leastRequestLbConfig'
  | 'ringHashLbConfig'
  | 'maglevLbConfig'
  | 'loadBalancingPolicy'
  | 'commonLbConfig'
>

/** Fields of the cluster. `checksHealth`: it has active health checks. */
export function balancing(settings: LoadBalancing | undefined, checksHealth: boolean): Fields {
  const isLocal = settings?.zones === 'Local'
  return {
    ...(isLocal ? { loadBalancingPolicy: ownZoneFirst(settings) } : policy(settings)),
    commonLbConfig: {
      ...(settings?.panicThreshold === undefined
        ? {}
        : { healthyPanicThreshold: { value: settings.panicThreshold } }),
      // As gRPC clients do: localities share by their weights, and no zone is preferred behind our back.
      ...(isLocal ? {} : { localityWeightedLbConfig: {} }),
      // A session that sticks to an endpoint stays while that one drains; Envoy's own list leaves draining ones out.
      overrideHostStatus: { statuses: ['UNKNOWN', 'HEALTHY', 'DEGRADED', 'DRAINING'] },
      // New endpoints take part after their first check; they neither dilute nor panic the others.
      ...(checksHealth ? { ignoreNewHostsUntilFirstHc: true } : {}),
    },
  }
}

function policy(settings: LoadBalancing | undefined): Fields {
  const slow = slowStart(settings)
  const wanted = settings?.policy ?? 'RoundRobin'
  switch (wanted) {
    case 'RoundRobin':
      return { lbPolicy: 'ROUND_ROBIN', ...(slow === undefined ? {} : { roundRobinLbConfig: slow }) }
    case 'LeastRequest': {
      const config = { ...choices(settings), ...slow }
      const isPlain = Object.keys(config).length === 0
      return { lbPolicy: 'LEAST_REQUEST', ...(isPlain ? {} : { leastRequestLbConfig: config }) }
    }
    case 'RingHash': {
      const minimumRingSize = settings?.ringSize
      return {
        lbPolicy: 'RING_HASH',
        ...(minimumRingSize === undefined ? {} : { ringHashLbConfig: { minimumRingSize } }),
      }
    }
    case 'Maglev': {
      const tableSize = settings?.tableSize
      return {
        lbPolicy: 'MAGLEV',
        ...(tableSize === undefined ? {} : { maglevLbConfig: { tableSize } }),
      }
    }
    case 'Random':
      return { lbPolicy: 'RANDOM' }
    default:
      return wanted satisfies never
  }
}

/**
 * The own zone from its first endpoint on. Envoy's older form of zone awareness cannot say so, and spreads by how many proxies a
 * zone has; both need the fleet's own assignment to have an endpoint in the zone (see fixed.ts).
 */
function ownZoneFirst(settings: LoadBalancing): envoy.LoadBalancingPolicy {
  const localityLbConfig = { zoneAwareLbConfig: { minClusterSize: 1, forceLocalZone: { minSize: 1 } } }
  const slow = slowStart(settings)
  const least = settings.policy === 'LeastRequest'
  const typedConfig = least
    ? extension('envoy.extensions.load_balancing_policies.least_request.v3.LeastRequest', {
        ...choices(settings),
        ...slow,
        localityLbConfig,
      })
    : settings.policy === 'Random'
      ? extension('envoy.extensions.load_balancing_policies.random.v3.Random', { localityLbConfig })
      : extension('envoy.extensions.load_balancing_policies.round_robin.v3.RoundRobin', {
          ...slow,
          localityLbConfig,
        })
  return { policies: [{ typedExtensionConfig: { name: 'verdigris.zones', typedConfig } }] }
}

const choices = (settings: LoadBalancing | undefined): { readonly choiceCount?: number } =>
  settings?.choices === undefined ? {} : { choiceCount: settings.choices }

function slowStart(settings: LoadBalancing | undefined) {
  const slow = settings?.slowStart
  if (slow === undefined) return undefined
  return {
    slowStartConfig: {
      slowStartWindow: duration(slow.window),
      ...(slow.minWeight === undefined ? {} : { minWeightPercent: { value: slow.minWeight } }),
    },
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

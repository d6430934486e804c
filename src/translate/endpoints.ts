// Endpoints of one environment and port → ClusterLoadAssignment.
import { type envoy, typeUrls } from '../envoy-api/index.ts'
import type { EnvironmentPort } from './environment-ports.ts'
import type { Draft } from './types.ts'

/** One address that traffic can go to. */
export interface EndpointAddress {
  /** IP address, or the host name of a DNS cluster. */
  readonly address: string
  readonly port: number
  /** Share among the endpoints of its locality. Default 1. */
  readonly weight?: number | undefined
  /** 0 first. */
  readonly priority?: number | undefined
  readonly locality?: Locality | undefined
  /** Gets no new sessions, keeps those it has. */
  readonly draining?: boolean | undefined
}

export interface Locality {
  readonly region?: string | undefined
  readonly zone?: string | undefined
  readonly subZone?: string | undefined
}

/**
 * The assignment of one environment and port. Without endpoints it is there and empty: a cluster that gets no
 * assignment never ends warming (xds-rules 21).
 */
export function assignment(target: EnvironmentPort): Draft {
  const { name, endpoints, origin } = target
  return {
    kind: 'whole',
    typeUrl: typeUrls.eds,
    name,
    json: loadAssignment(name, endpoints),
    facts: { usable: endpoints.filter(({ draining }) => draining !== true).length },
    origins: [origin],
  }
}

/** Sorted by priority, locality, address: the same set has the same bytes. */
export function loadAssignment(
  name: string,
  endpoints: readonly EndpointAddress[],
): envoy.ClusterLoadAssignment {
  const groups = new Map<string, EndpointAddress[]>()
  for (const endpoint of endpoints) {
    const key = `${String(endpoint.priority ?? 0).padStart(3, '0')} ${localityKey(endpoint.locality)}`
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [endpoint])
    else group.push(endpoint)
  }
  const sorted = [...groups].sort(([a], [b]) => (a < b ? -1 : 1))
  return {
    clusterName: name,
    ...(sorted.length === 0 ? {} : { endpoints: sorted.map(([, group]) => localityGroup(group)) }),
  }
}

/** One text for each locality. */
export const localityKey = ({ region = '', zone = '', subZone = '' }: Locality = {}): string =>
  JSON.stringify([region, zone, subZone])

/** Locality and its weight are always set: gRPC clients fail without them, and do not say so by a NACK. */
function localityGroup(group: readonly EndpointAddress[]): envoy.LocalityLbEndpoints {
  const sorted = [...group].sort((a, b) =>
    a.address === b.address ? a.port - b.port : a.address < b.address ? -1 : 1,
  )
  const { region, zone, subZone } = group[0]?.locality ?? {}
  const priority = group[0]?.priority ?? 0
  return {
    locality: {
      ...(region === undefined ? {} : { region }),
      ...(zone === undefined ? {} : { zone }),
      ...(subZone === undefined ? {} : { subZone }),
    },
    // By what its endpoints weigh: a zone gets the share that they would get without zones.
    loadBalancingWeight: sorted.reduce((sum, { weight = 1 }) => sum + weight, 0),
    ...(priority === 0 ? {} : { priority }),
    lbEndpoints: sorted.map(({ address, port, weight, draining }) => ({
      endpoint: { address: { socketAddress: { address, portValue: port } } },
      ...(draining === true ? { healthStatus: 'DRAINING' as const } : {}),
      ...(weight === undefined || weight === 1 ? {} : { loadBalancingWeight: weight }),
    })),
  }
}

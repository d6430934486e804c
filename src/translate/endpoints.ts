// Endpoints of one environment and port → ClusterLoadAssignment.
import { type envoy, typeUrls } from '../envoy-api/index.ts'
import type { EnvironmentPort } from './environment-ports.ts'
import type { Draft } from './types.ts'

/** One address that traffic can go to. */
export interface EndpointAddress {
  readonly address: string
  readonly port: number
}

/**
 * The assignment of one environment and port. Without endpoints it is there and empty: a cluster that gets no
 * assignment never ends warming (xds-rules 21). Endpoints are sorted, so that the same set has the same bytes.
 */
export function assignment(target: EnvironmentPort): Draft {
  const { name, endpoints, origin } = target
  const json: envoy.ClusterLoadAssignment = {
    clusterName: name,
    ...(endpoints.length === 0 ? {} : { endpoints: [localityGroup(endpoints)] }),
  }
  return {
    kind: 'whole',
    typeUrl: typeUrls.eds,
    name,
    json,
    facts: { usable: endpoints.length },
    origins: [origin],
  }
}

/** Locality and its weight are always set: gRPC clients fail without them, and do not say so by a NACK. */
function localityGroup(endpoints: readonly EndpointAddress[]) {
  const sorted = [...endpoints].sort((a, b) =>
    a.address === b.address ? a.port - b.port : a.address < b.address ? -1 : 1,
  )
  return {
    locality: {},
    loadBalancingWeight: sorted.length,
    lbEndpoints: sorted.map(({ address, port }) => ({
      endpoint: { address: { socketAddress: { address, portValue: port } } },
    })),
  }
}

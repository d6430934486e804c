// What a Sidecar takes for its workload: a cluster of the workload's own port, and the one route that leads there.
import { typeUrls } from '../../envoy-api/index.ts'
import {
  type Inbound,
  keyOf,
  type ObjectKey,
  rankOf,
  type StoredObject,
  type StoredOf,
} from '../../model/index.ts'
import { defaults } from '../defaults.ts'
import { duration } from '../duration.ts'
import { loadAssignment } from '../endpoints.ts'
import { identityMemo } from '../memo.ts'
import { localClusterName, routeName, sidecarListenerName } from '../names.ts'
import { circuitBreakers } from '../protection.ts'
import { protocolOptions } from '../protocol-options.ts'
import type { Draft, DraftRouteConfiguration } from '../types.ts'

/** A cluster and a route configuration for each inbound listener. */
export interface InboundDrafts {
  readonly clusters: readonly Draft[]
  readonly routeConfigurations: readonly DraftRouteConfiguration[]
}

type Protocol = StoredOf<'Service'>['spec']['ports'][number]['protocol']

/** Makes them; the same Sidecar and protocols of its services give the same drafts. */
export function createInbound(): (
  sidecar: StoredOf<'Sidecar'>,
  objects: ReadonlyMap<ObjectKey, StoredObject>,
) => InboundDrafts {
  const memo = identityMemo<StoredOf<'Sidecar'>, InboundDrafts>()
  return (sidecar, objects) => {
    const protocols = sidecar.spec.inbound.map(({ service }) =>
      protocolOf(
        objects.get(keyOf({ kind: 'Service', namespace: sidecar.namespace, name: service.name })),
        service.port,
      ),
    )
    return memo(sidecar, protocols, () => ({
      clusters: sidecar.spec.inbound.map((each, at) => localCluster(sidecar, each, protocols[at] ?? 'HTTP')),
      routeConfigurations: sidecar.spec.inbound.map((each, at) => localRoutes(sidecar, each, at)),
    }))
  }
}

/** What the workload speaks. A service that is not there is refused elsewhere. */
function protocolOf(service: StoredObject | undefined, port: string | undefined): Protocol {
  if (service?.kind !== 'Service') return 'HTTP'
  const { ports } = service.spec
  const chosen = port === undefined ? ports[0] : ports.find(({ name }) => name === port)
  return chosen?.protocol ?? 'HTTP'
}

const clusterNameOf = (
  { namespace, name }: StoredOf<'Sidecar'>,
  { name: listener, localPort }: Inbound,
): string => localClusterName(sidecarListenerName(namespace, name, listener), localPort)

function localCluster(sidecar: StoredOf<'Sidecar'>, each: Inbound, protocol: Protocol): Draft {
  const name = clusterNameOf(sidecar, each)
  return {
    kind: 'whole',
    typeUrl: typeUrls.cds,
    name,
    json: {
      name,
      type: 'STATIC',
      connectTimeout: duration(defaults.connectTimeoutMs),
      loadAssignment: loadAssignment(name, [{ address: '127.0.0.1', port: each.localPort }]),
      circuitBreakers: circuitBreakers(undefined),
      typedExtensionProtocolOptions: protocolOptions({ protocol, upstream: {} }),
    },
    facts: { discovery: 'static' },
    origins: [keyOf(sidecar)],
  }
}

function localRoutes(sidecar: StoredOf<'Sidecar'>, each: Inbound, at: number): DraftRouteConfiguration {
  const { namespace } = sidecar
  const name = sidecarListenerName(namespace, sidecar.name, each.name)
  const cluster = clusterNameOf(sidecar, each)
  const origin = keyOf(sidecar)
  const json = {
    name: routeName(namespace, each.service.name),
    match: { prefix: '/' },
    route: { cluster, timeout: duration(each.timeout) },
  }
  return {
    kind: 'routes',
    typeUrl: typeUrls.rds,
    name,
    front: { name },
    virtualHosts: [
      {
        name: routeName(namespace, each.service.name),
        front: { name: routeName(namespace, each.service.name), domains: ['*'] },
        routes: [{ json, clusters: [cluster], rank: rankOf({}), origin, path: `spec.inbound[${at}]` }],
        clusters: [cluster],
        origins: [origin],
        violations: [],
      },
    ],
    back: { validateClusters: true, ignorePortInHostMatching: true },
    origin,
  }
}

// The cluster of a mirror: the endpoints of the environment that it copies to, behind bounds of its own, so that whatever is wrong
// there stays there. Measured on Envoy 1.36 and 1.40: docs/decisions/envoy-behaviour.md.
import type { envoy } from '../../envoy-api/index.ts'
import { parseClusterName, type StoredOf } from '../../model/index.ts'
import { cluster } from '../clusters.ts'
import { duration } from '../duration.ts'
import { assignment } from '../endpoints.ts'
import { type EnvironmentPort, mirrorClusterOf } from '../environment-ports.ts'
import { extension } from '../extension.ts'
import { clusterStatName } from '../names.ts'
import type { Draft } from '../types.ts'

const mirrorBounds = {
  /** Connections, waiting and running copies: more are dropped. 1,024 (Envoy's own) took p99 from 1.5 to 8.6 ms. */
  requests: 20,
  /** A copy that takes longer is cut; the request it was made of goes on. */
  streamMs: 3_000,
  /**
   * Bytes of one copy that Envoy holds for a mirror that does not read. Beyond it the upload itself waits, until the copy is cut.
   * Envoy's own 1 MiB stopped uploads of 20 MB for 3 s; with this they are as fast as without a mirror.
   */
  heldBytes: 32 * 1024 * 1024,
} as const

/** The clusters and assignments of all mirrors of a policy, on or off: what is declared stays warm. */
export function mirrorDrafts(
  service: StoredOf<'Service'>,
  policy: StoredOf<'TrafficPolicy'> | undefined,
  targets: readonly EnvironmentPort[],
): { readonly clusters: readonly Draft[]; readonly assignments: readonly Draft[] } {
  const mirrored = (policy?.spec.mirrors ?? []).flatMap((mirror) =>
    targets.flatMap((target) => {
      const { environment, port = '' } = parseClusterName(target.name) ?? { environment: '' }
      const name = mirrorClusterOf(service, mirror, port)
      return environment === mirror.to && target.protocol !== 'TCP' && name !== undefined
        ? [{ ...target, name }]
        : []
    }),
  )
  return {
    clusters: mirrored.map(mirrorCluster),
    assignments: mirrored.filter(({ dns }) => dns === undefined).map(assignment),
  }
}

function mirrorCluster(target: EnvironmentPort): Draft {
  // No health checks: the environment's own cluster has them, and a copy may fail.
  const { healthCheck: _checks, outlierDetection: _outliers, ...upstream } = target.upstream
  const draft = cluster({ ...target, upstream })
  const { requests } = mirrorBounds
  // It is a Cluster: the line above made it.
  const json = draft.json as envoy.Cluster
  return {
    ...draft,
    json: {
      ...json,
      altStatName: clusterStatName(target.name),
      perConnectionBufferLimitBytes:
        target.protocol === 'HTTP' ? mirrorBounds.heldBytes : mirrorBounds.heldBytes * requests,
      circuitBreakers: {
        thresholds: [{ maxConnections: requests, maxPendingRequests: requests, maxRequests: requests }],
      },
      typedExtensionProtocolOptions: bounded(json.typedExtensionProtocolOptions ?? {}, target.protocol),
    },
  }
}

const options = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions'

/** The protocol options of the environment with an end to every copy and room for it. */
function bounded(
  settings: NonNullable<envoy.Cluster['typedExtensionProtocolOptions']>,
  protocol: EnvironmentPort['protocol'],
): NonNullable<envoy.Cluster['typedExtensionProtocolOptions']> {
  // Written by protocolOptions() as this very message.
  const known = (settings[options] ?? {}) as envoy.MessagesByName[typeof options]
  const { explicitHttpConfig, commonHttpProtocolOptions } = known
  const windows = {
    initialStreamWindowSize: mirrorBounds.heldBytes,
    initialConnectionWindowSize: mirrorBounds.heldBytes,
  }
  return {
    ...settings,
    [options]: extension(options, {
      ...known,
      commonHttpProtocolOptions: {
        ...commonHttpProtocolOptions,
        maxStreamDuration: duration(mirrorBounds.streamMs),
      },
      explicitHttpConfig:
        protocol === 'HTTP'
          ? (explicitHttpConfig ?? {})
          : // Over HTTP/2 a stream holds as much as its window, which counts for both directions.
            { http2ProtocolOptions: { ...explicitHttpConfig?.http2ProtocolOptions, ...windows } },
    }),
  }
}

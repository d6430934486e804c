// Names that both ends must agree on: bootstraps declare them, generated resources refer to them. A bootstrap
// stays for the life of a fleet, so none of these ever changes.

export const names = {
  /** Static cluster of every bootstrap that reaches the control plane; gRPC access logs go there too. */
  controlPlaneCluster: 'verdigris',
  /** EDS cluster of every bootstrap for the fleet's own members (zone-aware routing); served empty until it is used. */
  localCluster: 'verdigris-local',
  /**
   * CDS cluster of every node group, without endpoints: a proxy may lose its last service, yet an answer without any
   * cluster is a fault that its bootstrap's validator refuses.
   */
  floorCluster: 'verdigris-floor',
  /** RTDS layer of lasting switches: capabilities that are turned on later. Never carries a TTL. */
  flagsLayer: 'verdigris-flags',
  /** RTDS layer of what must not outlive the control plane; the only resource that may carry a TTL. */
  temporaryLayer: 'verdigris-temporary',
  /** Static runtime layer of every bootstrap that was told where its proxy runs. */
  localityLayer: 'verdigris-locality',
} as const

/** Where a proxy runs; what is left out may be anything. */
export interface Place {
  readonly region?: string | undefined
  readonly zone?: string | undefined
  readonly subZone?: string | undefined
}

/**
 * Runtime key that is 100 in the bootstrap of every proxy at this place, and nowhere else: one snapshot serves a whole node group,
 * and so a route can still ask where its proxy is.
 */
export const localityRuntimeKey = ({ region = '*', zone = '*', subZone = '*' }: Place): string =>
  `verdigris.locality.${region}/${zone}/${subZone}`

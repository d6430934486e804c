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
} as const

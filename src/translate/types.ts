// What translation gives: proto3 JSON per resource, with what later rooms must know of it. Objects are shared by
// identity between results: what did not change is the same object, and the rooms downstream rely on it.
import type { Violation } from '../base/index.ts'
import type { envoy } from '../envoy-api/index.ts'
import type { GroupKey, Match, MatchRank, StoredOf } from '../model/index.ts'

import type { Locality } from './endpoints.ts'
import type { Written } from './written.ts'

/** What a stream must know of a resource without decoding it. */
export interface ResourceFacts {
  /** Clusters: how endpoints arrive. Only `eds` has to be followed by its ClusterLoadAssignment. */
  readonly discovery?: 'eds' | 'dns' | 'static'
  /** Clusters: the EDS name when it is not the cluster's own. */
  readonly edsName?: string
  /** Listeners: RDS names that must follow. */
  readonly routes?: readonly string[]
  /** Listeners: ECDS names without which they do not serve. Slots with a default are not among them. */
  readonly extensions?: readonly string[]
  /** What sends to clusters (routes, proxies of connections): those named, mirrors and weights included. Sorted, no repeats. */
  readonly clusters?: readonly string[]
  /** Clusters and listeners: SDS names. */
  readonly secrets?: readonly string[]
  /** Secrets: there is a private key in it, which never goes over a plaintext stream to another machine. */
  readonly privateKey?: true
  /** Endpoint groups: usable endpoints (HEALTHY or UNKNOWN). */
  readonly usable?: number
}

/** The message that a draft of this type URL holds. */
export type DraftJson =
  | envoy.Cluster
  | envoy.ClusterLoadAssignment
  | envoy.Listener
  | envoy.RouteConfiguration
  | envoy.Runtime
  | envoy.Secret
  | envoy.TypedExtensionConfig

/** One resource before it is encoded. */
export interface Draft {
  readonly kind: 'whole'
  readonly typeUrl: string
  readonly name: string
  readonly json: DraftJson
  readonly facts: ResourceFacts
  /** Keys of the objects it was made of; the first is the one to name in an error. */
  readonly origins: readonly string[]
  /** It is, wholly or in part, in Envoy's own words: where in the first origin. It may be more than we make ourselves. */
  readonly written?: { readonly path: string }
}

/** One Envoy route: the smallest thing that a traffic change touches. */
export interface DraftRoute {
  readonly json: envoy.Route
  /** Clusters that it names. */
  readonly clusters: readonly string[]
  readonly rank: MatchRank
  /** What its rule matches; undefined for a preflight, which several rules may answer. */
  readonly match?: Match
  /** Key of its Route and the path inside it, for errors. */
  readonly origin: string
  readonly path: string
}

/** A virtual host: routes that share hosts. `front` are the fields before `routes` on the wire. */
export interface DraftVirtualHost {
  readonly name: string
  readonly front: Pick<envoy.VirtualHost, 'name' | 'domains'>
  readonly routes: readonly DraftRoute[]
  /** Sorted, no repeats. */
  readonly clusters: readonly string[]
  readonly origins: readonly string[]
  readonly violations: readonly Violation[]
}

/** A RouteConfiguration in parts, so that one virtual host can change alone. */
export interface DraftRouteConfiguration {
  readonly kind: 'routes'
  readonly typeUrl: string
  readonly name: string
  /** Fields before `virtual_hosts` on the wire. */
  readonly front: Pick<envoy.RouteConfiguration, 'name'>
  readonly virtualHosts: readonly DraftVirtualHost[]
  /** Fields after `virtual_hosts` on the wire. */
  readonly back: Pick<
    envoy.RouteConfiguration,
    'validateClusters' | 'ignorePortInHostMatching' | 'responseHeadersToAdd'
  >
  /** The Gateway or Sidecar. */
  readonly origin: string
}

/** Clusters and endpoints of one Service, every declared environment and port. */
export interface DraftService {
  readonly service: StoredOf<'Service'>
  readonly clusters: readonly Draft[]
  readonly assignments: readonly Draft[]
  /** Where it has endpoints that proxies of the same locality are to prefer. */
  readonly localities: readonly Locality[]
  readonly violations: readonly Violation[]
}

/** Everything one node group is served, before encoding. */
export interface DraftGroup {
  readonly group: GroupKey
  /** Sorted by name. */
  readonly listeners: readonly Draft[]
  /** Sorted by name. */
  readonly routeConfigurations: readonly DraftRouteConfiguration[]
  /** In the order in which the Routes refer to them. */
  readonly services: readonly DraftService[]
  /** Certificates and trusted authorities, sorted by name. */
  readonly secrets: readonly Draft[]
  /** SDS names of Secrets whose files have not been good since our start: they are not served, and proxies keep what they have. */
  readonly absentSecrets: ReadonlySet<string>
  /** Filter configurations that come by ECDS, sorted by name. */
  readonly extensions: readonly Draft[]
  /**
   * Resources that every group has: runtime layers, the extension slot, the fleet's own empty assignment; and the clusters of
   * workloads' own ports, which only their sidecars have.
   */
  readonly fixed: readonly Draft[]
  /** RawSnapshots and Patches of the group, not joined yet; absent: there are none. */
  readonly written?: Written
  /** Resources that are not generated (of any type), or that patches made whole. */
  readonly joined?: readonly Draft[]
  /** What is wrong with the objects themselves. With any of these nothing may be served. */
  readonly violations: readonly Violation[]
}

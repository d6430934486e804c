// What a compile gives: every resource of one node group, encoded once, known by the hash of its bytes.
import type { GroupKey } from '../model/index.ts'

/** What a stream must know of a resource without decoding it. */
export interface ResourceFacts {
  /** Clusters: how endpoints arrive. Only `eds` has to be followed by its ClusterLoadAssignment. */
  readonly discovery?: 'eds' | 'dns' | 'static'
  /** Clusters: the EDS name when it is not the cluster's own. */
  readonly edsName?: string
  /** Listeners: RDS names that must follow. */
  readonly routes?: readonly string[]
  /** Route configurations (and TCP listeners): clusters named, mirrors and weights included. Sorted, no repeats. */
  readonly clusters?: readonly string[]
  /** Clusters and listeners: SDS names. */
  readonly secrets?: readonly string[]
  /** Endpoint groups: usable endpoints (HEALTHY or UNKNOWN). */
  readonly usable?: number
}

/** One encoded resource. */
export interface EncodedResource {
  readonly typeUrl: string
  readonly name: string
  /** SHA-256 of `body`, hex, first 32 characters. */
  readonly hash: string
  /** Encoded google.protobuf.Any. */
  readonly body: Uint8Array
  readonly facts: ResourceFacts
  /** `namespace/Kind/name` of the objects it was made of, for errors and diffs. */
  readonly origins: readonly string[]
}

/** All resources of one group for one world; type URL → name → resource. Types that did not change are shared by reference. */
export interface CompiledGroup {
  readonly group: GroupKey
  readonly types: ReadonlyMap<string, ReadonlyMap<string, EncodedResource>>
}

// What a compile gives: every resource of one node group, encoded once, known by the hash of its bytes.
import type { GroupKey } from '../model/index.ts'
import type { ResourceFacts } from '../translate/index.ts'

export type { ResourceFacts } from '../translate/index.ts'

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
  /** Where it stands in the first of them, when it is in Envoy's own words. */
  readonly path?: string
}

/** type URL → name → resource, names sorted. A type that did not change is the same map as before. */
export type ResourceTypes = ReadonlyMap<string, ReadonlyMap<string, EncodedResource>>

/** All resources of one group for one world; type URL → name → resource. Types that did not change are shared by reference. */
export interface CompiledGroup {
  readonly group: GroupKey
  readonly types: ResourceTypes
  /** What is worth saying of objects that it was made of, and no fault; absent: nothing. */
  readonly notes?: readonly { readonly origin: string; readonly text: string }[]
  /** Endpoints are patched, so they are not what is observed. */
  readonly patchedEndpoints?: true
}

// What the store keeps and every room downstream reads: objects with their identity. The shape of each spec is
// inferred from its zod schema (see kinds/); this file gives the envelope.
import type { GatewaySpec } from './kinds/gateway.ts'
import type { NodeGroupSpec } from './kinds/node-group.ts'
import type { PatchSpec } from './kinds/patch.ts'
import type { RawSnapshotSpec } from './kinds/raw-snapshot.ts'
import type { RouteSpec } from './kinds/route.ts'
import type { SecretSpec } from './kinds/secret.ts'
import type { ServiceSpec } from './kinds/service.ts'
import type { SidecarSpec } from './kinds/sidecar.ts'
import type { TombstoneSpec } from './kinds/tombstone.ts'
import type { TrafficState } from './kinds/traffic.ts'
import type { TrafficPolicySpec } from './kinds/traffic-policy.ts'

/** Kinds that people write. */
export type ManifestKind =
  | 'NodeGroup'
  | 'Secret'
  | 'Gateway'
  | 'Service'
  | 'Sidecar'
  | 'Route'
  | 'TrafficPolicy'
  | 'RawSnapshot'
  | 'Patch'
/** Kinds that plans write. Both are named like their Service. */
export type DerivedKind = 'Traffic' | 'Tombstone'
export type Kind = ManifestKind | DerivedKind

/** `namespace/Kind/name`. */
export type ObjectKey = string

export interface SpecOf {
  NodeGroup: NodeGroupSpec
  Secret: SecretSpec
  Gateway: GatewaySpec
  Service: ServiceSpec
  Sidecar: SidecarSpec
  Route: RouteSpec
  TrafficPolicy: TrafficPolicySpec
  RawSnapshot: RawSnapshotSpec
  Patch: PatchSpec
  /** The second part of a TrafficPolicy: moved by verbs, never by apply (unless Git manages it). */
  Traffic: TrafficState
  /** What outlives a deleted Service, so that no cluster name is ever given twice. */
  Tombstone: TombstoneSpec
}

/** What every object has. */
export interface Envelope<K extends Kind> {
  readonly kind: K
  readonly namespace: string
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly spec: SpecOf[K]
}

/** What a manifest has besides the object itself. */
export interface Written {
  /** The etag the writer saw, if they gave one: a write is refused when the head differs. */
  readonly etag?: string
  /** Where it was read, for errors. */
  readonly source?: { readonly file: string; readonly line: number }
  /** TrafficPolicy only: the traffic as it was printed. Never applied; a plan says so when it differs. */
  readonly traffic?: TrafficState
}

/** A parsed, defaulted manifest: what a person sent, whole and valid on its own. */
export type Manifest = { [K in ManifestKind]: Envelope<K> & Written }[ManifestKind]

/** What a Service's object has besides what people write. */
interface Incarnations {
  /** Environment name → its current incarnation (1, 2, …): part of the Envoy cluster's name. */
  readonly incarnations: Readonly<Record<string, number>>
  /** Environment name → the highest incarnation ever given, also of environments that are gone. Never goes down. */
  readonly incarnationsEver: Readonly<Record<string, number>>
}

/** By kind: what a commit puts. */
export type ContentByKind = {
  [K in Kind]: Envelope<K> & (K extends 'Service' ? Incarnations : unknown)
}
export type ContentOf<K extends Kind> = ContentByKind[K]
export type TrafficContent = ContentByKind['Traffic']
/** What a commit puts: the content of an object. */
export type ObjectContent = ContentByKind[Kind]

/** What the commit gave it. */
interface Stored {
  /** Stays for the life of the object; a deleted and recreated one gets another. */
  readonly uid: string
  /** Changes with every commit that touches the object. Opaque. */
  readonly etag: string
  /** The revision that wrote this content. */
  readonly revision: number
}

/** What the store holds: content plus what the commit gave it. */
export type StoredObject = ObjectContent & Stored
export type StoredOf<K extends Kind> = ContentOf<K> & Stored

/** `namespace/Kind/name` of an object. */
export const keyOf = (object: {
  readonly kind: Kind
  readonly namespace: string
  readonly name: string
}): ObjectKey => `${object.namespace}/${object.kind}/${object.name}`

/** `Kind namespace/name`, as messages name an object. */
export const titleOf = (object: {
  readonly kind: string
  readonly namespace: string
  readonly name: string
}): string => `${object.kind} ${object.namespace}/${object.name}`

/** The objects of one moment, heads or applied, by key. */
export type World = ReadonlyMap<ObjectKey, StoredObject>

/** Node group as a key downstream: `namespace/name`. */
export type GroupKey = string

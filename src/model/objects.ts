// What the store keeps and every room downstream reads: objects with their identity. The shape of each spec is
// inferred from its zod schema (see schemas); this file gives the envelope.
import type {
  GatewaySpec,
  NodeGroupSpec,
  RouteSpec,
  ServiceSpec,
  TrafficPolicySpec,
  TrafficState,
} from './schemas.ts'

/** Kinds that people write. */
export type ManifestKind = 'NodeGroup' | 'Gateway' | 'Service' | 'Route' | 'TrafficPolicy'
/** `Traffic` is the second part of a TrafficPolicy: moved by verbs, never by apply. Named like its Service. */
export type Kind = ManifestKind | 'Traffic'

/** `namespace/Kind/name`. */
export type ObjectKey = string

export interface SpecOf {
  NodeGroup: NodeGroupSpec
  Gateway: GatewaySpec
  Service: ServiceSpec
  Route: RouteSpec
  TrafficPolicy: TrafficPolicySpec
  Traffic: TrafficState
}

/** A parsed, defaulted manifest: what a person sent, whole and valid on its own. */
export type Manifest = {
  [K in ManifestKind]: {
    readonly kind: K
    readonly namespace: string
    readonly name: string
    readonly labels: Readonly<Record<string, string>>
    readonly spec: SpecOf[K]
    /** The etag the writer saw, if they gave one: a write is refused when the head differs. */
    readonly etag?: string
    /** Where it was read, for errors. */
    readonly source?: { readonly file: string; readonly line: number }
  }
}[ManifestKind]

interface Envelope<K extends Kind> {
  readonly kind: K
  readonly namespace: string
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly spec: SpecOf[K]
}

/** What a commit puts: the content of an object. */
export type ObjectContent =
  | Envelope<'NodeGroup'>
  | Envelope<'Gateway'>
  | Envelope<'Route'>
  | Envelope<'TrafficPolicy'>
  | Envelope<'Traffic'>
  | (Envelope<'Service'> & {
      /** Environment name → its current incarnation (1, 2, …): part of the Envoy cluster's name. */
      readonly incarnations: Readonly<Record<string, number>>
      /** Environment name → the highest incarnation ever given, also of environments that are gone. Never goes down. */
      readonly incarnationsEver: Readonly<Record<string, number>>
    })

/** What the store holds: content plus what the commit gave it. */
export type StoredObject = ObjectContent & {
  /** Stays for the life of the object; a deleted and recreated one gets another. */
  readonly uid: string
  /** Changes with every commit that touches the object. Opaque. */
  readonly etag: string
  /** The revision that wrote this content. */
  readonly revision: number
}
export type StoredOf<K extends Kind> = Extract<StoredObject, { kind: K }>

/** `namespace/Kind/name` of an object. */
export const keyOf = (object: {
  readonly kind: Kind
  readonly namespace: string
  readonly name: string
}): ObjectKey => `${object.namespace}/${object.kind}/${object.name}`

/** The objects of one moment, heads or applied, by key. */
export type World = ReadonlyMap<ObjectKey, StoredObject>

/** Node group as a key downstream: `namespace/name`. */
export type GroupKey = string

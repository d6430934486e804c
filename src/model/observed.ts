// What is seen rather than wanted: endpoints that were registered or discovered, and what certificate files hold. It has no
// revision and is never rolled back; every compile takes the newest.

/** One backend as a source reports it. */
export interface ObservedEndpoint {
  readonly address: string
  /** Port name → number. */
  readonly ports: Readonly<Record<string, number>>
  /** Share among the endpoints of its locality, 1 to 128. */
  readonly weight?: number
  readonly locality?: { readonly region?: string; readonly zone?: string; readonly subZone?: string }
  /** 0 first. */
  readonly priority?: number
  /** Gets no new sessions and keeps those it has. */
  readonly draining?: boolean
  /** Its lease ran out and nobody has said more: it is kept, because silence is no word, but nobody vouches for it. */
  readonly lapsed?: boolean
}

/** Environment and incarnation, `blue.3` → its endpoints. Absent: no source has synced; an empty list is a source's word. */
export type ServiceEndpoints = ReadonlyMap<string, readonly ObservedEndpoint[]>

/** What the files of a Secret hold, as they were last good. PEM. */
export interface SecretMaterial {
  readonly certificateChain?: string
  readonly privateKey?: string
  readonly trustedCa?: string
}

/** Replaced, never changed in place: what is derived from a part is remembered by its identity. */
export interface Observed {
  /** `namespace/service`. */
  readonly endpoints: ReadonlyMap<string, ServiceEndpoints>
  /** By the files that a Secret names (`secretFilesKey`): two versions of a Secret may name others. */
  readonly secrets: ReadonlyMap<string, SecretMaterial>
}

export const nothingObserved: Observed = { endpoints: new Map(), secrets: new Map() }

/** What is registered for an environment and incarnation (`blue.3`) of a service; empty when nothing is known. */
export const registeredIn = (
  observed: Pick<Observed, 'endpoints'> | undefined,
  { namespace, name }: { readonly namespace: string; readonly name: string },
  slot: string,
): readonly ObservedEndpoint[] => observed?.endpoints.get(`${namespace}/${name}`)?.get(slot) ?? []

// What owners register and ask for, and what they are answered.
import type { ObservedEndpoint } from '../model/index.ts'

/** An environment of a service, in one incarnation. */
export interface Place {
  readonly namespace: string
  readonly service: string
  readonly environment: string
  readonly incarnation: number
}

/** One endpoint as its owner registered it. */
export interface Registration {
  readonly endpoint: ObservedEndpoint
  /** Taken out by an operator: draining, whatever its owner says, until it is put back. */
  readonly drained: boolean
  /** Milliseconds; undefined: it never lapses. */
  readonly ttlMs: number | undefined
  /** Monotonic ms: registered or renewed last. A restart of ours renews all: nobody could renew meanwhile. */
  readonly renewedAt: number
  /** Its lease ran out, and it is kept: see leases.ts. */
  readonly lapsed: boolean
}

/** What one owner has in a place. */
export interface Part {
  readonly owner: string
  /** By `endpointText`. */
  readonly registrations: ReadonlyMap<string, Registration>
}

/** Everything registered for a place. */
export interface Registered {
  readonly place: Place
  /** By owner. */
  readonly parts: ReadonlyMap<string, Part>
  /** Monotonic ms at which leases took endpoints away lately, one for each. */
  readonly lapses: readonly number[]
  /** Monotonic ms since when the incarnation is gone from the service; undefined: it is there. */
  readonly goneSince: number | undefined
}

/** Replaced, never changed in place. */
export interface Registry {
  /** `namespace/service` → `environment.incarnation` → what is registered there. */
  readonly services: ReadonlyMap<string, ReadonlyMap<string, Registered>>
  /** Endpoints, all together. */
  readonly size: number
  /** Monotonic ms before which no lease runs out. */
  readonly nextLapse: number
}

/** Which environment is meant. */
export interface Target {
  readonly namespace: string
  readonly service: string
  readonly environment: string
  /** Absent: the newest. One that is gone is refused. */
  readonly incarnation?: number
  /** Refused when the environment has another. */
  readonly release?: string
  /** Also where an environment that carries traffic has no endpoint left for new requests. */
  readonly force: boolean
}

/** A change of what is registered. Lists are as they came: they are read against the ports of the service. */
export type EndpointsCommand = Target &
  (
    | {
        /** All that the owner has there; others keep theirs. */
        readonly verb: 'set'
        readonly owner: string
        readonly ttlMs?: number
        readonly endpoints: readonly unknown[]
      }
    | {
        /** Adds, changes or renews some, removes some. */
        readonly verb: 'patch'
        readonly owner: string
        readonly ttlMs?: number
        readonly put: readonly unknown[]
        readonly remove: readonly unknown[]
      }
    | {
        /** Whoever owns them; `undo` puts them back. */
        readonly verb: 'drain'
        readonly endpoints: readonly unknown[]
        readonly undo: boolean
      }
  )

/** What a command did. */
export interface EndpointsAnswer {
  readonly place: Place
  readonly added: number
  readonly changed: number
  readonly removed: number
  /** Said again without a change: their leases run anew. */
  readonly renewed: number
  /** Endpoints of the place after it, of all owners and static ones. */
  readonly endpoints: number
  readonly notes: readonly string[]
}

/** An environment in which something differs now. */
export interface Touched {
  readonly place: Place
  /** Owners whose record has to be written or, where they have nothing to say any more, struck. */
  readonly owners: readonly string[]
}

/** What was noticed and has to be said. */
export interface Notice {
  readonly event: 'endpoints_lapsed' | 'endpoints_kept' | 'endpoints_forgotten'
  readonly place: Place
  readonly count: number
  readonly owners: readonly string[]
}

/** One endpoint of a place, with where it comes from. */
export interface EndpointView {
  readonly place: Place
  readonly source: 'static' | 'registered'
  /** Empty: static. */
  readonly owner: string
  readonly endpoint: ObservedEndpoint
  readonly drained: boolean
  readonly ttlMs: number | undefined
  /** Milliseconds until its lease runs out; negative: so long ago. */
  readonly leftMs: number | undefined
  readonly release: string
}

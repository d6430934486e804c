// The protocol between deciding and streaming: everything that crosses is a value that can be serialised. In one
// process it is a function call behind a codec; later it crosses processes and replicas. ACKs never go through
// the store.
import type { GroupKey, NodeGroupSelector } from '../model/index.ts'
import type { ResourceFacts } from '../snapshot/index.ts'

/** Lanes come with waves; until then every node is in this one. */
export const onlyLane = 'all'

/** What changes of one resource type between two generations (or the whole, when `base` is undefined). */
export interface TypeUpdate {
  readonly version: string
  /** Sorted by name. `body` is the encoded google.protobuf.Any (type_url and value), shared by every stream. */
  readonly put: readonly {
    readonly name: string
    readonly hash: string
    readonly body: Uint8Array
    readonly facts: ResourceFacts
  }[]
  readonly remove: readonly string[]
}

/** Decider → streamers, in this order at a start: groups, doubts, publishes, ready. */
export type ToStreams =
  /** The whole table of node groups, in matching order; a node belongs to the first that selects it. */
  | {
      readonly kind: 'groups'
      readonly groups: readonly { readonly group: GroupKey; readonly selector: NodeGroupSelector }[]
    }
  | {
      readonly kind: 'publish'
      readonly group: GroupKey
      readonly lane: string
      readonly generation: number
      /** The generation that `types` is relative to; absent: `types` is the whole. */
      readonly base?: number
      readonly types: Readonly<Record<string, TypeUpdate>>
    }
  /** Every node in scope ACKed this generation: what a reconnecting proxy reports of it is believed (rule 18). */
  | { readonly kind: 'closed'; readonly group: GroupKey; readonly lane: string; readonly generation: number }
  /**
   * Whether what is known of the group may be older than what its proxies hold (a damaged store): then a proxy that reports
   * anything but the newest generation is held, and keeps what it has. Said before the group's generations.
   */
  | { readonly kind: 'guard'; readonly group: GroupKey; readonly on: boolean }
  /**
   * A node with an open NACK, durable before this is said. Its next responses of `type` are forced resends of the last good
   * content, version suffix `~<resend>`; content of `parked` version is never sent to it again.
   */
  | {
      readonly kind: 'doubt'
      readonly node: string
      readonly type: string
      readonly resend: number
      readonly parked: string
      readonly good: number | undefined
    }
  /** The doubt about this node and type is over. */
  | { readonly kind: 'trust'; readonly node: string; readonly type: string }
  /** The state is loaded: streams that were held are served from now on. */
  | { readonly kind: 'ready' }
  /** End the streams of this node (or all) so that it comes back. */
  | { readonly kind: 'kick'; readonly node?: string }

/** A node as it presented itself in the first request of its stream. */
export interface NodeIdentity {
  readonly id: string
  readonly cluster: string
  /** String values of the top level of node.metadata. */
  readonly metadata: Readonly<Record<string, string>>
  readonly locality: { readonly region: string; readonly zone: string; readonly subZone: string }
  /** `envoy 1.40.0`, `gRPC Go 1.85`; free text of the client. */
  readonly agent: string
}

/** Streamers → decider. Times are milliseconds of the streamer's wall clock, for people. */
export type FromStreams =
  | {
      readonly kind: 'opened'
      readonly stream: string
      readonly node: NodeIdentity
      readonly variant: 'sotw' | 'delta'
      readonly peer: string
      readonly at: number
    }
  /** The group that the node of a stream belongs to now; undefined: it matches none and is held. Said at opening and whenever it changes. */
  | {
      readonly kind: 'placed'
      readonly stream: string
      readonly node: string
      readonly group: GroupKey | undefined
    }
  /** The stream first asked for this type. */
  | {
      readonly kind: 'subscribed'
      readonly stream: string
      readonly node: string
      readonly type: string
      readonly wildcard: boolean
    }
  | {
      readonly kind: 'sent'
      readonly stream: string
      readonly node: string
      readonly type: string
      readonly generation: number
      readonly resources: number
      readonly bytes: number
    }
  /**
   * The stream's proxy holds this generation of the type (ACKed, or nothing had to be sent). `acked` tells whether a response
   * was ACKed for it. `unwarmed`: EDS names of clusters sent on this stream whose endpoints were not ACKed since (capped).
   */
  | {
      readonly kind: 'holds'
      readonly stream: string
      readonly node: string
      readonly group: GroupKey
      readonly type: string
      readonly generation: number
      readonly acked: boolean
      readonly unwarmed: readonly string[]
      readonly at: number
    }
  | {
      readonly kind: 'nacked'
      readonly stream: string
      readonly node: string
      readonly group: GroupKey
      readonly type: string
      readonly generation: number
      /** The version refused. */
      readonly version: string
      /** Generation of the type that this stream ACKed last, or came with, if any: what is good. */
      readonly good: number | undefined
      /** Names in the refused response that changed since the last ACK, capped. */
      readonly changed: readonly string[]
      /** Envoy's text, capped, stripped of secrets. */
      readonly detail: string
      readonly at: number
    }
  /** A forced resend of the type was ACKed: the repair is verified. */
  | {
      readonly kind: 'repaired'
      readonly stream: string
      readonly node: string
      readonly type: string
      readonly generation: number
    }
  | {
      readonly kind: 'closed'
      readonly stream: string
      readonly node: string | undefined
      readonly reason: string
      readonly at: number
    }
  /** A publish did not fit what this streamer holds: send the group whole. */
  | { readonly kind: 'resync'; readonly group: GroupKey; readonly have: number | undefined }

/** The decider's end. */
export interface DeciderEnd {
  send(message: ToStreams): void
  /** One listener; called in order. */
  receive(listener: (message: FromStreams) => void): void
}
/** The streamers' end. */
export interface StreamerEnd {
  send(message: FromStreams): void
  receive(listener: (message: ToStreams) => void): void
}

// The words of a stream's machine: what happens to it, what it wants done, and what it may look at.
import type { FromStreams, NodeIdentity } from '../channel/index.ts'
import type { Node } from '../envoy-api/index.ts'
import type { GroupKey } from '../model/index.ts'
import type { Content, Generation, Resource } from './content.ts'
import type { Follow, Part, Report } from './follow.ts'
import type { NodeRecord } from './nodes.ts'
import type { Asked } from './subscription.ts'
import type { World } from './world.ts'

export type VariantName = 'sotw' | 'delta'

/** A request of either variant; what the other variant has is empty. */
export interface Request {
  readonly node: Node | undefined
  readonly typeUrl: string
  readonly nonce: string
  /** Text of a refusal (rule 5: a NACK is a request with one, nothing else). */
  readonly refusal: string | undefined
  /** SotW: last version accepted. */
  readonly version: string
  /** SotW: all names wanted. */
  readonly names: readonly string[]
  readonly subscribe: readonly string[]
  readonly unsubscribe: readonly string[]
  readonly versions: ReadonlyMap<string, string>
}

/** Both clocks, in milliseconds. */
export interface Now {
  readonly mono: number
  readonly wall: number
}

export type StreamEvent =
  | { readonly kind: 'request'; readonly request: Request }
  /** Generations, groups, doubts or readiness changed: the stream works from the state, not from what changed. */
  | { readonly kind: 'changed' }
  /** The socket took a response. */
  | { readonly kind: 'written'; readonly nonce: string }
  | { readonly kind: 'tick' }
  /** End it from our side. */
  | { readonly kind: 'end'; readonly status: CloseStatus; readonly reason: string }
  /** It ended from the other side. */
  | { readonly kind: 'ended'; readonly reason: string }

export type CloseStatus = 'ok' | 'invalidArgument' | 'resourceExhausted' | 'unavailable' | 'deadlineExceeded'

/** Carried out in this order. */
export type Effect =
  | { readonly kind: 'observe'; readonly message: FromStreams }
  | ({
      readonly kind: 'send'
      readonly type: string
      readonly nonce: string
      readonly group: GroupKey
      /** What was put beyond the generation's content. */
      readonly lingering: Follow['lingering']
    } & Pick<Part, 'put' | 'removed' | 'version' | 'resend' | 'generation'>)
  /** Call `tick` at this time (monotonic); replaces the one before. */
  | { readonly kind: 'timer'; readonly at: number }
  /** A version that this node refused. */
  | { readonly kind: 'park'; readonly type: string; readonly version: string }
  | { readonly kind: 'close'; readonly status: CloseStatus; readonly reason: string }
  /** For the log. */
  | { readonly kind: 'note'; readonly event: string; readonly detail: string }

/** Bounds that tests make small; by default those of limits.ts. */
export interface StreamLimits {
  readonly writeDeadlineMs: number
  readonly firstRequestMs: number
  readonly orderDeadlineMs: number
  readonly clustersFirstMs: number
  readonly refusalDeadlineMs: number
  readonly deltaResponseBytes: number
  readonly pendingPerType: number
}

/** Why a secret is not sent: the key would be read along the way, or there are no bytes of it. */
export type WithheldBecause = 'plaintext' | 'bodiless'

/** What a stream may look at; not changed by it. */
export interface Context {
  readonly world: World
  /** The record of a node, made when there is none. */
  readonly nodeOf: (id: string) => NodeRecord
  readonly limits: StreamLimits
  /** Whether another response may be handed to a socket now. */
  readonly hasRoom: () => boolean
}

/** One stream. `step` owns it: a state handed in is spent. */
export interface StreamState {
  readonly id: string
  readonly variant: VariantName
  readonly peer: string
  readonly openedAt: number
  /** Nobody on the way can read it: private keys may be sent. */
  readonly mayHaveKeys: boolean
  phase: 'fresh' | 'open' | 'closed'
  /** Frozen with the first request (rule 1). */
  node: NodeIdentity | undefined
  group: GroupKey | undefined
  /** Its place was said. */
  placed: boolean
  /** It may hold something newer than what is known of its guarded group: it is sent nothing. */
  ahead: boolean
  readonly follows: Map<string, Follow>
  /** EDS names of clusters sent on this stream whose endpoints were not ACKed since → sequence of the cluster's sending. */
  readonly unwarmed: Map<string, number>
  /** Counts changes of `unwarmed`. */
  warmth: number
  sequence: number
  timerAt: number | undefined
  /** Something was due and found no room: it is looked at again when there is some. */
  crowded: boolean
  /** Unknown types were noted. */
  readonly strangeTypes: Set<string>
  /** Secrets that are withheld, each noted when it first was, and why. */
  readonly withheld: Map<string, WithheldBecause>
}

/** What a type of a stream is to come to. */
export interface Goal {
  readonly generation: Generation
  readonly content: Content
}

/** What differs between SotW and delta; the rest of the machine is shared. */
export interface Variant {
  /** Names in a request, for the bounds. */
  readonly namesOf: (request: Request) => readonly string[]
  /** What a first request says that the proxy holds. */
  readonly reportOf: (request: Request) => Report
  /** Whether the names of a request that is not the first count (rules 3 and 4). */
  readonly counts: (follow: Follow, request: Request) => boolean
  /** Takes the names in; gives what was newly asked. */
  readonly subscribe: (follow: Follow, request: Request, first: boolean) => Asked
  /** Looks at the report of a new stream: sets what the proxy is believed to hold (rule 18). */
  readonly believe: (follow: Follow, report: Report, goal: Goal, world: World, node: NodeRecord) => void
  /** What a response would have to bring now. */
  readonly plan: (stream: StreamState, follow: Follow, goal: Goal, context: Context, now: Now) => Plan
  /** Cuts a response into parts that a client can take (rule 37). */
  readonly split: (put: readonly Resource[], limits: StreamLimits) => readonly (readonly Resource[])[]
}

/** A response that is due: what to put and remove, and what the proxy holds when it took it. */
export interface Plan {
  readonly put: readonly Resource[]
  readonly removed: readonly string[]
  readonly lingering: Follow['lingering']
  /** Whether something has to be sent. */
  readonly due: boolean
}

// What is known of the fleet, as one value. `step` owns it: a state that was handed to `step` is spent, because the
// maps inside are changed in place (a fleet of 20,000 nodes is not copied for every ACK).
import { limits } from '../base/index.ts'
import type { NodeIdentity } from '../channel/index.ts'
import type { GroupKey } from '../model/index.ts'

/** One moment on two clocks, both in milliseconds. */
export interface Now {
  /** Since the epoch; for people and for what outlives the process. */
  readonly wall: number
  /** Monotonic; for every duration inside the process. */
  readonly mono: number
}

/** Durations in milliseconds. */
export interface FleetSettings {
  /** Absent for longer: out of reach, excused from barriers, counted as such. */
  readonly goneMs: number
  /** After our start, nodes known from before get this long to come back. */
  readonly settleMs: number
  /** A stream may take this long from one first (opened, placed, a type asked or held) to the next before it is judged as it is. */
  readonly subscribeGraceMs: number
  /** The same where its node asked for the type on an earlier stream. */
  readonly askAgainMs: number
  /** How often the time a node was last seen is written down. */
  readonly seenRefreshMs: number
}

export const defaultFleetSettings: FleetSettings = {
  goneMs: limits.goneMs,
  settleMs: limits.settleMs,
  subscribeGraceMs: limits.subscribeGraceMs,
  askAgainMs: limits.askAgainMs,
  seenRefreshMs: limits.seenRefreshMs,
}

/** How one stream stands with one type. */
export interface Subscription {
  readonly wildcard: boolean
  readonly sent?: number
  readonly holds?: number
  readonly nack?: {
    readonly generation: number
    readonly version: string
    readonly detail: string
    readonly at: number
  }
}

export interface StreamState {
  readonly id: string
  readonly node: string
  readonly variant: 'sotw' | 'delta'
  readonly peer: string
  /** Where this stream was placed; undefined: its node matches no group, and the stream is held. */
  group: GroupKey | undefined
  /** Wall clock. */
  readonly since: number
  /** Monotonic. */
  readonly openedAt: number
  /** Monotonic: when it last did something for the first time (opened, placed, asked for a type, held one). */
  stirredAt: number
  /** Clusters sent on this stream whose endpoints it has not ACKed; capped by the stream. */
  unwarmed: readonly string[]
  readonly types: Map<string, Subscription>
}

/**
 * Where a node is: on streams, or away since a moment (monotonic) and out of reach from another on. `beforeMs`: how long it was out
 * of reach already before that moment, by what is on record.
 */
export type Presence =
  | { readonly kind: 'connected' }
  | { readonly kind: 'away'; readonly since: number; readonly goneAt: number; readonly beforeMs: number }

/**
 * A refusal that is not over: not repaired, or repaired by what was before, while the refused content is still the newest.
 * Durable (see records.ts).
 */
export interface Refusal {
  readonly node: string
  /** The generations below are this group's: the store keeps them while the refusal stands. */
  readonly group: GroupKey
  readonly type: string
  /** Number of the forced resend that answers it; unique per node, never used twice. */
  readonly resend: number
  /** Version that is never sent to this node again. */
  readonly parked: string
  readonly generation: number
  readonly good?: number
  readonly detail: string
  /** The proxy holds its last good set again. What is parked stays parked. */
  readonly repaired?: true
  /** Refusals in a row without a repair between them. */
  readonly times: number
  /** Ids of the pushes that it counts against; known where it is written down, so that a new process takes them back too. */
  readonly pushes?: readonly string[]
  readonly at: number
}

export interface NodeState {
  readonly id: string
  identity: NodeIdentity
  group: GroupKey | undefined
  presence: Presence
  readonly streams: Set<string>
  /** What a barrier waits for it to ask for again when it is back (see asks.ts). Durable. */
  readonly asks: Set<string>
  /** Wall clock of the last sign of life; streams that are open count as now. */
  lastSeen: number
  /** Wall clock of the `lastSeen` on record. */
  seenOnRecord: number
  /** Highest forced resend ever given to this node. */
  resends: number
  /** Open refusals by type URL. */
  readonly refusals: Map<string, Refusal>
  /** Highest generation sent of any type since our start; undefined: it was known before our start and is not back yet. */
  sent: number | undefined
  /** Generation whose routes it held when its last stream ended: what an absent node is known to have left behind. */
  routesHeld: number | undefined
}

export interface GroupState {
  readonly group: GroupKey
  expectedSize: number | undefined
  expectWithinMs: number
  /** Monotonic: from when on expected nodes that never came are out of reach. */
  unknownGoneAt: number
  readonly members: Set<string>
}

export interface FleetState {
  readonly settings: FleetSettings
  /** Monotonic. */
  readonly startedAt: number
  readonly groups: Map<GroupKey, GroupState>
  readonly nodes: Map<string, NodeState>
  readonly streams: Map<string, StreamState>
  /** Monotonic; the next look for nodes that left the inventory. */
  nextSweep: number
}

/** Size and patience of a group, from its NodeGroup. */
export interface GroupExpectation {
  readonly group: GroupKey
  readonly size: number | undefined
  readonly withinMs: number
}

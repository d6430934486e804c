// What a webhook is, and what becomes of what it is told.
import type { EventFilter } from '../events/index.ts'

/** One target of events, as it was configured. Times in ms. */
export interface WebhookTarget {
  readonly name: string
  readonly url: string
  readonly format: 'json' | 'slack'
  readonly filter: EventFilter
  /** Absolute paths. The secret is read for every delivery: it may be changed under us. */
  readonly secretFile?: string
  readonly caFile?: string
  /** May hold credentials: never logged. */
  readonly headers: Readonly<Record<string, string>>
  /** Of one attempt, from the name's look-up to the answer. */
  readonly timeoutMs: number
  /** One event is tried for so long and so often at most. */
  readonly retryForMs: number
  readonly attempts: number
}

/** One event on its way to one target. */
export interface Delivery {
  /** The same at every attempt: receivers tell by it what they have already. */
  readonly id: string
  readonly event: string
  readonly body: string
}

/** How an attempt ended. */
export type Outcome =
  | { readonly kind: 'taken' }
  /** It will not be otherwise next time. */
  | { readonly kind: 'refused'; readonly why: string }
  /** `afterMs`: the receiver asked for so much patience. */
  | { readonly kind: 'failed'; readonly why: string; readonly afterMs?: number }

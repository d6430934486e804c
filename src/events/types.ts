// An event as it is kept, and what somebody who watches is told.
import type { Attributes, EventReference } from './about.ts'
import type { EventFilter } from './filter.ts'
import type { EventInput, EventName } from './table.ts'

export interface EventEntry {
  /** Counts up within an epoch, from 1. One that happened again has a new id; the old one is gone with it. */
  readonly id: number
  /** When it happened (last). Milliseconds since the epoch of the wall clock; for people. */
  readonly at: number
  readonly firstAt: number
  /** How often it happened. */
  readonly count: number
  readonly name: EventName
  readonly attributes: Attributes
  readonly about: readonly EventReference[]
  readonly message: string
}

/** Events are missing before `next`. */
export interface Gap {
  readonly asked: number
  readonly next: number
  readonly reason: 'too old' | 'another epoch' | 'too slow'
}
export type EventItem =
  | { readonly kind: 'event'; readonly event: EventEntry }
  | { readonly kind: 'gap'; readonly gap: Gap }

/** Where a watcher starts: an id (0: the oldest kept), or `now`. `epoch` is that of the ids it saw. */
export type EventStart =
  | { readonly kind: 'now' }
  | { readonly kind: 'id'; readonly id: number; readonly epoch: string | undefined }

export interface Events {
  /** Differs between two runs of the server, so that ids of another run are noticed. */
  readonly epoch: string
  emit(event: EventInput): void
  /** Kept events from `start` on, then new ones until the signal aborts. A gap is said where one is. */
  watch(start: EventStart, signal: AbortSignal, filter?: EventFilter): AsyncIterable<EventItem>
  /** Newest first, below the id `before` where it is given. */
  list(options: {
    readonly filter?: EventFilter
    readonly before?: number
    readonly limit: number
  }): EventList
  /** Tells watchers of events that were repeated and not told yet; to be called now and then. */
  tellRepeated(): void
}

export interface EventList {
  readonly events: readonly EventEntry[]
  /** Whether there are more below the last. */
  readonly more: boolean
  /** Newest id that was given; 0: none. Events from the next one on have not been listed. */
  readonly newest: number
  /** All events from this id on are kept. */
  readonly oldest: number
}

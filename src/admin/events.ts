// What happens, kept for a while: a ring with ids that watchers resume from. Whoever composes the program wires
// delivery, fleet and streams to `emit`.
import { type Json, limits } from '../base/index.ts'

/** Something that happened. Names are few and snake_case; attributes are small. */
export interface EventInput {
  readonly name: string
  readonly attributes: Readonly<Record<string, Json>>
}
export interface EventEntry extends EventInput {
  /** Counts up by one within an epoch, from 1. */
  readonly id: number
  /** Milliseconds since the epoch of the wall clock; for people. */
  readonly at: number
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
  watch(start: EventStart, signal: AbortSignal): AsyncIterable<EventItem>
}

/** A ring of the newest `limit` events. `now` gives milliseconds of the wall clock. */
export function createEvents(options: {
  readonly epoch: string
  readonly now: () => number
  readonly limit?: number
}): Events {
  const limit = options.limit ?? limits.eventsKept
  const kept: EventEntry[] = []
  let newest = 0
  const waiting = new Set<() => void>()

  const oldest = (): number => Math.max(1, newest - limit + 1)
  /** The slot of an id: ids start at 1 and the ring turns. */
  const at = (id: number): EventEntry | undefined => kept[(id - 1) % limit]

  async function* watch(start: EventStart, signal: AbortSignal): AsyncGenerator<EventItem> {
    let next = start.kind === 'now' ? newest + 1 : Math.max(1, start.id)
    if (
      start.kind === 'id' &&
      start.epoch !== undefined &&
      start.epoch !== '' &&
      start.epoch !== options.epoch
    ) {
      yield gap(next, oldest(), 'another epoch')
      next = oldest()
    } else if (next > newest + 1) {
      yield gap(next, newest + 1, 'another epoch')
      next = newest + 1
    } else if (next < oldest()) {
      // From 0 on means "what is there": nothing is missing that was asked for.
      if (start.kind === 'id' && start.id > 0) yield gap(next, oldest(), 'too old')
      next = oldest()
    }
    while (!signal.aborted) {
      if (next < oldest()) {
        // The watcher reads slower than things happen.
        yield gap(next, oldest(), 'too slow')
        next = oldest()
      }
      const event = next <= newest ? at(next) : undefined
      if (event === undefined) {
        await somethingNew(signal)
      } else {
        next += 1
        yield { kind: 'event', event }
      }
    }
  }

  const somethingNew = (signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      const wake = (): void => {
        waiting.delete(wake)
        signal.removeEventListener('abort', wake)
        resolve()
      }
      waiting.add(wake)
      signal.addEventListener('abort', wake)
    })

  return {
    epoch: options.epoch,
    emit: (event) => {
      newest += 1
      kept[(newest - 1) % limit] = { ...event, id: newest, at: options.now() }
      for (const wake of [...waiting]) wake()
    },
    watch,
  }
}

const gap = (asked: number, next: number, reason: Gap['reason']): EventItem => ({
  kind: 'gap',
  gap: { asked, next, reason },
})

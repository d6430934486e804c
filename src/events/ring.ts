// What happens, kept for a while: the newest events with ids that watchers resume from, bounded in number and bytes. Repeated
// ones are folded (fold.ts): such an event is told anew, under a new id and with its count, every ten seconds at most.
// Nothing of it is stored: what has to outlive the process (revisions, pushes, refusals) is in the store already.
import { limits } from '../base/index.ts'
import { type Attributes, aboutOf, messageOf, rowOf } from './about.ts'
import { type EventFilter, matches } from './filter.ts'
import { createFolds, type FoldKey } from './fold.ts'
import type { EventInput, EventName } from './table.ts'
import type { EventEntry, EventItem, EventStart, Events, Gap } from './types.ts'

interface Kept {
  entry: EventEntry
  bytes: number
  /** Of a fold; undefined: it stays alone. */
  readonly key: string | undefined
  /** Monotonic ms: when it was told under this id, and when it happened last. */
  readonly toldAt: number
  last: number
  /** It happened again since it was told. */
  isRepeated: boolean
}

/** `now`: ms of the wall clock; `mono`: of a clock that does not jump (default: the same). */
export function createEvents(options: {
  readonly epoch: string
  readonly now: () => number
  readonly mono?: () => number
  readonly limit?: number
  readonly bytes?: number
}): Events {
  const { now, mono = now, limit = limits.eventsKept, bytes: most = limits.eventBytes } = options
  const folds = createFolds()
  /** By id, which goes up. */
  const kept = new Map<number, Kept>()
  const folded = new Map<string, number>()
  let newest = 0
  /** All from here on are kept, or were told again later. */
  let oldest = 1
  let bytes = 0
  const waiting = new Set<() => void>()

  const remove = (id: number): void => {
    const found = kept.get(id)
    if (found === undefined) return
    kept.delete(id)
    bytes -= found.bytes
    if (found.key !== undefined && folded.get(found.key) === id) folded.delete(found.key)
  }
  const add = (event: Omit<EventEntry, 'id'>, key: string | undefined, at: number): void => {
    newest += 1
    const size = sizeOf(event)
    kept.set(newest, {
      ...{ entry: { ...event, id: newest }, bytes: size, key, toldAt: at, last: at, isRepeated: false },
    })
    if (key !== undefined) folded.set(key, newest)
    bytes += size
    for (const id of kept.keys()) {
      if ((kept.size <= limit && bytes <= most) || id === newest) break
      remove(id)
      oldest = id + 1
    }
    for (const wake of [...waiting]) wake()
  }
  /** Under a new id: whoever watches is told of it again. */
  const tellAgain = (id: number, { entry, key }: Kept, at: number): void => {
    const { id: _, ...event } = entry
    remove(id)
    add(event, key, at)
  }

  const emit = ({ name, attributes }: EventInput): void => {
    const at = mono()
    const known = (key: string): boolean => {
      const found = kept.get(folded.get(key) ?? 0)
      return found !== undefined && at - found.last < limits.eventFoldMs
    }
    const key = folds.keyFor(name, attributes, at, known)
    const event = eventOf(name, attributes, key, now())
    const id = key === undefined || !known(key.text) ? undefined : folded.get(key.text)
    const before = id === undefined ? undefined : kept.get(id)
    if (id === undefined || before === undefined) {
      add(event, key?.text, at)
      return
    }
    const { firstAt, count } = before.entry
    before.entry = { ...event, firstAt, count: count + 1, id }
    before.last = at
    before.isRepeated = true
    bytes -= before.bytes
    before.bytes = sizeOf(event)
    bytes += before.bytes
    if (at - before.toldAt >= limits.eventTellMs) tellAgain(id, before, at)
  }

  async function* watch(
    start: EventStart,
    signal: AbortSignal,
    filter: EventFilter = {},
  ): AsyncGenerator<EventItem> {
    let next = start.kind === 'now' ? newest + 1 : Math.max(1, start.id)
    const { epoch } = start.kind === 'id' ? start : { epoch: undefined }
    if (epoch !== undefined && epoch !== '' && epoch !== options.epoch) {
      yield gap(next, oldest, 'another epoch')
      next = oldest
    } else if (next > newest + 1) {
      yield gap(next, newest + 1, 'another epoch')
      next = newest + 1
    } else if (next < oldest) {
      // From 0 on means "what is there": nothing is missing that was asked for.
      if (start.kind === 'id' && start.id > 0) yield gap(next, oldest, 'too old')
      next = oldest
    }
    while (!signal.aborted) {
      if (next < oldest) {
        // The watcher reads slower than things happen.
        yield gap(next, oldest, 'too slow')
        next = oldest
      }
      if (next > newest) {
        await somethingNew(signal)
        continue
      }
      const event = kept.get(next)?.entry
      next += 1
      if (event !== undefined && matches(event, filter)) yield { kind: 'event', event }
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
    emit,
    watch,
    list: ({ filter = {}, before = Number.POSITIVE_INFINITY, limit: wanted }) => {
      const found: EventEntry[] = []
      for (const { entry } of [...kept.values()].reverse()) {
        if (entry.id >= before || !matches(entry, filter)) continue
        if (found.length === wanted) return { events: found, more: true, newest, oldest }
        found.push(entry)
      }
      return { events: found, more: false, newest, oldest }
    },
    tellRepeated: () => {
      const at = mono()
      folds.sweep(at)
      for (const [id, each] of [...kept])
        if (each.isRepeated && at - each.toldAt >= limits.eventTellMs) tellAgain(id, each, at)
    },
  }
}

/** An event that stands for many different ones is about what they have in common. */
function eventOf(
  name: EventName,
  attributes: Attributes,
  key: FoldKey | undefined,
  at: number,
): Omit<EventEntry, 'id'> {
  const message = messageOf(name, attributes)
  const shared = rowOf(name).fold?.crowd ?? []
  const about =
    key?.isCrowd === true
      ? Object.fromEntries(Object.entries(attributes).filter(([each]) => shared.includes(each)))
      : attributes
  return {
    ...{ at, firstAt: at, count: 1, name, attributes, about: aboutOf(name, about) },
    message: key?.isCrowd === true ? `${message} (and others)` : message,
  }
}

/** About what it takes in memory. */
const sizeOf = ({ attributes, message }: Omit<EventEntry, 'id'>): number =>
  2 * JSON.stringify(attributes).length + message.length + eventOverheadBytes
const eventOverheadBytes = 512

const gap = (asked: number, next: number, reason: Gap['reason']): EventItem => ({
  kind: 'gap',
  gap: { asked, next, reason },
})

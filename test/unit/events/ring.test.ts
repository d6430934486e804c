// Events: numbered, kept for a while, folded where they would flood, resumable; what is missing is said.
import { describe, expect, it } from 'vitest'
import { limits } from '../../../src/base/index.ts'
import {
  createEvents,
  type EventFilter,
  type EventInput,
  type EventItem,
  type EventStart,
  type Events,
} from '../../../src/events/index.ts'

const stored = (group = 'default/edge'): EventInput => ({
  name: 'stored_generation_served',
  attributes: { group, generation: 9, content: 4, actor: 'lena', resting: [] },
})
const nack = (node: string, generation = 7): EventInput => ({
  name: 'nack',
  attributes: {
    ...{ node, group: 'default/edge', generation, detail: 'bad regex' },
    ...{
      type: 'type.googleapis.com/envoy.config.route.v3.RouteConfiguration',
      typeName: 'RouteConfiguration',
    },
  },
})

/** A ring and a clock that stands still until it is moved. */
function ring(limit = 10, bytes?: number) {
  const clock = { now: 1_000 }
  const events = createEvents({
    ...{ epoch: 'one', now: () => clock.now, limit },
    ...(bytes === undefined ? {} : { bytes }),
  })
  return Object.assign(clock, { events })
}
const filled = (limit: number, count: number): Events => {
  const { events } = ring(limit)
  for (let index = 1; index <= count; index += 1) events.emit(stored())
  return events
}
/** What a watcher sees of what is there already: ids, and gaps as text. */
const seen = async (
  events: Events,
  start: EventStart,
  filter?: EventFilter,
): Promise<(number | string)[]> => {
  const stop = new AbortController()
  const items: (number | string)[] = []
  const watching = (async () => {
    for await (const item of events.watch(start, stop.signal, filter)) items.push(word(item))
  })()
  await new Promise((resolve) => setImmediate(resolve))
  stop.abort()
  await watching
  return items
}
const word = (item: EventItem): number | string =>
  item.kind === 'event' ? item.event.id : `${item.gap.reason}: ${item.gap.asked} → ${item.gap.next}`
const from = (id: number, epoch?: string): EventStart => ({ kind: 'id', id, epoch })
const idsOf = (events: Events, filter: EventFilter = {}): readonly number[] =>
  events.list({ filter, limit: 100 }).events.map(({ id }) => id)

describe('events', () => {
  it('are numbered from 1 without holes', async () => {
    expect(await seen(filled(10, 3), from(0))).toEqual([1, 2, 3])
  })

  it('are resumed from an id, without loss and without repeats', async () => {
    expect(await seen(filled(10, 5), from(4, 'one'))).toEqual([4, 5])
    expect(await seen(filled(10, 5), from(6, 'one'))).toEqual([])
  })

  it('that are too old are not made up: the gap is said, then comes the oldest that is kept', async () => {
    expect(await seen(filled(3, 10), from(2, 'one'))).toEqual(['too old: 2 → 8', 8, 9, 10])
  })

  it('from 0 on are what is kept, which is no gap', async () => {
    expect(await seen(filled(3, 10), from(0))).toEqual([8, 9, 10])
  })

  it('of another run of the server are noticed, by epoch and by an id from the future', async () => {
    expect(await seen(filled(10, 2), from(7, 'zero'))).toEqual(['another epoch: 7 → 1', 1, 2])
    expect(await seen(filled(10, 2), from(7))).toEqual(['another epoch: 7 → 3'])
  })

  it('from now on are only new ones', async () => {
    const events = filled(10, 2)
    const stop = new AbortController()
    const watcher = events.watch({ kind: 'now' }, stop.signal)[Symbol.asyncIterator]()
    const next = watcher.next()
    events.emit(stored())
    expect((await next).value).toMatchObject({
      kind: 'event',
      event: { id: 3, at: 1_000, firstAt: 1_000, count: 1, name: 'stored_generation_served' },
    })
    stop.abort()
  })

  it('that come faster than a watcher reads are skipped, and that is said', async () => {
    const events = filled(3, 1)
    const stop = new AbortController()
    const watcher = events.watch(from(1), stop.signal)[Symbol.asyncIterator]()
    expect(word((await watcher.next()).value)).toBe(1)
    for (let index = 0; index < 10; index += 1) events.emit(stored())
    expect(word((await watcher.next()).value)).toBe('too slow: 2 → 9')
    expect(word((await watcher.next()).value)).toBe(9)
    stop.abort()
  })

  it('hold at most so many bytes: the oldest go, and a watcher that wanted them is told', async () => {
    const { events } = ring(1_000, 8_000)
    for (let index = 0; index < 50; index += 1) events.emit(nack(`edge-${index}`))
    const { oldest } = events.list({ limit: 1 })
    expect(oldest).toBeGreaterThan(40)
    expect(await seen(events, from(1, 'one'))).toEqual([
      `too old: 1 → ${oldest}`,
      ...Array.from({ length: 51 - oldest }, (_, index) => oldest + index),
    ])
  })
})

describe('a repeated event', () => {
  it('counts up the one before instead of being one more', () => {
    const at = ring()
    for (const now of [1_000, 2_000, 3_000]) {
      at.now = now
      at.events.emit(nack('edge-1'))
    }
    expect(at.events.list({ limit: 10 }).events).toMatchObject([
      { id: 1, count: 3, firstAt: 1_000, at: 3_000 },
    ])
  })

  it('is another one when it says something else, or comes ten minutes later', () => {
    const at = ring()
    at.events.emit(nack('edge-1'))
    at.events.emit(nack('edge-2'))
    at.events.emit(nack('edge-1', 8))
    at.now += limits.eventFoldMs
    at.events.emit(nack('edge-1'))
    expect(at.events.list({ limit: 10 }).events.map(({ count }) => count)).toEqual([1, 1, 1, 1])
  })

  it('is told to watchers again every ten seconds at most, with its count and a new id', async () => {
    const at = ring()
    const stop = new AbortController()
    const told: string[] = []
    const watching = (async () => {
      for await (const item of at.events.watch(from(0), stop.signal))
        if (item.kind === 'event') told.push(`${item.event.id}: ${item.event.count}`)
    })()
    for (let second = 0; second < 25; second += 1) {
      at.events.emit(nack('edge-1'))
      at.events.tellRepeated()
      await new Promise((resolve) => setImmediate(resolve))
      at.now += 1_000
    }
    expect(told).toEqual(['1: 1', '2: 11', '3: 21'])
    at.now += limits.eventTellMs
    at.events.tellRepeated()
    await new Promise((resolve) => setImmediate(resolve))
    expect(told.at(-1)).toBe('4: 25')
    expect(idsOf(at.events)).toEqual([4])
    stop.abort()
    await watching
  })

  it('leaves no gap behind: who resumes below it finds it above', async () => {
    const at = ring()
    at.events.emit(nack('edge-1'))
    at.events.emit(stored())
    at.now += limits.eventTellMs
    at.events.emit(nack('edge-1'))
    expect(await seen(at.events, from(1, 'one'))).toEqual([2, 3])
  })

  it('of a whole fleet at once is fifty events and one for all others, about the group and no proxy', () => {
    const at = ring(1_000)
    for (let index = 0; index < 10_000; index += 1) at.events.emit(nack(`edge-${index}`))
    const { events } = at.events.list({ limit: 1_000 })
    expect(events).toHaveLength(limits.eventCrowd + 1)
    expect(events[0]).toMatchObject({ count: 10_000 - limits.eventCrowd, about: [{ kind: 'group' }] })
    expect(events[0]?.message).toMatch(/\(and others\)$/)
    expect(events[1]).toMatchObject({ count: 1 })
  })
})

describe('a filter', () => {
  const about = (): Events => {
    const { events } = ring(100)
    events.emit(nack('edge-1'))
    events.emit({ name: 'node_placed', attributes: { node: 'edge-2', group: 'shop/inner' } })
    events.emit({
      name: 'push_started',
      attributes: {
        ...{ push: '4', revision: 12, verb: 'switch', actor: 'lena', objectCount: 1, groups: ['shop/inner'] },
        objects: ['shop/Traffic/checkout'],
      },
    })
    events.emit({ name: 'store_read_only', attributes: { cause: 'ENOSPC' } })
    return events
  }
  it.each([
    ['names', { names: new Set(['nack', 'node_placed']) }, [2, 1]],
    ['a severity', { severities: new Set(['Warning'] as const) }, [4, 1]],
    ['a namespace', { namespaces: new Set(['shop']) }, [3, 2]],
    ['an object', { objects: new Set(['shop/Traffic/checkout']) }, [3]],
    ['a proxy', { node: 'edge-2' }, [2]],
    ['a push', { push: '4' }, [3]],
    ['a group', { group: 'shop/inner' }, [3, 2]],
    ['a revision', { revision: 12 }, [3]],
    ['all at once', { group: 'shop/inner', names: new Set(['node_placed']) }, [2]],
    ['nothing', {}, [4, 3, 2, 1]],
  ])('takes those of %s', async (_, filter: EventFilter, ids) => {
    const events = about()
    expect(idsOf(events, filter)).toEqual(ids)
    expect(await seen(events, from(0), filter)).toEqual([...ids].reverse())
  })

  it('takes those since a moment, repeated ones by when they happened last', () => {
    const at = ring()
    at.events.emit(nack('edge-1'))
    at.events.emit(stored())
    at.now = 5_000
    at.events.emit(nack('edge-1'))
    expect(idsOf(at.events, { since: 4_000 })).toEqual([1])
  })
})

describe('a list', () => {
  it('comes a page at a time, newest first, and says whether there is more', () => {
    const events = filled(10, 5)
    const first = events.list({ limit: 2 })
    expect(first).toMatchObject({ more: true, newest: 5, oldest: 1, events: [{ id: 5 }, { id: 4 }] })
    expect(events.list({ limit: 3, before: 4 })).toMatchObject({
      more: false,
      events: [{ id: 3 }, { id: 2 }, { id: 1 }],
    })
  })
})

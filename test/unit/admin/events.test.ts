// Events: numbered, kept for a while, resumable; what is missing is said.
import { describe, expect, it } from 'vitest'
import { createEvents, type EventItem, type EventStart, type Events } from '../../../src/admin/index.ts'

const ring = (limit: number, count: number): Events => {
  const events = createEvents({ epoch: 'one', now: () => 5, limit })
  for (let index = 1; index <= count; index += 1) events.emit({ name: 'tick', attributes: { index } })
  return events
}
/** What a watcher sees of what is there already: ids, and gaps as text. */
const seen = async (events: Events, start: EventStart): Promise<(number | string)[]> => {
  const stop = new AbortController()
  const items: (number | string)[] = []
  const watching = (async () => {
    for await (const item of events.watch(start, stop.signal)) items.push(word(item))
  })()
  await new Promise((resolve) => setImmediate(resolve))
  stop.abort()
  await watching
  return items
}
const word = (item: EventItem): number | string =>
  item.kind === 'event' ? item.event.id : `${item.gap.reason}: ${item.gap.asked} → ${item.gap.next}`
const from = (id: number, epoch?: string): EventStart => ({ kind: 'id', id, epoch })

describe('events', () => {
  it('are numbered from 1 without holes', async () => {
    expect(await seen(ring(10, 3), from(0))).toEqual([1, 2, 3])
  })

  it('are resumed from an id, without loss and without repeats', async () => {
    expect(await seen(ring(10, 5), from(4, 'one'))).toEqual([4, 5])
    expect(await seen(ring(10, 5), from(6, 'one'))).toEqual([])
  })

  it('that are too old are not made up: the gap is said, then comes the oldest that is kept', async () => {
    expect(await seen(ring(3, 10), from(2, 'one'))).toEqual(['too old: 2 → 8', 8, 9, 10])
  })

  it('from 0 on are what is kept, which is no gap', async () => {
    expect(await seen(ring(3, 10), from(0))).toEqual([8, 9, 10])
  })

  it('of another run of the server are noticed, by epoch and by an id from the future', async () => {
    expect(await seen(ring(10, 2), from(7, 'zero'))).toEqual(['another epoch: 7 → 1', 1, 2])
    expect(await seen(ring(10, 2), from(7))).toEqual(['another epoch: 7 → 3'])
  })

  it('from now on are only new ones', async () => {
    const events = ring(10, 2)
    const stop = new AbortController()
    const watcher = events.watch({ kind: 'now' }, stop.signal)[Symbol.asyncIterator]()
    const next = watcher.next()
    events.emit({ name: 'tick', attributes: {} })
    expect((await next).value).toEqual({
      kind: 'event',
      event: { id: 3, at: 5, name: 'tick', attributes: {} },
    })
    stop.abort()
  })

  it('that come faster than a watcher reads are skipped, and that is said', async () => {
    const events = ring(3, 1)
    const stop = new AbortController()
    const watcher = events.watch(from(1), stop.signal)[Symbol.asyncIterator]()
    expect(word((await watcher.next()).value)).toBe(1)
    for (let index = 0; index < 10; index += 1) events.emit({ name: 'tick', attributes: {} })
    expect(word((await watcher.next()).value)).toBe('too slow: 2 → 9')
    expect(word((await watcher.next()).value)).toBe(9)
    stop.abort()
  })
})

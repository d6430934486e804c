// Readers that are slow, stuck or silent, and many at once, without a socket: what is kept for them, who waits, who is cut.
import { describe, expect, it } from 'vitest'
import { createUnsent, handed, hasRoom, slowest, taken } from '../../../src/xds/unsent.ts'
import { createRig } from './support/rig.ts'

const body = 'x'.repeat(1_000)
const world = { cds: { a: `1${body}`, b: 'static' }, eds: { a: '1' }, lds: {}, rds: {} }
const variants = ['sotw', 'delta'] as const

describe('room at the sockets', () => {
  it('is taken by what is handed over, and given back by what is taken', () => {
    const unsent = createUnsent({ unsentBytes: 100, slowBytes: 1_000, slowAfterMs: 50 })
    handed(unsent, 's1', 'n1', 60, 0)
    expect(hasRoom(unsent, 0)).toBe(true)
    handed(unsent, 's2', 'n2', 60, 0)
    expect(hasRoom(unsent, 0)).toBe(false)
    taken(unsent, 'n1')
    expect(hasRoom(unsent, 0)).toBe(true)
    taken(unsent, 'n1')
    taken(unsent, 'n2')
    expect([unsent.quickBytes, unsent.slowBytes]).toEqual([0, 0])
  })

  it('is not kept from others by what waits for long; of that, the oldest goes when it is too much', () => {
    const unsent = createUnsent({ unsentBytes: 100, slowBytes: 150, slowAfterMs: 50 })
    handed(unsent, 's1', 'n1', 100, 0)
    handed(unsent, 's2', 'n2', 100, 20)
    expect(hasRoom(unsent, 49)).toBe(false)
    expect(hasRoom(unsent, 69)).toBe(false)
    expect(hasRoom(unsent, 70)).toBe(true)
    expect(slowest(unsent, 70)).toBe('s1')
    taken(unsent, 'n1')
    expect(slowest(unsent, 70)).toBeUndefined()
    taken(unsent, 'n2')
    expect([unsent.quickBytes, unsent.slowBytes]).toEqual([0, 0])
  })
})

describe.each(variants)('many at once (%s)', (variant) => {
  it('rule 38: are let in one after another as sockets take what they are given, none is left out, and bytes have a bound', () => {
    const rig = createRig({ limits: { unsentBytes: 4_000 } })
    rig.publish(1, world)
    const clients = Array.from({ length: 40 }, (_, index) => {
      const client = rig.client(variant, { node: `edge-${index}` })
      client.block()
      client.send('cds')
      return client
    })
    const { unsentBytes, crowded } = rig.hub.stats()
    expect(unsentBytes).toBeLessThan(4_000 + 1_500)
    expect(crowded).toBe(clients.filter(({ nonces }) => nonces.length === 0).length)
    expect(crowded).toBeGreaterThan(30)
    for (const client of clients) {
      client.unblock()
      expect(rig.hub.stats().unsentBytes).toBeLessThan(4_000 + 1_500)
    }
    expect(clients.map(({ nonces }) => nonces.length)).toEqual(clients.map(() => 1))
    expect(rig.hub.stats()).toMatchObject({ unsentBytes: 0, crowded: 0, bodiesEncoded: 1 })
  })

  it('rule 38: do not wait for readers that stall: those stop counting', () => {
    const rig = createRig({ limits: { unsentBytes: 2_000, slowAfterMs: 300 } })
    rig.publish(1, world)
    const stalled = Array.from({ length: 3 }, (_, index) => {
      const client = rig.client(variant, { node: `stalled-${index}` })
      client.block()
      client.send('cds')
      return client
    })
    const good = rig.client(variant, { node: 'good' })
    good.send('cds')
    expect(good.got()).toEqual([])
    rig.pass(299)
    expect(good.got()).toEqual([])
    rig.pass(1)
    expect(good.got()).toHaveLength(1)
    expect(rig.hub.stats()).toMatchObject({ crowded: 0 })
    // What waited for room is the newest by then.
    rig.publish(2, { ...world, cds: { ...world.cds, a: `2${body}` } }, { base: true })
    expect(good.got()).toHaveLength(1)
    for (const client of stalled) client.leave()
    expect(rig.hub.stats()).toMatchObject({ unsentBytes: 0, slowBytes: 0 })
  })

  it('rule 38: lose the reader that has not read for longest when such readers hold too much', () => {
    const rig = createRig({ limits: { slowBytes: 2_500, slowAfterMs: 300 } })
    rig.publish(1, world)
    const stalled = Array.from({ length: 3 }, (_, index) => {
      const client = rig.client(variant, { node: `stalled-${index}` })
      client.block()
      client.send('cds')
      rig.pass(10)
      return client
    })
    rig.pass(500)
    const good = rig.client(variant, { node: 'good' })
    good.send('cds')
    expect(good.got()).toHaveLength(1)
    expect(stalled.map((client) => client.got().at(-1))).toEqual([
      expect.stringContaining('closed deadlineExceeded: readers that do not read hold too many bytes'),
      expect.stringContaining('CDS'),
      expect.stringContaining('CDS'),
    ])
  })

  it('get the newest when room comes late, and nothing of what was published before', () => {
    const rig = createRig({ limits: { unsentBytes: 1_000 } })
    rig.publish(1, world)
    const first = rig.client(variant, { node: 'first' })
    first.block()
    first.send('cds')
    const second = rig.client(variant, { node: 'second' })
    second.send('cds')
    for (let generation = 2; generation < 20; generation += 1) {
      rig.publish(generation, { ...world, cds: { ...world.cds, a: `${generation}${body}` } }, { base: true })
    }
    expect(second.got()).toEqual([])
    first.unblock()
    expect(second.got().map((line) => line.slice(0, 10))).toEqual(['CDS cds@19'])
  })
})

describe('a stream that asks for nothing', () => {
  it('rule 38: gives its place back after a while, and a word of it is enough to stay', () => {
    const rig = createRig({ limits: { firstRequestMs: 5_000 } })
    const silent = rig.client('delta')
    const spoken = rig.client('delta')
    rig.pass(4_999)
    expect(silent.got()).toEqual([])
    spoken.sub('cds')
    rig.pass(1)
    expect(silent.got()).toEqual(['closed deadlineExceeded: the client sent no request for 5000 ms'])
    rig.pass(60_000)
    expect(spoken.got()).toEqual([])
    expect(rig.hub.size).toBe(1)
  })
})

// What a commit does, refuses and remembers.
import { describe, expect, it } from 'vitest'
import {
  cleanUp,
  committed,
  freshFolder,
  generation,
  keyOfTraffic,
  opened,
  plain,
  problemIn,
  puts,
  traffic,
} from './fixtures.ts'
import { memoryDisk } from './memory-engine.ts'
import { openOnMemory } from './on-memory.ts'

cleanUp()

const fresh = async () => (await openOnMemory(memoryDisk())).store
const key = keyOfTraffic('checkout')

describe('a revision', () => {
  it('is numbered from 1 without gaps and says who, why and when', async () => {
    const store = await fresh()
    const { revision } = await committed(
      store,
      puts([traffic('checkout', 'blue')], { revision: { reason: 'first', push: 'p1' } }),
    )
    await committed(store, puts([traffic('cart', 'blue')]))
    expect(revision).toMatchObject({
      number: 1,
      actor: 'deploy-bot',
      reason: 'first',
      verb: 'switch',
      push: 'p1',
    })
    expect(store.view().revision).toBe(2)
    expect((await store.revisions({ limit: 10 })).map(({ number }) => number)).toEqual([2, 1])
    expect(await store.revisions({ limit: 10, before: 2 })).toEqual([revision])
    expect(await store.revision(1)).toEqual(revision)
    expect(await store.revision(7)).toBeUndefined()
  })

  it('holds the objects that it changes, never the world', async () => {
    const store = await fresh()
    await committed(store, puts([traffic('checkout', 'blue'), traffic('cart', 'blue')]))
    await committed(store, puts([traffic('checkout', 'green')]))
    expect((await store.revision(2))?.puts.map(({ name }) => name)).toEqual(['checkout'])
  })

  it('gives an object a new etag each time and one uid for its life', async () => {
    const store = await fresh()
    await committed(store, puts([traffic('checkout', 'blue')]))
    const first = store.view().heads.get(key)
    await committed(store, puts([traffic('checkout', 'green')]))
    const second = store.view().heads.get(key)
    expect(second?.uid).toBe(first?.uid)
    expect(second?.etag).not.toBe(first?.etag)
    await committed(store, puts([], { revision: { deletes: [key] } }))
    await committed(store, puts([traffic('checkout', 'blue')]))
    const reborn = store.view().heads.get(key)
    expect(reborn?.uid).not.toBe(first?.uid)
    expect(reborn?.etag).not.toBe(first?.etag)
  })

  it('gives the contents that an object had, newest first', async () => {
    const store = await fresh()
    await committed(store, puts([traffic('checkout', 'blue')]))
    await committed(store, puts([traffic('cart', 'blue')]))
    await committed(store, puts([traffic('checkout', 'green')]))
    await committed(store, puts([], { revision: { deletes: [key] } }))
    const history = await store.history(key, 10)
    expect(history.map(({ revision }) => revision.number)).toEqual([4, 3, 1])
    expect(history.map(({ content }) => (content === 'deleted' ? content : content.spec))).toEqual([
      'deleted',
      { weights: { green: 10_000 } },
      { weights: { blue: 10_000 } },
    ])
    expect((await store.history(key, 1)).length).toBe(1)
    expect(await store.history('default/Traffic/nothing', 5)).toEqual([])
  })
})

describe('a view', () => {
  it('does not change under the feet of who holds it, and keeps the identity of unchanged objects', async () => {
    const store = await fresh()
    await committed(store, puts([traffic('checkout', 'blue'), traffic('cart', 'blue')]))
    const before = store.view()
    const was = [...before.heads]
    await committed(store, puts([traffic('checkout', 'green')], { applied: [] }))
    expect([...before.heads]).toEqual(was)
    expect(before.revision).toBe(1)
    const after = store.view()
    const cart = keyOfTraffic('cart')
    expect(after.heads.get(cart)).toBe(before.heads.get(cart))
    expect(after.applied.get(key)).toBe(before.heads.get(key))
    expect(after.heads.get(key)).not.toBe(before.heads.get(key))
  })

  it('shows nothing of a commit before it is flushed', async () => {
    const store = await fresh()
    const pending = store.commit(puts([traffic('checkout', 'blue')]))
    expect(store.view().revision).toBe(0)
    await pending
    expect(store.view().revision).toBe(1)
  })

  it('shares unchanged types between generations by reference', async () => {
    const store = await fresh()
    const one = generation('g/a', 1, { cds: { a: 'cluster a' }, rds: { r: 'blue' } })
    const two = generation('g/a', 2, { cds: { a: 'cluster a' }, rds: { r: 'green' } })
    await committed(store, { generations: [one.generation], resources: one.resources })
    await committed(store, { generations: [two.generation], resources: two.resources })
    const [first, second] = store.view().generations.get('g/a') ?? []
    expect(second?.types.get('cds')).toBe(first?.types.get('cds'))
    expect(second?.types.get('rds')).not.toBe(first?.types.get('rds'))
  })
})

describe('an etag', () => {
  it('lets the one through who saw the head, and tells the other who won', async () => {
    const store = await fresh()
    await committed(store, puts([traffic('checkout', 'blue')]))
    const etag = store.view().heads.get(key)?.etag ?? ''
    const expects = [{ key, etag }]
    const race = [
      store.commit(puts([traffic('checkout', 'green')], { expects })),
      store.commit(puts([traffic('checkout', 'red')], { expects, revision: { actor: 'rival' } })),
    ]
    const [winner, loser] = await Promise.all(race)
    expect(winner?.ok).toBe(true)
    expect(loser?.ok === false && loser.error).toMatchObject({ kind: 'conflict', winner: 'r2 by deploy-bot' })
    expect(store.view().revision).toBe(2)
  })

  it('of `absent` is refused where there is such an object, and taken where there is none', async () => {
    const store = await fresh()
    const expects = [{ key, etag: 'absent' as const }]
    expect((await store.commit(puts([traffic('checkout', 'blue')], { expects }))).ok).toBe(true)
    const refused = problemIn(await store.commit(puts([traffic('checkout', 'blue')], { expects })))
    expect(refused).toMatchObject({ kind: 'conflict', winner: 'r1 by deploy-bot' })
    expect(refused.message).toContain(key)
  })

  it('of a deleted object names who deleted it', async () => {
    const store = await fresh()
    await committed(store, puts([traffic('checkout', 'blue')]))
    const etag = store.view().heads.get(key)?.etag ?? ''
    await committed(store, puts([], { revision: { actor: 'cleaner', deletes: [key] } }))
    const refused = problemIn(
      await store.commit(puts([traffic('checkout', 'blue')], { expects: [{ key, etag }] })),
    )
    expect(refused).toMatchObject({ kind: 'conflict', winner: 'r2 by cleaner' })
  })

  it('that is stale changes nothing', async () => {
    const store = await fresh()
    await committed(store, puts([traffic('checkout', 'blue')]))
    const before = plain(store)
    await store.commit({
      ...puts([traffic('checkout', 'red')], { expects: [{ key, etag: 'old' }] }),
      records: { put: [{ table: 'push', key: 'p', value: 1 }] },
    })
    expect(plain(store)).toEqual(before)
  })
})

describe('a request id', () => {
  const request = puts([traffic('checkout', 'blue')], {
    revision: { requestId: 'q1', requestHash: 'body' },
    answer: { z: 1, a: [{ y: null }], text: 'as it was' },
  })

  it('gives the same answer to a retry, word for word, and commits once; also after a restart', async () => {
    const dir = await freshFolder()
    const store = await opened(dir)
    await committed(store, request)
    const again = await committed(store, request)
    expect(JSON.stringify(again.replayed?.answer)).toBe(JSON.stringify(request.answer))
    expect(again.revision).toBeUndefined()
    await store.close()
    const restarted = await opened(dir)
    const later = await committed(restarted, request)
    expect(JSON.stringify(later.replayed?.answer)).toBe(JSON.stringify(request.answer))
    expect(restarted.view().revision).toBe(1)
    expect(restarted.replay('q1', 'body')).toEqual({ ok: true, value: request.answer })
    expect(restarted.replay('q2', 'body')).toEqual({ ok: true, value: undefined })
  })

  it('with another body is a conflict', async () => {
    const store = await fresh()
    await committed(store, request)
    const other = puts([traffic('checkout', 'green')], {
      revision: { requestId: 'q1', requestHash: 'other' },
    })
    expect(problemIn(await store.commit(other))).toMatchObject({
      kind: 'conflict',
      winner: 'r1 by deploy-bot',
    })
    expect(store.replay('q1', 'other').ok).toBe(false)
    expect(store.view().revision).toBe(1)
  })

  it('sent twice at once commits once', async () => {
    const store = await fresh()
    const [first, second] = await Promise.all([committed(store, request), committed(store, request)])
    expect(first.revision?.number).toBe(1)
    expect(second.replayed?.answer).toEqual(request.answer)
    expect(store.view().revision).toBe(1)
  })

  it('is a name like any other: `__proto__`, very long, with NUL', async () => {
    const dir = await freshFolder()
    const store = await opened(dir)
    const ids = ['__proto__', `long ${'x'.repeat(3_000)}`, 'nul\0line\n', '\ud800']
    for (const requestId of ids) {
      await committed(store, puts([], { revision: { requestId, requestHash: 'h' }, answer: requestId }))
    }
    await store.close()
    const again = await opened(dir)
    for (const id of ids) expect(again.replay(id, 'h')).toEqual({ ok: true, value: id })
  })
})

describe('a generation', () => {
  it('that is not above the newest of its group is refused', async () => {
    const store = await fresh()
    const five = generation('g/a', 5, { cds: { a: 'x' } })
    await committed(store, { generations: [five.generation], resources: five.resources })
    for (const number of [5, 4]) {
      const stale = generation('g/a', number, { cds: { a: 'x' } })
      const refused = problemIn(
        await store.commit({ generations: [stale.generation], resources: stale.resources }),
      )
      expect(refused).toMatchObject({ kind: 'conflict', winner: 'test 5' })
    }
    expect((await store.commit({ generations: [generation('g/b', 1, {}).generation] })).ok).toBe(true)
  })

  it('that names a resource never given is a bug of the caller, and spoils nothing', async () => {
    const store = await fresh()
    const wrong = generation('g/a', 1, { cds: { a: 'x' } })
    await expect(store.commit({ generations: [wrong.generation] })).rejects.toThrow(/never given/)
    expect((await store.commit(puts([traffic('checkout', 'blue')]))).ok).toBe(true)
  })

  it('of one changed name among thousands writes little', async () => {
    const disk = memoryDisk()
    const { store } = await openOnMemory(disk)
    const names = Object.fromEntries(
      Array.from({ length: 4_000 }, (_, index) => [`cluster-${index}`, `body ${index}`]),
    )
    const one = generation('g/a', 1, { cds: names, rds: { r: 'blue' } })
    await committed(store, { generations: [one.generation], resources: one.resources })
    const before = store.stats().bytes
    const two = generation('g/a', 2, { cds: { ...names, 'cluster-7': 'other' }, rds: { r: 'green' } })
    const resources = new Map([...two.resources].filter(([hash]) => !store.has(hash)))
    expect(resources.size).toBe(2)
    await committed(store, { generations: [two.generation], resources })
    expect(store.stats().bytes - before).toBeLessThan(1_000)
  })
})

describe('commits', () => {
  it('that come at once are answered in order and share flushes', async () => {
    const disk = memoryDisk()
    const { store } = await openOnMemory(disk)
    const flushes = disk.batches
    const all = Array.from({ length: 200 }, (_, index) =>
      store.commit(puts([traffic(`s${index % 7}`, `e${index}`)])),
    )
    const numbers = (await Promise.all(all)).map((result) => result.ok && result.value.revision?.number)
    expect(numbers).toEqual(Array.from({ length: 200 }, (_, index) => index + 1))
    expect(disk.batches - flushes).toBeLessThan(10)
  })

  it('wait up to a bound, beyond it they are refused', async () => {
    const store = await fresh()
    const all = Array.from({ length: 10_300 }, () => store.commit({}))
    const refused = (await Promise.all(all)).filter((result) => !result.ok)
    expect(refused.length).toBeGreaterThan(0)
    expect(refused[0]).toMatchObject({ error: { kind: 'limit', limit: 'storeQueue' } })
  })

  it('that were taken are finished before a close, later ones are refused', async () => {
    const dir = await freshFolder()
    const store = await opened(dir)
    const taken = Array.from({ length: 20 }, () => store.commit(puts([traffic('checkout', 'blue')])))
    await store.close()
    expect((await Promise.all(taken)).every(({ ok }) => ok)).toBe(true)
    expect(problemIn(await store.commit({})).kind).toBe('unavailable')
    expect((await opened(dir)).view().revision).toBe(20)
  })

  it('with a record beyond the bound are refused by name', async () => {
    const store = await fresh()
    const value = 'x'.repeat(65 * 1024 * 1024)
    const refused = problemIn(await store.commit({ records: { put: [{ table: 'push', key: 'p', value }] } }))
    expect(refused).toMatchObject({ kind: 'limit', limit: 'storeRecordBytes' })
  })
})

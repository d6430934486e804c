// Values in parts, staged changes, and a process that dies (or a disk that fails) at every single write.
import { describe, expect, it } from 'vitest'
import type { Change } from '../../../src/store/index.ts'
import { stagePrefix } from '../../../src/store/keys.ts'
import { committed, generation, plain, problemIn, puts, traffic } from './fixtures.ts'
import type { MemoryDisk } from './memory-engine.ts'
import { memoryDisk } from './memory-engine.ts'
import { openOnMemory } from './on-memory.ts'

/** So small that every change worth the name is staged. */
const tight = { writes: 3, bytes: 600 * 1024 }
const names = Array.from({ length: 12 }, (_, index) => `s${index}`)
const resources = generation('g/a', 1, { cds: { a: 'a'.repeat(700 * 1024), b: 'small' } })
const changes: readonly Change[] = [
  puts(names.map((name) => traffic(name, 'blue'))),
  {
    ...puts(
      names.map((name) => traffic(name, 'green')),
      { revision: { requestId: 'q', requestHash: 'h' }, answer: 'yes' },
    ),
    generations: [resources.generation],
    resources: resources.resources,
    records: { put: [{ table: 'push', key: 'large', value: 'y'.repeat(1_300 * 1024) }] },
  },
  { records: { put: [{ table: 'push', key: 'large', value: 'now small' }] } },
]
const staged = (disk: MemoryDisk): readonly string[] =>
  [...disk.values.keys()].filter((key) => key.startsWith(stagePrefix))

describe('a value larger than 512 KiB', () => {
  it('is kept in parts of at most that, comes back whole, and leaves no part behind when it shrinks', async () => {
    const disk = memoryDisk()
    const { store } = await openOnMemory(disk)
    for (const change of changes.slice(0, 2)) await committed(store, change)
    expect(Math.max(...[...disk.values.values()].map(({ length }) => length))).toBeLessThanOrEqual(512 * 1024)
    expect([...disk.values.keys()].filter((key) => key.includes('#')).length).toBeGreaterThan(3)
    const again = await openOnMemory(disk)
    expect(plain(again.store)).toEqual(plain(store))
    for (const [hash, bytes] of resources.resources) {
      expect(Buffer.compare(Buffer.from((await again.store.resource(hash)) ?? []), bytes)).toBe(0)
    }
    await committed(again.store, changes[2] ?? {})
    expect([...disk.values.keys()].filter((key) => key.startsWith('rec/') && key.includes('#'))).toEqual([])
    expect(plain((await openOnMemory(disk)).store)).toEqual(plain(again.store))
  })
})

describe('a change larger than a batch', () => {
  it('is whole or absent after a death at any write, answered or not, and leaves no staged part', async () => {
    // States before and after each change, by a run that nothing disturbs.
    const calm = memoryDisk()
    const run = await openOnMemory(calm, { batch: tight })
    const states = [plain(run.store)]
    for (const change of changes) {
      await committed(run.store, change)
      states.push(plain(run.store))
    }
    const writes = calm.batches
    expect(writes).toBeGreaterThan(20)
    for (let dies = 1; dies < writes; dies++) {
      const disk = memoryDisk()
      disk.failAfter = dies
      const { store } = await openOnMemory(disk, { batch: tight })
      let answered = 0
      for (const change of changes) if ((await store.commit(change)).ok) answered++
      disk.failAfter = undefined
      const after = await openOnMemory(disk, { batch: tight })
      const found = states.findIndex((state) => JSON.stringify(state) === JSON.stringify(plain(after.store)))
      expect(found, `death at write ${dies}`).toBeGreaterThanOrEqual(answered)
      expect(staged(disk)).toEqual([])
      // And a second time: what was finished stays finished.
      expect(plain((await openOnMemory(disk, { batch: tight })).store)).toEqual(states[found])
    }
  })

  it('survives a second death while it is being finished', async () => {
    const calm = memoryDisk()
    const run = await openOnMemory(calm, { batch: tight })
    const before = calm.batches
    await committed(run.store, changes[0] ?? {})
    const writes = calm.batches - before
    for (let dies = 1; dies < writes; dies++) {
      const disk = memoryDisk()
      const { store } = await openOnMemory(disk, { batch: tight })
      disk.failAfter = dies
      const answer = await store.commit(changes[0] ?? {})
      for (let again = 0; again < writes; again++) {
        disk.failAfter = again
        await openOnMemory(disk, { batch: tight }).catch(() => undefined)
      }
      disk.failAfter = undefined
      const { store: last } = await openOnMemory(disk, { batch: tight })
      if (answer.ok) expect(plain(last)).toEqual(plain(run.store))
      expect(staged(disk)).toEqual([])
    }
  })

  it('that became visible is read from memory where the disk failed before it was in its place', async () => {
    const disk = memoryDisk()
    const { store, readOnly } = await openOnMemory(disk, { batch: tight })
    const calm = await openOnMemory(memoryDisk(), { batch: tight })
    await committed(calm.store, changes[1] ?? {})
    // The write that makes it visible is the last of the parts plus one: try all, keep those that were answered.
    let answered = 0
    for (let dies = 1; dies < 30; dies++) {
      const one = memoryDisk()
      const tried = await openOnMemory(one, { batch: tight })
      one.failAfter = dies
      const result = await tried.store.commit(changes[1] ?? {})
      if (!result.ok || tried.readOnly.length === 0) continue
      answered++
      expect(plain(tried.store)).toEqual(plain(calm.store))
      for (const hash of resources.resources.keys()) expect(await tried.store.resource(hash)).toBeDefined()
      expect(await tried.store.revision(1)).toBeDefined()
      expect((await tried.store.commit({})).ok).toBe(false)
    }
    expect(answered).toBeGreaterThan(2)
    expect(readOnly).toEqual([])
    await store.close()
  })
})

describe('a disk that fails', () => {
  it('turns the store read-only: it says so, reads go on, retries of answered requests are answered', async () => {
    const disk = memoryDisk()
    const { store, readOnly } = await openOnMemory(disk)
    const request = puts([traffic('checkout', 'blue')], {
      revision: { requestId: 'q', requestHash: 'h' },
      answer: 'done',
    })
    await committed(store, request)
    const before = plain(store)
    disk.failAfter = 0
    const refused = problemIn(await store.commit(puts([traffic('checkout', 'green')])))
    expect(refused.kind).toBe('unavailable')
    expect(refused.message).toContain('read-only')
    expect(refused.message).toContain('the disk is gone')
    expect(readOnly.length).toBe(1)
    expect(store.stats().readOnly).toContain('the disk is gone')
    disk.failAfter = undefined
    const later = problemIn(await store.commit({}))
    expect(later.kind).toBe('precondition')
    expect(later.message).toMatch(/read-only: .*the disk is gone.*Next: /)
    expect(plain(store)).toEqual(before)
    expect(await store.revision(1)).toBeDefined()
    expect((await committed(store, request)).replayed?.answer).toBe('done')
  })

  it('fails all commits of a group together, none of them visible', async () => {
    const disk = memoryDisk()
    const { store } = await openOnMemory(disk)
    disk.failAfter = 1
    const results = await Promise.all(
      Array.from({ length: 50 }, () => store.commit(puts([traffic('checkout', 'blue')]))),
    )
    const answered = results.filter(({ ok }) => ok).length
    expect(store.view().revision).toBe(answered)
    disk.failAfter = undefined
    expect((await openOnMemory(disk)).store.view().revision).toBe(answered)
  })
})

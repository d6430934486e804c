// Every record in doubt, one at a time, without an engine that could notice: missing, old, swapped, one byte changed.
import { describe, expect, it } from 'vitest'
import { recover } from '../../../src/store/io/recover.ts'
import { committed, generation, plain, puts, traffic } from './fixtures.ts'
import type { MemoryDisk } from './memory-engine.ts'
import { memoryDisk, memoryEngine } from './memory-engine.ts'
import { openOnMemory } from './on-memory.ts'

/** A store with at least one record of each kind, and its disk a commit earlier. */
async function sample(): Promise<{
  readonly disk: MemoryDisk
  readonly earlier: MemoryDisk
  readonly was: unknown
}> {
  const disk = memoryDisk()
  const { store } = await openOnMemory(disk)
  const change = (n: number) => {
    const { generation: next, resources } = generation('default/edge', n, {
      rds: { r: `route ${n}`, large: 'x'.repeat(600_000) },
    })
    return {
      ...puts([traffic('checkout', `e${n}`)], {
        revision: { requestId: `q${n}`, requestHash: 'h' },
        answer: n,
      }),
      generations: [next],
      resources,
      records: { put: [{ table: 'push' as const, key: 'p1', value: { n } }] },
    }
  }
  await committed(store, change(1))
  const earlier = memoryDisk(disk.values)
  await committed(store, change(2))
  return { disk, earlier, was: plain(store) }
}

const refusal = async (disk: MemoryDisk): Promise<string | undefined> => {
  const before = new Map(disk.values)
  const state = await recover(memoryEngine(disk), { newId: undefined, answered: 0 })
  if (state.ok) return undefined
  // What is not believed is not touched.
  expect([...disk.values].every(([key, value]) => before.get(key) === value)).toBe(true)
  expect(disk.values.size).toBe(before.size)
  return state.error.kind === 'damage' ? `${state.error.damage.record}: ${state.error.damage.what}` : 'engine'
}

describe('a record in doubt', () => {
  it('that is missing is noticed, whichever it is', async () => {
    const { disk } = await sample()
    expect([...disk.values.keys()].map((key) => key.split('/')[0])).toEqual(
      expect.arrayContaining(['root', 'rev', 'obj', 'gen', 'res', 'rec', 'req']),
    )
    for (const key of disk.values.keys()) {
      const without = memoryDisk([...disk.values].filter(([other]) => other !== key))
      expect(await refusal(without), key).toBeDefined()
    }
  })

  it('that is old in the place of the new is noticed', async () => {
    const { disk, earlier } = await sample()
    let tried = 0
    for (const [key, old] of earlier.values) {
      if (Buffer.compare(old, disk.values.get(key) ?? new Uint8Array()) === 0) continue
      tried++
      expect(await refusal(memoryDisk([...disk.values, [key, old]])), key).toBeDefined()
    }
    expect(tried).toBeGreaterThanOrEqual(3)
  })

  it('that should have gone and is there is noticed', async () => {
    const { disk } = await sample()
    const [key, value] = [...disk.values].find(([name]) => name.startsWith('res/')) ?? ['', new Uint8Array()]
    expect(await refusal(memoryDisk([...disk.values, [`${key}x`, value]]))).toContain(
      'damaged' === key ? '' : 'checksum',
    )
  })

  it('that turns up under the key of another is noticed, and named', async () => {
    const { disk } = await sample()
    const keys = [...disk.values.keys()]
    for (const [index, key] of keys.entries()) {
      const other = disk.values.get(keys[(index + 1) % keys.length] ?? '') ?? new Uint8Array()
      const refused = await refusal(memoryDisk([...disk.values, [key, other]]))
      expect(refused).toContain(key)
    }
  })

  it('of which any one byte changed is noticed, and named', async () => {
    const { disk } = await sample()
    for (const [key, value] of disk.values) {
      const step = Math.max(1, Math.floor(value.length / 40))
      for (let at = 0; at < value.length; at += step) {
        const changed = Uint8Array.from(value)
        changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8))
        expect(await refusal(memoryDisk([...disk.values, [key, changed]])), `${key} at ${at}`).toContain(key)
      }
    }
  })

  it('of a store as a whole: gone with all its records is not taken for a new store that was seen before', async () => {
    const { disk } = await sample()
    expect(await refusal(memoryDisk())).toContain('root')
    expect(await refusal(disk)).toBeUndefined()
  })

  it('that vanishes or changes under a running store fails its read, never passes for absent or whole', async () => {
    const { disk } = await sample()
    const { store } = await openOnMemory(disk)
    const hashes = [
      ...(store.view().generations.get('default/edge')?.at(-1)?.types.get('rds')?.entries.values() ?? []),
    ]
    expect(hashes).toHaveLength(2)
    const values = [...disk.values]
    for (const hash of hashes) {
      const own = values.filter(([key]) => key.startsWith(`res/${hash}`))
      for (const [key, value] of own) {
        disk.values.delete(key)
        await expect(store.resource(hash), key).rejects.toThrow(/not found any more/)
        disk.values.set(key, Uint8Array.from(value).fill(0, value.length - 1))
        await expect(store.resource(hash), key).rejects.toThrow(/damaged/)
        disk.values.set(key, value)
      }
      expect(await store.resource(hash)).toBeDefined()
    }
    expect(await store.resource('0'.repeat(32))).toBeUndefined()
  })
})

// What the store relies on, asked of every engine.
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { Engine } from '../../../src/store/engine.ts'
import { openClassicLevel } from '../../../src/store/io/classic-level.ts'
import { cleanUp, freshFolder } from './fixtures.ts'
import { memoryDisk, memoryEngine } from './memory-engine.ts'

type Reopen = () => Promise<Engine>

const engines: Readonly<Record<string, () => Promise<Reopen>>> = {
  'classic-level': async () => {
    const folder = join(await freshFolder(), 'level')
    return async () => {
      const opened = await openClassicLevel(folder, { create: true })
      if (!opened.ok) throw new Error(opened.error.message)
      return opened.value
    }
  },
  memory: async () => {
    const disk = memoryDisk()
    return async () => memoryEngine(disk)
  },
}

const text = (value: string): Uint8Array => Buffer.from(value)

async function all(engine: Engine, prefix: string): Promise<readonly (readonly [string, string])[]> {
  const found: (readonly [string, string])[] = []
  for await (const entry of engine.entries(prefix)) {
    if (!entry.ok) throw new Error(entry.error.message)
    found.push([entry.value[0], Buffer.from(entry.value[1]).toString()])
  }
  return found
}

describe.each(Object.entries(engines))('the %s engine', (_, prepare) => {
  cleanUp()
  const openEngines: Engine[] = []
  afterEach(async () => {
    for (const engine of openEngines.splice(0)) await engine.close()
  })
  const start = async (): Promise<{ engine: Engine; again: () => Promise<Engine> }> => {
    const reopen = await prepare()
    const engine = await reopen()
    openEngines.push(engine)
    return {
      engine,
      again: async () => {
        await engine.close()
        const next = await reopen()
        openEngines.push(next)
        return next
      },
    }
  }

  it('gives back what was written, and nothing for what was not', async () => {
    const { engine } = await start()
    await engine.write([{ key: 'a/1', value: text('one') }])
    expect(await engine.get('a/1')).toEqual({ ok: true, value: expect.anything() })
    expect(await all(engine, '')).toEqual([['a/1', 'one']])
    expect(await engine.get('a/2')).toEqual({ ok: true, value: undefined })
  })

  it('applies a batch in order: the last word on a key counts', async () => {
    const { engine } = await start()
    await engine.write([
      { key: 'k', value: text('first') },
      { key: 'k', value: undefined },
      { key: 'k', value: text('last') },
      { key: 'gone', value: text('x') },
      { key: 'gone', value: undefined },
    ])
    expect(await all(engine, '')).toEqual([['k', 'last']])
  })

  it('lists a prefix in the order of the keys, and only that', async () => {
    const { engine } = await start()
    const keys = ['b/2', 'a/1', 'b#1', 'b/10', 'b', 'c/1', 'b/=f']
    await engine.write(keys.map((key) => ({ key, value: text(key) })))
    expect((await all(engine, 'b/')).map(([key]) => key)).toEqual(['b/10', 'b/2', 'b/=f'])
    expect((await all(engine, '')).map(([key]) => key)).toEqual([
      'a/1',
      'b',
      'b#1',
      'b/10',
      'b/2',
      'b/=f',
      'c/1',
    ])
  })

  it('lists more entries than one read fetches', async () => {
    const { engine } = await start()
    const keys = Array.from({ length: 2_000 }, (_, index) => `k/${String(index).padStart(5, '0')}`)
    await engine.write(keys.map((key) => ({ key, value: text(key) })))
    expect((await all(engine, 'k/')).map(([key]) => key)).toEqual(keys)
  })

  it('keeps values byte by byte, empty and large ones too', async () => {
    const { engine, again } = await start()
    const large = Buffer.from(Array.from({ length: 512 * 1024 }, (_, index) => (index * 7) % 256))
    await engine.write([
      { key: 'empty', value: new Uint8Array() },
      { key: 'large', value: large },
    ])
    const next = await again()
    const read = await next.get('large')
    expect(read.ok && read.value !== undefined && Buffer.compare(large, read.value)).toBe(0)
    const empty = await next.get('empty')
    expect(empty.ok && empty.value?.length).toBe(0)
  })

  it('has after a reopening what it had before', async () => {
    const { engine, again } = await start()
    await engine.write([
      { key: 'a', value: text('1') },
      { key: 'b', value: text('2') },
    ])
    await engine.write([{ key: 'a', value: undefined }])
    expect(await all(await again(), '')).toEqual([['b', '2']])
  })
})

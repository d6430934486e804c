// Config.Watch: objects as they are, a mark, every change after it; what is missing is said, and a watcher goes on where it was.
import { describe, expect, it } from 'vitest'
import { type WatchItem, watchObjects } from '../../../src/admin/index.ts'
import { limits } from '../../../src/base/index.ts'
import type { ContentOf, ObjectContent, ObjectKey } from '../../../src/model/index.ts'
import type { Change, Store } from '../../../src/store/index.ts'
import { memoryDisk } from '../store/memory-engine.ts'
import { openOnMemory } from '../store/on-memory.ts'
import { problemOf, serverPerTest } from './per-test.ts'

const started = serverPerTest()

const secret = (name: string, namespace = 'default', file = name): ObjectContent => ({
  kind: 'Secret',
  namespace,
  name,
  labels: { file },
  spec: { certificate: { chain: `${file}.pem`, key: `${file}.key` } },
})
const traffic = (blue: number): ObjectContent => ({
  kind: 'Traffic',
  namespace: 'default',
  name: 'cart',
  labels: {},
  spec: { weights: { blue, green: 10_000 - blue } },
})
const policy: ContentOf<'TrafficPolicy'> = {
  kind: 'TrafficPolicy',
  namespace: 'default',
  name: 'cart',
  labels: {},
  spec: { service: 'cart', managedBy: 'operator' },
}

const keyOf = ({ namespace, kind, name }: ObjectContent): ObjectKey => `${namespace}/${kind}/${name}`

async function write(
  store: Pick<Store, 'commit'>,
  puts: readonly ObjectContent[],
  deletes: readonly ObjectKey[] = [],
  more: Pick<Change, 'applied'> = {},
): Promise<void> {
  const revision = { actor: 'lena', reason: '', verb: 'apply', puts, deletes }
  const committed = await store.commit({ revision, ...more })
  if (!committed.ok) throw new Error(committed.error.message)
}

/** What a message says, in a line. */
const word = (item: WatchItem): string => {
  switch (item.kind) {
    case 'change':
      return item.change === 'deleted' ? `- ${item.key}` : `${item.change} ${item.object.name}`
    case 'mark':
      return `${item.isListComplete ? 'list' : 'mark'} r${item.revision}`
    case 'gap':
      return `gap: ${item.reason}`
  }
}

interface Watcher {
  next(count: number): Promise<readonly string[]>
  stop(): void
}
function watcher(store: Store, wanted: Partial<Parameters<typeof watchObjects>[1]> = {}): Watcher {
  const stop = new AbortController()
  const items = watchObjects(store, { view: 'heads', ...wanted }, stop.signal)
  return {
    next: async (count) => {
      const seen: string[] = []
      while (seen.length < count) {
        const item = await items.next()
        if (item.done === true) break
        seen.push(word(item.value))
      }
      return seen
    },
    stop: () => stop.abort(),
  }
}
const storeOf = async (retention: { readonly revisions?: number } = {}): Promise<Store> =>
  (await openOnMemory(memoryDisk(), { retention })).store

describe('a watch of objects', () => {
  it('gives what is there, a mark, then every change and a mark after it', async () => {
    const store = await storeOf()
    await write(store, [secret('a'), secret('b')])
    const watch = watcher(store)
    expect(await watch.next(3)).toEqual(['added a', 'added b', 'list r1'])
    await write(store, [secret('a', 'default', 'other'), secret('c')], ['default/Secret/b'])
    await write(store, [], ['default/Secret/c'])
    expect(await watch.next(6)).toEqual([
      'changed a',
      'added c',
      '- default/Secret/b',
      'mark r2',
      '- default/Secret/c',
      'mark r3',
    ])
    watch.stop()
    expect(await watch.next(1)).toEqual([])
  })

  it('loses nothing that is written while the list is read', async () => {
    const store = await storeOf()
    await write(store, [secret('a'), secret('b')])
    const watch = watcher(store)
    expect(await watch.next(1)).toEqual(['added a'])
    await write(store, [secret('b', 'default', 'other')])
    expect(await watch.next(4)).toEqual(['added b', 'list r1', 'changed b', 'mark r2'])
  })

  it('is of a namespace, a kind or a name where it is asked for one', async () => {
    const store = await storeOf()
    await write(store, [secret('a'), secret('a', 'shop'), traffic(10_000), policy])
    const names = async (wanted: Partial<Parameters<typeof watchObjects>[1]>) => {
      const watch = watcher(store, wanted)
      const seen: string[] = []
      for (let line = ''; !line.startsWith('list'); seen.push(line)) [line = 'list'] = await watch.next(1)
      return seen.length - 1
    }
    expect(await names({})).toBe(4)
    expect(await names({ namespace: 'shop' })).toBe(1)
    expect(await names({ kind: 'Secret' })).toBe(2)
    expect(await names({ kind: 'Secret', name: 'a', namespace: 'default' })).toBe(1)
    expect(await names({ name: 'cart' })).toBe(2)
    const watch = watcher(store, { namespace: 'shop' })
    expect(await watch.next(2)).toEqual(['added a', 'list r1'])
    await write(store, [secret('b')])
    await write(store, [secret('b', 'shop')])
    // What is not wanted is no mark either: the watcher sleeps through it.
    expect(await watch.next(2)).toEqual(['added b', 'mark r3'])
  })

  it('shows a policy again when the traffic that it is shown with moves', async () => {
    const store = await storeOf()
    await write(store, [traffic(10_000), policy])
    const watch = watcher(store, { kind: 'TrafficPolicy' })
    expect(await watch.next(2)).toEqual(['added cart', 'list r1'])
    await write(store, [traffic(9_000)])
    expect(await watch.next(2)).toEqual(['changed cart', 'mark r2'])
  })

  it('of what the fleet was switched to changes when that does, and not when it is committed', async () => {
    const store = await storeOf()
    await write(store, [secret('a')])
    const watch = watcher(store, { view: 'applied' })
    expect(await watch.next(1)).toEqual(['list r1'])
    await write(store, [secret('b')], [], { applied: [{ key: 'default/Secret/a', to: 'head' }] })
    expect(await watch.next(2)).toEqual(['added a', 'mark r2'])
  })

  it('never shows tombstones', async () => {
    const store = await storeOf()
    const watch = watcher(store)
    expect(await watch.next(1)).toEqual(['list r0'])
    const tombstone = { kind: 'Tombstone', namespace: 'default', name: 'x', labels: {} } as const
    await write(store, [{ ...tombstone, spec: { incarnationsEver: { blue: 1 } } }])
    await write(store, [secret('a')])
    expect(await watch.next(2)).toEqual(['added a', 'mark r2'])
  })
})

describe('a watch that goes on after a revision', () => {
  it('says what changed since, once per object, and no list', async () => {
    const store = await storeOf()
    await write(store, [secret('a'), secret('b'), secret('gone'), secret('same')])
    await write(store, [secret('a', 'default', 'second')])
    await write(store, [secret('a', 'default', 'third'), secret('c')], ['default/Secret/gone'])
    await write(store, [secret('flash')])
    await write(store, [], ['default/Secret/flash'])
    const watch = watcher(store, { after: 1 })
    expect(await watch.next(4)).toEqual(['changed a', 'added c', '- default/Secret/gone', 'mark r5'])
    await write(store, [secret('d')])
    expect(await watch.next(2)).toEqual(['added d', 'mark r6'])
    expect(await watcher(store, { after: 6 }).next(1)).toEqual(['mark r6'])
  })

  it('tells what an object was however often it was written since', async () => {
    const store = await storeOf()
    await write(store, [secret('a')])
    await write(store, [secret('b')])
    for (let round = 0; round < 20; round++) {
      await write(store, [secret('a', 'default', `a${round}`), secret('new', 'default', `new${round}`)])
    }
    expect(await watcher(store, { after: 2 }).next(3)).toEqual(['changed a', 'added new', 'mark r22'])
  })

  it('starts anew, and says why, where that is not kept', async () => {
    const store = await storeOf({ revisions: 4 })
    for (let round = 0; round < 12; round++) await write(store, [secret('a', 'default', `${round}`)])
    await write(store, [secret('b')])
    expect(await watcher(store, { after: 1 }).next(4)).toEqual([
      'gap: too old',
      'added a',
      'added b',
      'list r13',
    ])
    expect(await watcher(store, { after: 12 }).next(2)).toEqual(['added b', 'mark r13'])
    expect(await watcher(store, { after: 14 }).next(2)).toEqual(['gap: unknown revision', 'added a'])
    expect(await watcher(store, { after: 13, view: 'applied' }).next(2)).toEqual([
      'gap: not kept',
      'list r13',
    ])
  })
})

describe('a watcher that reads too slowly', () => {
  it('is told so, and gets the list as it is by then', async () => {
    const store = await storeOf()
    await write(store, [secret('a')])
    const watch = watcher(store)
    expect(await watch.next(2)).toEqual(['added a', 'list r1'])
    for (let round = 0; round <= limits.watcherQueue; round++) {
      await write(store, [secret('a', 'default', `${round}`)])
    }
    await write(store, [secret('b')])
    expect(await watch.next(4)).toEqual(['gap: too slow', 'added a', 'added b', 'list r259'])
    await write(store, [], ['default/Secret/a'])
    expect(await watch.next(2)).toEqual(['- default/Secret/a', 'mark r260'])
  })

  it('gets everything where it is not further behind than the bound', async () => {
    const store = await storeOf()
    const watch = watcher(store)
    expect(await watch.next(1)).toEqual(['list r0'])
    for (let round = 0; round < limits.watcherQueue; round++) {
      await write(store, [secret('a', 'default', `${round}`)])
    }
    const all = await watch.next(2 * limits.watcherQueue)
    expect(all.filter((line) => line.startsWith('gap'))).toEqual([])
    expect(all.at(-1)).toBe(`mark r${limits.watcherQueue}`)
  })
})

describe('Config.Watch', () => {
  it('carries objects as Get shows them, and refuses a kind that there is not', async () => {
    const rig = await started()
    await write(rig.store, [secret('a')])
    const [added, mark, changed, , deleted] = await rig.take(
      'Config/Watch',
      { kind: 'Secret' },
      5,
      async (seen) => {
        if (seen !== 2) return
        await write(rig.store, [secret('a', 'default', 'other')])
        await write(rig.store, [], [keyOf(secret('a'))])
      },
    )
    expect(added).toMatchObject({ change: { type: 'ADDED', key: { kind: 'Secret', name: 'a' } } })
    expect(mark).toMatchObject({ mark: { revision: 1, listComplete: true } })
    expect(changed).toMatchObject({
      change: { type: 'CHANGED', object: { revision: 2, manifest: { fields: { kind: {} } } } },
    })
    expect(deleted).toMatchObject({ change: { type: 'DELETED', key: { namespace: 'default', name: 'a' } } })
    expect(await problemOf(rig.take('Config/Watch', { kind: 'Pod' }, 1).then((all) => all))).toMatchObject({
      kind: 'invalid',
      violations: [{ path: 'kind' }],
    })
  })
})

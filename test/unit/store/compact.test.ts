// Compaction under random histories: it drops the old, never the newest and never what something still names.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hashesIn } from '../../../src/store/generations.ts'
import type { Change, Store } from '../../../src/store/index.ts'
import { committed, generation, keyOfTraffic, plain, puts, traffic } from './fixtures.ts'
import { memoryDisk } from './memory-engine.ts'
import { openOnMemory } from './on-memory.ts'

const retention = {
  revisions: 6,
  requestIds: 5,
  pushes: 3,
  generations: 3,
  generationsSlack: 2,
  resourceGraceCommits: 2,
}

type Command =
  | { readonly kind: 'put'; readonly service: number; readonly applied: boolean }
  | { readonly kind: 'delete'; readonly service: number; readonly applied: boolean }
  | { readonly kind: 'serve'; readonly group: number; readonly contents: readonly number[] }
  | { readonly kind: 'push'; readonly push: number; readonly ended: boolean }
  | { readonly kind: 'closed'; readonly group: number }
  | { readonly kind: 'reopen' }

const small = fc.integer({ min: 0, max: 3 })
const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('put' as const), service: small, applied: fc.boolean() }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('delete' as const), service: small, applied: fc.boolean() }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('serve' as const),
      group: fc.integer({ min: 0, max: 1 }),
      contents: fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 4 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('push' as const),
      push: fc.integer({ min: 0, max: 9 }),
      ended: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('closed' as const), group: fc.integer({ min: 0, max: 1 }) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('reopen' as const) }) },
)

const groupOf = (index: number): string => `default/edge-${index}`
const newestOf = (store: Store, group: string): number =>
  store.view().generations.get(group)?.at(-1)?.number ?? 0

function changeOf(store: Store, at: number, planned: Exclude<Command, { kind: 'reopen' }>): Change {
  switch (planned.kind) {
    case 'put': {
      const content = traffic(`s${planned.service}`, `e${at}`)
      return puts([content], {
        ...(planned.applied ? {} : { applied: [] }),
        revision: { requestId: `q${at}`, requestHash: 'h' },
        answer: at,
      })
    }
    case 'delete': {
      const key = keyOfTraffic(`s${planned.service}`)
      return puts([], {
        revision: { deletes: [key] },
        ...(planned.applied ? { applied: [{ key, to: 'absent' }] } : {}),
      })
    }
    case 'serve': {
      const group = groupOf(planned.group)
      const contents = Object.fromEntries(
        planned.contents.map((n, index) => [`name-${index}`, `content ${n}`]),
      )
      const made = generation(group, newestOf(store, group) + 1, { cds: contents, rds: { r: `route ${at}` } })
      const resources = new Map([...made.resources].filter(([hash]) => !store.has(hash)))
      return { generations: [made.generation], resources }
    }
    case 'push': {
      const groups = [0, 1].map((index) => ({
        group: groupOf(index),
        before: newestOf(store, groupOf(index)),
      }))
      const value = { revision: store.view().revision, groups, ...(planned.ended ? { endedAt: at } : {}) }
      return { records: { put: [{ table: 'push', key: `p${planned.push}`, value }] } }
    }
    case 'closed': {
      const group = groupOf(planned.group)
      return {
        records: {
          put: [{ table: 'closed', key: group, value: { group, generation: newestOf(store, group) } }],
        },
      }
    }
  }
}

/** Pushes that run, and closed marks, with the generations that they name. */
function stillNamed(store: Store): readonly { readonly group: string; readonly number: number }[] {
  const records = [...store.view().records('push').values(), ...store.view().records('closed').values()]
  return records.flatMap((value) => {
    const record = value as {
      endedAt?: number
      group?: string
      generation?: number
      groups?: { group: string; before: number }[]
    }
    if (record.endedAt !== undefined) return []
    const groups = record.groups?.map(({ group, before }) => ({ group, number: before })) ?? []
    return record.group === undefined ? groups : [{ group: record.group, number: record.generation ?? 0 }]
  })
}

describe('compaction', () => {
  it('never loses the newest of anything, nor what is still named, and reads the same after a restart', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(command, { minLength: 20, maxLength: 90 }), async (commands) => {
        const disk = memoryDisk()
        let { store } = await openOnMemory(disk, { retention })
        const newest = new Map<string, number>()
        const putAt = new Map<string, number>()
        for (const [at, planned] of commands.entries()) {
          if (planned.kind === 'reopen') {
            await store.close()
            const before = plain(store)
            store = (await openOnMemory(disk, { retention })).store
            expect(plain(store)).toEqual(before)
            continue
          }
          const named = stillNamed(store).filter(({ number }) => number > 0)
          await committed(store, changeOf(store, at, planned))
          if (planned.kind === 'serve')
            newest.set(groupOf(planned.group), newestOf(store, groupOf(planned.group)))
          if (planned.kind === 'put') putAt.set(keyOfTraffic(`s${planned.service}`), at)
          const view = store.view()
          for (const { group, number } of named) {
            const kept = view.generations.get(group)?.map((one) => one.number)
            if (stillNamed(store).some((other) => other.group === group && other.number === number)) {
              expect(kept).toContain(number)
            }
          }
        }
        await store.close()
        const view = store.view()
        for (const [group, number] of newest) expect(newestOf(store, group)).toBe(number)
        for (const hash of hashesIn([...view.generations.values()].flat())) {
          expect(await store.resource(hash), hash).toBeDefined()
        }
        for (const world of [view.heads, view.applied]) {
          for (const [key, object] of world) {
            const revision = await store.revision(object.revision)
            expect(revision?.puts.find(({ name }) => keyOfTraffic(name) === key)).toEqual(object)
          }
        }
        if (view.revision > 0) expect((await store.revision(view.revision))?.number).toBe(view.revision)
        const numbers = (await store.revisions({ limit: 1_000 })).map(({ number }) => number)
        const wanted = Array.from(
          { length: Math.min(retention.revisions, view.revision) },
          (_, back) => view.revision - back,
        )
        expect(numbers).toEqual(expect.arrayContaining(wanted))
        const again = (await openOnMemory(disk, { retention })).store
        expect(plain(again)).toEqual(plain(store))
      }),
      { numRuns: 60 },
    )
  })

  it('keeps no more than it is told, however long the history', async () => {
    const disk = memoryDisk()
    const { store } = await openOnMemory(disk, { retention })
    for (let n = 1; n <= 300; n++) {
      const { generation: next, resources } = generation('default/edge', n, {
        cds: { a: 'same' },
        rds: { r: `route ${n}` },
      })
      await committed(store, {
        ...puts([traffic(`s${n % 4}`, `e${n}`)], {
          revision: { requestId: `q${n}`, requestHash: 'h' },
          answer: n,
        }),
        generations: [next],
        resources,
        records: { put: [{ table: 'push', key: `p${n}`, value: { revision: n, endedAt: n } }] },
      })
    }
    await store.close()
    const kept = (prefix: string): number =>
      [...disk.values.keys()].filter((key) => key.startsWith(prefix)).length
    expect(kept('rev/')).toBeLessThanOrEqual(retention.revisions + 4 + 1)
    expect(kept('req/')).toBeLessThanOrEqual(retention.requestIds + 2)
    expect(kept('rec/push/')).toBeLessThanOrEqual(retention.pushes + 2)
    expect(kept('gen/')).toBeLessThanOrEqual(retention.generations + retention.generationsSlack)
    expect(kept('res/')).toBeLessThanOrEqual(20)
    expect(store.replay('q300', 'h')).toEqual({ ok: true, value: 300 })
    expect(store.replay('q1', 'h')).toEqual({ ok: true, value: undefined })
    expect((await store.history(keyOfTraffic('s0'), 100)).length).toBeLessThanOrEqual(3)
    expect(plain((await openOnMemory(disk, { retention })).store)).toEqual(plain(store))
  })

  it('leaves a resource that a change was computed with before nothing named it', async () => {
    const disk = memoryDisk()
    const { store } = await openOnMemory(disk, { retention: { ...retention, resourceGraceCommits: 50 } })
    const blue = generation('default/edge', 1, { rds: { r: 'to blue' } })
    await committed(store, { generations: [blue.generation], resources: blue.resources })
    const [hash] = [...blue.resources.keys()]
    expect(store.has(hash ?? '')).toBe(true)
    for (let n = 2; n <= 20; n++) {
      const { generation: next, resources } = generation('default/edge', n, { rds: { r: `other ${n}` } })
      await committed(store, { generations: [next], resources })
    }
    await store.commit({})
    // Nothing names it: who asks now is told to bring it along, who asked before finds it there.
    expect(store.has(hash ?? '')).toBe(false)
    const back = generation('default/edge', 21, { rds: { r: 'to blue' } })
    expect((await store.commit({ generations: [back.generation] })).ok).toBe(true)
    expect(store.has(hash ?? '')).toBe(true)
    expect(await store.resource(hash ?? '')).toBeDefined()
  })
})

// What was answered is there after a reopening, whatever kind of commit it was.
import { describe, expect, it } from 'vitest'
import type { Change } from '../../../src/store/index.ts'
import {
  cleanUp,
  committed,
  freshFolder,
  generation,
  keyOfTraffic,
  opened,
  plain,
  puts,
  traffic,
} from './fixtures.ts'

const first = generation('default/edge', 1, {
  cds: { a: 'cluster a', b: 'cluster b' },
  rds: { r: 'to blue' },
})
const second = generation('default/edge', 2, {
  cds: { a: 'cluster a', c: 'cluster c' },
  rds: { r: 'to green' },
})
const third = generation('default/edge', 3, { cds: { a: 'cluster a' } })

const kinds: Readonly<Record<string, readonly Change[]>> = {
  'a put': [puts([traffic('checkout', 'blue')], { applied: [] })],
  'a put that is applied': [puts([traffic('checkout', 'blue')])],
  'an applied pointer behind its head': [
    puts([traffic('checkout', 'blue')]),
    puts([traffic('checkout', 'green')], { applied: [] }),
  ],
  'an applied pointer without a head': [
    puts([traffic('checkout', 'blue')]),
    puts([], { revision: { deletes: [keyOfTraffic('checkout')] } }),
  ],
  'a deletion': [
    puts([traffic('checkout', 'blue')]),
    puts([], {
      revision: { deletes: [keyOfTraffic('checkout')] },
      applied: [{ key: keyOfTraffic('checkout'), to: 'absent' }],
    }),
  ],
  'a pointer moved later': [
    puts([traffic('checkout', 'blue')], { applied: [] }),
    { applied: [{ key: keyOfTraffic('checkout'), to: 'head' }] },
  ],
  generations: [
    { generations: [first.generation], resources: first.resources },
    { generations: [second.generation], resources: second.resources },
    { generations: [third.generation] },
  ],
  'two generations at once': [
    {
      generations: [first.generation, second.generation],
      resources: new Map([...first.resources, ...second.resources]),
    },
  ],
  records: [
    {
      records: {
        put: [
          { table: 'push', key: 'p1', value: { phase: 'preparing', list: [1, null, 'x'] } },
          { table: 'inventory', key: '__proto__', value: { group: 'default/edge' } },
          { table: 'refusal', key: `edge-1\n\0${'x'.repeat(2_000)}`, value: 'odd names are names' },
        ],
      },
    },
    { records: { put: [{ table: 'push', key: 'p2', value: 1 }], delete: [{ table: 'push', key: 'p1' }] } },
  ],
  'a revision with a request id': [
    puts([traffic('checkout', 'blue')], {
      revision: { requestId: 'q1', requestHash: 'h' },
      answer: { b: 1, a: [2] },
    }),
  ],
}

describe('a store that is opened again', () => {
  cleanUp()
  it.each(Object.entries(kinds))('has %s', async (_, changes) => {
    const dir = await freshFolder()
    const store = await opened(dir)
    for (const change of changes) await committed(store, change)
    const before = plain(store)
    const hashes = changes.flatMap(({ resources }) => [...(resources ?? [])])
    await store.close()
    const again = await opened(dir)
    expect(plain(again)).toEqual(before)
    for (const [hash, bytes] of hashes)
      expect(Buffer.from((await again.resource(hash)) ?? [])).toEqual(Buffer.from(bytes))
  })
})

// A small store with something of everything: revisions, generations of two groups (some told whole, some as
// differences), a running push, refusals, a retirement, an inventory, answered request ids.
import type { ObjectContent } from '../../../src/model/index.ts'
import { committed, generation, opened, puts, traffic } from './fixtures.ts'

const nodeGroup = (name: string): ObjectContent => ({
  kind: 'NodeGroup',
  namespace: 'g',
  name,
  labels: {},
  spec: { selector: { cluster: name }, expected: { within: 86_400_000 } },
})

/** Commits it into `dir`; the log stays in use. `commits`: at least 3. */
export async function liveIn(dir: string, commits = 18): Promise<void> {
  const store = await opened(dir)
  await committed(store, puts([nodeGroup('edge'), nodeGroup('side')]))
  for (let n = 1; n <= commits; n++) {
    const edge = generation('g/edge', n, { cds: { a: 'cluster' }, rds: { r: `route ${n}` } })
    const side = generation('g/side', n, { cds: { b: n < 9 ? 'old' : 'new' } })
    const both = n % 4 === 0 ? [edge, side] : [edge]
    await committed(store, {
      ...puts([traffic(`s${n % 3}`, `e${n}`)], {
        revision: { requestId: n === 5 ? 'request' : `q${n}`, requestHash: 'hash' },
      }),
      answer: { n },
      generations: both.map((each) => each.generation),
      resources: new Map(both.flatMap((each) => [...each.resources])),
      records: {
        put: [
          {
            table: 'push',
            key: `${n}`,
            value: {
              revision: n + 1,
              ...(n < commits ? { endedAt: n } : {}),
              groups: [{ group: 'g/edge', before: n - 1, switched: n }],
            },
          },
          { table: 'closed', key: 'g/edge', value: { group: 'g/edge', generation: n } },
          ...(n === 2
            ? [{ table: 'inventory' as const, key: 'edge-1', value: { id: 'edge-1', group: 'g/edge' } }]
            : []),
          ...(n === 3
            ? [
                {
                  table: 'refusal' as const,
                  key: 'edge-1 cds',
                  value: { node: 'edge-1', group: 'g/edge', generation: 2 },
                },
              ]
            : []),
          ...(n === 3
            ? [
                {
                  table: 'retirement' as const,
                  key: 'g/edge a',
                  value: { group: 'g/edge', name: 'a', generation: 3 },
                },
              ]
            : []),
        ],
      },
    })
  }
  await store.close()
}

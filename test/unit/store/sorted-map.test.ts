// The immutable map against the built-in one, under random changes.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SortedMap } from '../../../src/store/sorted-map.ts'

const key = fc.oneof(
  fc.integer({ min: 0, max: 400 }).map((n) => `k${n}`),
  fc.constantFrom('__proto__', '', 'constructor', '\u{1f600}', '~'),
)
const change = fc.tuple(key, fc.option(fc.integer(), { nil: undefined, freq: 3 }))
const sorted = (map: Iterable<readonly [string, number]>): readonly (readonly [string, number])[] =>
  [...map].sort(([a], [b]) => (a < b ? -1 : 1))

describe('a sorted map', () => {
  it('reads like a Map after any changes, in key order', () => {
    fc.assert(
      fc.property(fc.array(fc.array(change, { maxLength: 300 }), { maxLength: 12 }), (rounds) => {
        let map = SortedMap.empty<number>()
        const model = new Map<string, number>()
        for (const round of rounds) {
          map = map.with(round)
          for (const [name, value] of round) {
            if (value === undefined) model.delete(name)
            else model.set(name, value)
          }
        }
        expect([...map]).toEqual(sorted(model))
        expect(map.size).toBe(model.size)
        expect([...map.keys()]).toEqual(sorted(model).map(([name]) => name))
        expect([...map.values()]).toEqual(sorted(model).map(([, value]) => value))
        for (const name of ['k1', 'k200', '__proto__', 'nothing']) {
          expect(map.get(name)).toBe(model.get(name))
          expect(map.has(name)).toBe(model.has(name))
        }
        const seen: string[] = []
        map.forEach((_, name) => {
          seen.push(name)
        })
        expect(seen).toEqual([...map.keys()])
        expect([...map.keysFrom('k1')]).toEqual([...map.keys()].filter((name) => name.startsWith('k1')))
      }),
      { numRuns: 150 },
    )
  })

  it('never changes under the feet of who holds an older version', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(change, { maxLength: 80 }), { minLength: 1, maxLength: 12 }),
        (rounds) => {
          const versions: {
            readonly map: SortedMap<number>
            readonly was: readonly (readonly [string, number])[]
          }[] = []
          let map = SortedMap.from(Array.from({ length: 300 }, (_, index) => [`k${index}`, index] as const))
          for (const round of rounds) {
            versions.push({ map, was: [...map] })
            map = map.with(round)
          }
          for (const { map: old, was } of versions) expect([...old]).toEqual(was)
        },
      ),
      { numRuns: 80 },
    )
  })

  it('keeps the identity of values that did not change', () => {
    const values = Array.from({ length: 1_000 }, (_, index) => [`k${index}`, { index }] as const)
    const map = SortedMap.from(values)
    const next = map.with([['k500', { index: -1 }]])
    for (const [name, value] of values) if (name !== 'k500') expect(next.get(name)).toBe(value)
  })
})

// RFC 7396: its own examples, and what holds of every merge.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Json, mergePatch } from '../../src/base/index.ts'

/** Appendix A of the RFC: target, patch, result. */
const examples: readonly (readonly [target: Json, patch: Json, result: Json])[] = [
  [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
  [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
  [{ a: 'b' }, { a: null }, {}],
  [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
  [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
  [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
  [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
  [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
  [
    ['a', 'b'],
    ['c', 'd'],
    ['c', 'd'],
  ],
  [{ a: 'b' }, ['c'], ['c']],
  [{ a: 'foo' }, null, null],
  [{ a: 'foo' }, 'bar', 'bar'],
  [{ e: null }, { a: 1 }, { e: null, a: 1 }],
  [[1, 2], { a: 'b', c: null }, { a: 'b' }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
]

describe('a JSON merge patch', () => {
  it.each(examples)('of %j with %j is %j', (target, patch, result) => {
    expect(mergePatch(target, patch)).toEqual(result)
  })

  it('merged twice is merged once, and changes neither target nor patch', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (target, patch) => {
        const [before, given] = [JSON.stringify(target), JSON.stringify(patch)]
        const once = mergePatch(target as Json, patch as Json)
        expect(mergePatch(once, patch as Json)).toEqual(once)
        expect([JSON.stringify(target), JSON.stringify(patch)]).toEqual([before, given])
      }),
    )
  })

  it('leaves what it does not name, and has what it names', () => {
    const members = fc.dictionary(fc.string(), fc.oneof(fc.integer(), fc.string(), fc.constant(null)))
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.integer()), members, (target, patch) => {
        const merged = new Map(Object.entries(mergePatch(target, patch) as Record<string, Json>))
        const named = new Map(Object.entries(patch))
        for (const [key, value] of named) expect(merged.get(key)).toEqual(value ?? undefined)
        for (const [key, value] of Object.entries(target))
          if (!named.has(key)) expect(merged.get(key)).toBe(value)
      }),
    )
  })
})

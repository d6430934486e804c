// What one change did, put back: every field for itself, and no field that somebody else wrote.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson, type Json } from '../../../src/base/index.ts'
import { type Clash, putBack } from '../../../src/model/planning/three-way.ts'

const back = (before: Json | undefined, after: Json | undefined, now: Json | undefined) => {
  const clashes: Clash[] = []
  const value = putBack({ before, after, now }, 'spec', clashes)
  return { value, clashes: clashes.map(({ path }) => path) }
}
const item = (name: string, more: object = {}): Json => ({ name, ...more })

describe('what a change did is put back', () => {
  it('whole where nothing was changed since', () => {
    expect(back({ a: 1 }, { a: 2, b: 3 }, { a: 2, b: 3 })).toEqual({ value: { a: 1 }, clashes: [] })
    expect(back(undefined, { a: 1 }, { a: 1 })).toEqual({ value: undefined, clashes: [] })
    expect(back({ a: 1 }, undefined, undefined)).toEqual({ value: { a: 1 }, clashes: [] })
  })

  it('field by field where others changed the rest', () => {
    expect(back({ a: 1, c: 1 }, { a: 2, c: 1 }, { a: 2, c: 9, d: 4 })).toEqual({
      value: { a: 1, c: 9, d: 4 },
      clashes: [],
    })
    expect(back({ a: { x: 1, y: 1 } }, { a: { x: 2, y: 1 } }, { a: { x: 2, y: 5 } }).value).toEqual({
      a: { x: 1, y: 5 },
    })
  })

  it('within an object that the change made or took away', () => {
    expect(back({}, { up: { a: 1 } }, { up: { a: 1, b: 2 } })).toEqual({
      value: { up: { b: 2 } },
      clashes: [],
    })
    expect(back({ up: { a: 1 } }, {}, { up: { b: 2 } })).toEqual({
      value: { up: { b: 2, a: 1 } },
      clashes: [],
    })
  })

  it('not where it was changed again, or is what it was already', () => {
    expect(back({ a: 1 }, { a: 2 }, { a: 3 })).toEqual({ value: { a: 3 }, clashes: ['spec.a'] })
    expect(back({ a: 1 }, { a: 2 }, { a: 1 })).toEqual({ value: { a: 1 }, clashes: [] })
    expect(back({ 'x y': 1 }, { 'x y': 2 }, { 'x y': 3 }).clashes).toEqual(['spec["x y"]'])
  })

  it('by name in lists whose items have names', () => {
    const was = [item('blue', { v: 1 }), item('green', { v: 1 })]
    const made = [item('blue', { v: 1 }), item('green', { v: 2 }), item('red')]
    const is = [item('blue', { v: 7 }), item('green', { v: 2 }), item('red'), item('black')]
    expect(back(was, made, is)).toEqual({
      value: [item('blue', { v: 7 }), item('green', { v: 1 }), item('black')],
      clashes: [],
    })
    expect(back(['a.test'], ['a.test', 'b.test'], ['a.test', 'b.test', 'c.test']).value).toEqual([
      'a.test',
      'c.test',
    ])
    expect(back(was, made, [item('blue', { v: 1 }), item('green', { v: 3 })]).clashes).toEqual([
      'spec[green].v',
    ])
  })

  it('in its place: what comes back stands where it stood, and an order that was changed is put back', () => {
    const all = ['a', 'b', 'c'].map((name) => item(name))
    const [a = '', b = '', c = ''] = all
    expect(back([a, b, c], [a, c], [a, c, item('d')]).value).toEqual([a, b, c, item('d')])
    expect(back([a, b], [b, a], [b, item('x'), a]).value).toEqual([a, b, item('x')])
    expect(back([a, b, c], [b, a, c], [c, b, a]).clashes).toEqual(['spec'])
  })

  it('never in part in lists without names', () => {
    expect(back([1, 2], [1, 3], [1, 3])).toEqual({ value: [1, 2], clashes: [] })
    expect(back([1, 2], [1, 3], [1, 3, 4])).toEqual({ value: [1, 3, 4], clashes: ['spec'] })
    expect(back([item('a'), item('a')], [item('a')], [item('a'), item('b')]).clashes).toEqual(['spec'])
  })
})

describe('over any three values', () => {
  const value = fc.letrec<{ any: Json }>((tie) => ({
    any: fc.oneof(
      { maxDepth: 3 },
      fc.integer({ min: 0, max: 2 }),
      fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('any'), { maxKeys: 3 }) as fc.Arbitrary<Json>,
      fc.uniqueArray(fc.constantFrom('x', 'y', 'z'), { maxLength: 3 }) as fc.Arbitrary<Json>,
    ),
  })).any
  const same = (a: Json | undefined, b: Json | undefined): boolean =>
    a === undefined || b === undefined ? a === b : canonicalJson(a) === canonicalJson(b)

  it('the last change is put back to what was before it', () => {
    fc.assert(
      fc.property(value, value, (before, after) => {
        expect(same(back(before, after, after).value, before)).toBe(true)
      }),
    )
  })

  it('a change that changed nothing takes nothing back, and what is back already stays', () => {
    fc.assert(
      fc.property(value, value, value, (before, after, now) => {
        expect(same(back(before, before, now).value, now)).toBe(true)
        expect(back(before, before, now).clashes).toEqual([])
        expect(same(back(before, after, before).value, before)).toBe(true)
      }),
    )
  })

  it('an undo that is undone is what was there', () => {
    fc.assert(
      fc.property(value, value, value, (before, after, now) => {
        const once = back(before, after, now)
        if (once.clashes.length > 0 || once.value === undefined) return
        const again = back(now, once.value, once.value)
        expect(same(again.value, now)).toBe(true)
      }),
    )
  })
})

// The traffic in the middle of a ramp: whole at every step, and no user moves back.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { slicesBetween } from '../../../src/model/index.ts'

type Slices = Parameters<typeof slicesBetween>[0]
const slices = (...parts: readonly (readonly [string, number])[]): Slices =>
  parts.map(([environment, share]) => ({ environment, share }))

/** Who has each of the 10,000 places. */
const places = (of: Slices): readonly string[] =>
  of.flatMap(({ environment, share }) => Array.from({ length: share }, () => environment))

const range = fc
  .array(fc.tuple(fc.constantFrom('blue', 'green', 'red'), fc.integer({ min: 1, max: 3_000 })), {
    minLength: 1,
    maxLength: 5,
  })
  .map((parts): Slices => {
    const kept = parts.filter(([name], at) => name !== parts[at - 1]?.[0])
    const sum = kept.reduce((total, [, share]) => total + share, 0)
    const scaled = kept.map(
      ([name, share]) => [name, Math.max(1, Math.floor((share * 9_900) / sum))] as const,
    )
    const rest = 10_000 - scaled.reduce((total, [, share]) => total + share, 0)
    return slices(...scaled.map(([name, share], at) => [name, at === 0 ? share + rest : share] as const))
  })

describe('the range in the middle of a ramp', () => {
  it('grows from the side where the environment is already', () => {
    const [blue, green] = [slices(['blue', 10_000]), slices(['green', 10_000])]
    expect(slicesBetween(blue, green, { step: 1, steps: 4 })).toEqual(
      slices(['green', 2_500], ['blue', 7_500]),
    )
    const some = slices(['green', 1_000], ['blue', 9_000])
    expect(slicesBetween(some, blue, { step: 1, steps: 2 })).toEqual(slices(['green', 500], ['blue', 9_500]))
    expect(slicesBetween(some, green, { step: 1, steps: 2 })).toEqual(
      slices(['green', 5_500], ['blue', 4_500]),
    )
  })

  it('is whole at every step, moves each user at most once and never back, and ends where it should', () => {
    fc.assert(
      fc.property(range, range, fc.integer({ min: 1, max: 20 }), (from, to, steps) => {
        const [first, last] = [places(from), places(to)]
        let moved = new Set<number>()
        for (let step = 1; step <= steps; step++) {
          const now = places(slicesBetween(from, to, { step, steps }))
          expect(now.length).toBe(10_000)
          const here = new Set<number>()
          now.forEach((environment, place) => {
            if (environment === first[place] && environment !== last[place]) return
            if (environment !== last[place]) throw new Error(`place ${place} is nowhere`)
            here.add(place)
          })
          for (const place of moved) if (!here.has(place)) throw new Error(`place ${place} went back`)
          moved = here
        }
        expect(moved.size).toBe(10_000)
      }),
      { numRuns: 40 },
    )
  })
})

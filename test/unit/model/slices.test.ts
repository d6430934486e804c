// Who is where while weights move: nobody leaves an environment that keeps or gains, whatever the steps.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { limits } from '../../../src/base/index.ts'
import { fits, listedSlices, nextSlices, type Slice } from '../../../src/model/planning/slices.ts'
import { applied, environment, gateway, group, service, serviceOf } from './fixtures.ts'

const names = ['blue', 'green', 'red', 'grey']
const four = serviceOf(applied([group(), gateway(), service(names.map((name) => environment(name)))]))

/** Environment of each of the 10,000 places. */
function places(slices: readonly Slice[]): readonly string[] {
  return slices.flatMap(({ environment, share }) => Array.from({ length: share }, () => environment))
}

/** Weights of some of the names that sum to 10,000. */
const weights = fc
  .array(fc.nat(9), { minLength: 4, maxLength: 4 })
  .filter((parts) => parts.some((part) => part > 0))
  .map((parts) => {
    const sum = parts.reduce((total, part) => total + part, 0)
    const shares = parts.map((part) => Math.floor((part * 10_000) / sum))
    const largest = shares.indexOf(Math.max(...shares))
    const rest = 10_000 - shares.reduce((total, share) => total + share, 0)
    return Object.fromEntries(
      names.flatMap((name, at) => {
        const share = (shares[at] ?? 0) + (at === largest ? rest : 0)
        return share === 0 ? [] : [[name, share] as const]
      }),
    )
  })

describe('the hash range of a service', () => {
  it('begins with canaries and ends with the environment listed first', () => {
    expect(listedSlices(four, { blue: 7_000, green: 1_000, grey: 2_000 })).toEqual([
      { environment: 'green', share: 1_000 },
      { environment: 'grey', share: 2_000 },
      { environment: 'blue', share: 7_000 },
    ])
  })

  it('keeps its order over a rollout, and puts the next canary first again', () => {
    let slices: readonly Slice[] = [{ environment: 'blue', share: 10_000 }]
    const steps: (readonly string[])[] = []
    for (const step of [
      { blue: 9_000, green: 1_000 },
      { blue: 1_000, green: 9_000 },
      { green: 10_000 },
      { green: 9_900, blue: 100 },
    ]) {
      slices = nextSlices(slices, step)
      steps.push(slices.map(({ environment }) => environment))
    }
    expect(steps).toEqual([['green', 'blue'], ['green', 'blue'], ['green'], ['blue', 'green']])
  })

  it('moves a place only from an environment that lost to one that gained', () => {
    fc.assert(
      fc.property(fc.array(weights, { minLength: 2, maxLength: 6 }), (steps) => {
        const [first = {}, ...more] = steps
        let slices = listedSlices(four, first)
        let before: Readonly<Record<string, number>> = first
        for (const step of more) {
          const next = nextSlices(slices, step)
          const [was, is] = [places(slices), places(next)]
          expect(is).toHaveLength(10_000)
          was.forEach((from, at) => {
            const to = is[at] ?? ''
            if (from === to) return
            expect(step[from] ?? 0).toBeLessThan(before[from] ?? 0)
            expect(step[to] ?? 0).toBeGreaterThan(before[to] ?? 0)
          })
          for (const name of names) {
            expect(is.filter((each) => each === name)).toHaveLength(step[name] ?? 0)
          }
          slices = next
          before = step
        }
      }),
      { numRuns: 60 },
    )
  })

  it('does not fit when it says other shares, or is in too many pieces', () => {
    const halves = { blue: 5_000, green: 5_000 }
    expect(fits([{ environment: 'blue', share: 5_000 }], halves)).toBe(false)
    expect(
      fits(
        [
          { environment: 'green', share: 5_000 },
          { environment: 'blue', share: 5_000 },
        ],
        halves,
      ),
    ).toBe(true)
    const pieces = 4 * limits.slicesPerEnvironment
    const many = Array.from({ length: pieces }, (_, at) => ({
      environment: at % 2 === 0 ? 'blue' : 'green',
      share: 10_000 / pieces,
    }))
    expect(fits(many, halves)).toBe(false)
  })
})

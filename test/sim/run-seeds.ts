// What the tests of this folder share: many seeds one after another, until one fails.
import { describe, expect, it } from 'vitest'
import type { Planted } from './life-types.ts'
import { failureText } from './report.ts'
import { type Outcome, simulate } from './simulate.ts'

/** Seeds of one test, and tests of one file. */
const perTest = 20
const tests = 6

/** The tests of a file: runs of the simulation from a seed on. */
export function describeSeeds(first: number): void {
  describe('whatever happens to a fleet', () => {
    for (let from = first; from < first + tests * perTest; from += perTest) {
      it(`no rule is broken at any step, and everything comes to rest: seeds ${from} to ${from + perTest - 1}`, async () => {
        await expectNoFault(from, perTest)
      }, 300_000)
    }
  })
}

/** Runs these seeds; fails with the whole story of the first that does. */
async function expectNoFault(from: number, count: number): Promise<void> {
  for (let seed = from; seed < from + count; seed += 1) {
    const outcome = await simulate(seed)
    expect(outcome.fault === undefined ? 'no fault' : failureText(outcome)).toBe('no fault')
  }
}

/** The first of these seeds that fails with this bug planted; undefined: none does. */
export async function firstFault(
  planted: Planted,
  from: number,
  count: number,
): Promise<Outcome | undefined> {
  for (let seed = from; seed < from + count; seed += 1) {
    const outcome = await simulate(seed, { planted })
    if (outcome.fault !== undefined) return outcome
  }
  return undefined
}

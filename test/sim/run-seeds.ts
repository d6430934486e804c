// What the tests of this folder share: many seeds one after another, until one fails.
import { expect } from 'vitest'
import type { Planted } from './life-types.ts'
import { failureText } from './report.ts'
import { type Outcome, simulate } from './simulate.ts'

/** Runs these seeds; fails with the whole story of the first that does. */
export async function expectNoFault(from: number, count: number): Promise<void> {
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

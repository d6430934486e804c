// A few hundred runs of the simulation, one half of the seeds: two files, so that two workers share them.
import { describe, it } from 'vitest'
import { expectNoFault } from './run-seeds.ts'

const first = 1
const perTest = 20
const tests = 6

describe('whatever happens to a fleet', () => {
  for (let index = 0; index < tests; index += 1) {
    const from = first + index * perTest
    it(`no rule is broken at any step, and everything comes to rest: seeds ${from} to ${from + perTest - 1}`, async () => {
      await expectNoFault(from, perTest)
    }, 300_000)
  }
})

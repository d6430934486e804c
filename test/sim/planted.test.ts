// Bugs of different kinds, planted by what the product lets tests take away: the ordinary seeds find each. More are planted in
// copies of the sources by `npm run test:breaks` (rule "sim" of test/breaks/breaks.json).
import { describe, expect, it } from 'vitest'
import type { Planted } from './life-types.ts'
import { firstFault } from './run-seeds.ts'

interface Bug {
  readonly what: string
  readonly planted: Planted
  /** Rules that may catch it. */
  readonly rules: readonly string[]
}

const bugs: readonly Bug[] = [
  {
    what: 'a push that switches before the barrier',
    planted: { unsafe: { skipPrepare: true } },
    rules: ['prepared everywhere before the switch', 'nothing routed to is missing'],
  },
  {
    what: 'a cluster that goes with the switch instead of retiring',
    planted: { unsafe: { removeWithSwitch: true } },
    rules: [
      'nothing routed to is missing',
      'prepared everywhere before the switch',
      'served is what is applied',
    ],
  },
  {
    what: 'a store that says it is durable before it is',
    planted: { liesAboutFlushes: true },
    rules: [
      'durable before published',
      'durable before answered',
      'a number means one content',
      'a store that was whole opens',
    ],
  },
]

describe('a planted bug', () => {
  for (const { what, planted, rules } of bugs) {
    it(`is found by the ordinary seeds: ${what}`, async () => {
      const found = await firstFault(planted, 1, 40)
      expect(rules).toContain(found?.fault?.rule)
    }, 300_000)
  }
})

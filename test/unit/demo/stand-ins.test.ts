// What the load says of each target: only what came since the report before.
import { expect, it } from 'vitest'
import { type LoadReport, reportLines } from '../../../src/demo/index.ts'

const report = (
  ok: Readonly<Record<string, number>>,
  failures: Readonly<Record<string, number>>,
): LoadReport => ({
  atMs: 0,
  worstPauseMs: 0,
  targets: [
    {
      ...{
        name: 'edge-1:10000',
        sent: 0,
        ok: 0,
        environments: ok,
        failures,
        inFlight: 0,
        missed: 0,
        turns: [],
      },
      failed: Object.values(failures).reduce((sum, count) => sum + count, 0),
      travels: { 'h1-kept': 0, 'h1-new': 0, 'h2-kept': 0, 'h2-new': 0 },
    },
  ],
})

it('says how many each environment answered and what failed, since the report before', () => {
  const first = report({ blue: 100 }, { '503 no healthy upstream': 2 })
  const second = report({ blue: 100, green: 50 }, { '503 no healthy upstream': 2, 'connect ECONNREFUSED': 1 })
  expect(reportLines(undefined, first)).toEqual([
    'edge-1:10000: blue 100, failed 2 (503 no healthy upstream 2)',
  ])
  expect(reportLines(first, second)).toEqual(['edge-1:10000: green 50, failed 1 (connect ECONNREFUSED 1)'])
})

// One seed is one run: nothing of the machine it runs on gets in.
import { describe, expect, it } from 'vitest'
import { planOf } from './plan.ts'
import { simulate } from './simulate.ts'

describe('a seed', () => {
  it('gives the same trace, byte for byte, and the same records on disk', async () => {
    for (const seed of [1, 2, 5]) {
      const first = await simulate(seed)
      const second = await simulate(seed)
      expect(second).toEqual(first)
      expect(first.lines).toBeGreaterThan(300)
    }
  }, 300_000)

  it('is another run than its neighbour', async () => {
    expect((await simulate(1)).hash).not.toBe((await simulate(2)).hash)
  }, 300_000)

  it('gives fleets of all sizes, and everything that can happen', () => {
    const plans = Array.from({ length: 200 }, (_, index) => planOf(index + 1))
    const sizes = plans.map(({ proxies }) => proxies)
    expect(Math.min(...sizes)).toBeLessThan(6)
    expect(Math.max(...sizes)).toBeGreaterThan(200)
    const kinds = new Set(plans.flatMap(({ actions }) => actions.map(({ kind }) => kind)))
    expect(kinds.size).toBe(39)
  })
})

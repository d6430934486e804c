// The claim of the product: traffic is moved and no request fails. Believed only because the same run without the barrier, and
// the same run with clusters removed too early, do fail.
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { type Fleet, startFleet } from '../support/fleet.ts'
import { playMoves } from '../support/moves.ts'
import { describeWithEnvoy } from '../support/with-envoy.ts'

let fleet: Fleet | undefined
afterEach(async () => {
  await fleet?.close()
  fleet = undefined
})

describeWithEnvoy('moving traffic', () => {
  it('loses no request over 200 switches and 200 rollbacks, on SotW and delta', async () => {
    fleet = await startFleet({ variants: ['sotw', 'delta'], serveArgs: ['--retire-delay', '2s'] })
    await fleet.done(fleet.apply(fleet.manifests()))
    await fleet.ready()
    const result = await playMoves(fleet, {
      ...{ rounds: 200, inFlight: 20, newReleaseEvery: 10, inPlaceEvery: 20, restEvery: 100 },
      // Some more than the 500 that are wanted: a slow machine misses some.
      ratePerSecond: 560,
    })
    expect(result.notDone).toEqual([])
    expect(result.failedByClients).toEqual({})
    expect(result.failedByEnvoys).toEqual([])
    // What makes it worth believing.
    expect([result.switches, result.rollbacks]).toEqual([200, 200])
    expect(result.leastInFlight).toBeGreaterThanOrEqual(20)
    expect(result.slowestRate).toBeGreaterThanOrEqual(500)
    for (const travel of ['h1-kept', 'h1-new', 'h2-kept', 'h2-new']) {
      expect(result.travels[travel], travel).toBeGreaterThan(100)
    }
  }, 300_000)

  it('loses none where the backends speak HTTP/2', async () => {
    fleet = await startFleet({
      variants: ['sotw', 'delta'],
      protocol: 'HTTP2',
      serveArgs: ['--retire-delay', '2s'],
    })
    await fleet.done(fleet.apply(fleet.manifests()))
    await fleet.ready()
    const result = await playMoves(fleet, {
      ...{ rounds: 20, inFlight: 20, newReleaseEvery: 5, inPlaceEvery: 10, restEvery: 20 },
    })
    expect(result.notDone).toEqual([])
    expect(result.failedByClients).toEqual({})
    expect(result.failedByEnvoys).toEqual([])
  }, 120_000)

  // Every round puts a new release into green and switches to it at once, so that every switch needs its cluster prepared.
  const fresh = { rounds: 30, inFlight: 20, newReleaseEvery: 1, inPlaceEvery: 0, restEvery: 0 }
  const warm = { ...fresh, newReleaseEvery: 0 }
  // What has to fail may take its time on some machines: many more rounds, of which the first failure is the last.
  const toFailure = { rounds: 300, untilFailure: true, withinMs: 90_000 }

  it.each(['sotw', 'delta'] as const)(
    'loses none over %s when every switch goes to a new release',
    async (variant) => {
      fleet = await trialFleet(variant, 'none')
      const result = await playMoves(fleet, fresh)
      expect(result).toMatchObject({ notDone: [], failedByClients: {}, failedByEnvoys: [] })
    },
    60_000,
  )

  it.each(['sotw', 'delta'] as const)(
    'loses requests over %s without the barrier',
    async (variant) => {
      fleet = await trialFleet(variant, 'skipPrepare')
      const result = await playMoves(fleet, { ...fresh, ...toFailure })
      expect(Object.values(result.failedByClients).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(0)
      expect(result.failedByEnvoys).not.toEqual([])
    },
    120_000,
  )

  it.each(['sotw', 'delta'] as const)(
    'loses requests over %s when the old cluster goes in the same push',
    async (variant) => {
      fleet = await trialFleet(variant, 'removeWithSwitch')
      const result = await playMoves(fleet, { ...warm, ...toFailure })
      expect(Object.values(result.failedByClients).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(0)
      expect(result.failedByEnvoys).not.toEqual([])
    },
    120_000,
  )
})

/** A live fleet of one proxy whose control plane lacks one promise. */
async function trialFleet(
  variant: 'sotw' | 'delta',
  trial: 'skipPrepare' | 'removeWithSwitch' | 'none',
): Promise<Fleet> {
  const made = await startFleet({
    variants: [variant],
    // Warming takes a round of checks, so that what does not wait for it shows.
    healthChecks: true,
    script: join(import.meta.dirname, '..', 'support', 'trial-serve.mjs'),
    serveArgs: ['--trial', trial, '--retire-delay', '1s'],
  })
  await made.done(made.apply(made.manifests()))
  await made.ready()
  return made
}

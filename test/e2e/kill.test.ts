// SIGKILL in the middle of switches, under load, on five Envoys: every push goes on or goes back, no request fails, no proxy
// steps back. KILL_ROUNDS makes it longer (`npm run soak:kill`: 100), SEED plays another row of moments.
import { afterEach, expect, it } from 'vitest'
import { type Fleet, startFleet } from '../support/fleet.ts'
import { describeWithEnvoy } from '../support/with-envoy.ts'
import { playKills } from './kill-rounds.ts'

/** Without the variable: as many as fit into a minute, of this many. */
const isSoak = process.env.KILL_ROUNDS !== undefined
const rounds = Number(process.env.KILL_ROUNDS ?? 20)
const withinMs = isSoak ? rounds * 30_000 : 50_000
const seed = Number(process.env.SEED ?? 20_241)

let fleet: Fleet | undefined
afterEach(async () => {
  await fleet?.close()
  fleet = undefined
})

describeWithEnvoy('a control plane that is killed in the middle of switches', () => {
  it(
    `loses nothing over ${isSoak ? '' : 'up to '}${rounds} rounds (seed ${seed})`,
    async () => {
      fleet = await startFleet({
        variants: ['sotw', 'delta', 'sotw', 'delta', 'delta', 'sotw'],
        // A new cluster is warm only after a round of checks: there is something to be killed in.
        healthChecks: true,
        serveArgs: ['--retire-delay', '2s', '--switch-timeout', '20s'],
      })
      await fleet.done(fleet.apply(fleet.manifests()))
      await fleet.ready()
      const result = await playKills(fleet, {
        ...{ seed, rounds, ratePerSecond: 120, withinMs },
        ...(isSoak ? { note: (line: string) => process.stdout.write(`${line}\n`) } : {}),
      })
      const sorted = [...result.resumeMs].sort((a, b) => a - b)
      process.stdout.write(
        `${JSON.stringify({ ...result, resumeMs: sorted.map(Math.round), roundMs: undefined, slowest: Math.round(Math.max(...result.roundMs)) })}\n`,
      )
      expect(result.faults).toEqual([])
      expect(result.rounds).toBeGreaterThanOrEqual(isSoak ? rounds : 4)
      expect(result.kills).toBeGreaterThanOrEqual(result.rounds)
    },
    120_000 + withinMs,
  )
})

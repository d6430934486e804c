// Scripts by chance, before the simulated proxy and before a real Envoy: both say and hold the same. SEED=<n> plays one,
// COUNT=<n> more of them. What differs here and is understood becomes a transcript in test/sim/transcripts.
import { describe, expect, it, vi } from 'vitest'
import { createRandom } from '../sim/random.ts'
import { fakeStage } from '../sim/transcripts/fake-stage.ts'
import { play } from '../sim/transcripts/play.ts'
import { randomScript } from '../sim/transcripts/random-script.ts'
import { describeWithEnvoy, envoyBinary } from '../support/with-envoy.ts'
import { envoyStage } from './transcripts/envoy-stage.ts'

vi.setConfig({ maxConcurrency: 16 })

const first = Number(process.env.SEED ?? 1)
const count = Number(process.env.COUNT ?? (process.env.SEED === undefined ? 24 : 1))
const seeds = Array.from({ length: count }, (_, index) => first + index)
/** Longer than a script: two clocks do not meet at a drain. */
const drainMs = 600_000

describeWithEnvoy('scripts by chance, on a real Envoy', () => {
  it.concurrent.each(seeds)('seed %i', async (seed) => {
    const script = randomScript(createRandom(seed, 'transcript').next, 12)
    const modelled = await play(script, (options) => fakeStage({ ...options, drainMs }))
    const real = await play(modelled, (options) =>
      envoyStage({
        ...options,
        drainMs,
        binary: envoyBinary(),
        update: false,
        quietMs: { afterWords: 50, afterNone: 150 },
        patienceMs: 3_000,
      }),
    )
    expect(modelled).toBe(real)
  })
})

describe('scripts by chance', () => {
  it('are the same for the same seed, and differ between seeds', () => {
    const scripts = seeds.map((seed) => randomScript(createRandom(seed, 'transcript').next, 12))
    expect(new Set(scripts).size).toBe(count)
    expect(randomScript(createRandom(first, 'transcript').next, 12)).toBe(scripts[0])
  })
})

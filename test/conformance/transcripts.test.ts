// The transcripts of test/sim/transcripts, played before real Envoys, the newest supported and the oldest. They are written
// from here, and only from here: UPDATE_TRANSCRIPTS=1 rewrites what was heard below each move from the newest, and a person
// reads the difference. ONLY=<part of a name> plays some.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { play } from '../sim/transcripts/play.ts'
import { describeWithBothEnvoys, envoyBinary, supportedEnvoys } from '../support/with-envoy.ts'
import { envoyStage } from './transcripts/envoy-stage.ts'

// Most of the time is spent in waiting for nothing.
vi.setConfig({ maxConcurrency: 16 })

const folder = join(import.meta.dirname, '..', 'sim', 'transcripts')
const only = process.env.ONLY ?? ''
const files = readdirSync(folder).filter((name) => name.endsWith('.txt') && name.includes(only))
const update = process.env.UPDATE_TRANSCRIPTS === '1'

describeWithBothEnvoys('transcripts, on real Envoys', () => {
  const releases = update ? (['newest'] as const) : supportedEnvoys
  const cases = files.flatMap((name) => releases.map((release) => [name, release] as const))

  it.concurrent.each(cases)('%s, the %s', async (name, release) => {
    const path = join(folder, name)
    const text = readFileSync(path, 'utf8')
    const played = await play(
      text,
      (options) =>
        envoyStage({
          ...options,
          binary: envoyBinary(release),
          update,
          quietMs: update ? { afterWords: 500, afterNone: 500 } : { afterWords: 50, afterNone: 150 },
          patienceMs: update ? 800 : 5_000,
        }),
      { nodeInEveryDelta: release === 'oldest' },
    )
    if (update) writeFileSync(path, played)
    else expect(played).toBe(text)
  })
})

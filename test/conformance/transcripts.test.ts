// The transcripts of test/sim/transcripts, played before a real Envoy. They are written from here, and only from here:
// UPDATE_TRANSCRIPTS=1 rewrites what was heard below each move, and a person reads the difference. ONLY=<name> plays some.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { play } from '../sim/transcripts/play.ts'
import { describeWithEnvoy, envoyBinary } from '../support/with-envoy.ts'
import { envoyStage } from './transcripts/envoy-stage.ts'

const folder = join(import.meta.dirname, '..', 'sim', 'transcripts')
const only = process.env.ONLY ?? ''
const files = readdirSync(folder).filter((name) => name.endsWith('.txt') && name.includes(only))
const update = process.env.UPDATE_TRANSCRIPTS === '1'

describeWithEnvoy('transcripts, on a real Envoy', () => {
  it.concurrent.each(files)('%s', async (name) => {
    const path = join(folder, name)
    const text = readFileSync(path, 'utf8')
    const played = await play(text, (options) =>
      envoyStage({
        ...options,
        binary: envoyBinary(),
        update,
        quietMs: update ? 500 : 150,
        patienceMs: update ? 800 : 5_000,
      }),
    )
    if (update) writeFileSync(path, played)
    else expect(played).toBe(text)
  })
})

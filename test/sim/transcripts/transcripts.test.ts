// The simulated proxy, held to the real one: what it says and holds is what a real Envoy said and held. The transcripts are
// written by test/conformance/transcripts.test.ts; where this test fails, the simulated proxy is wrong.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { fakeStage } from './fake-stage.ts'
import { play } from './play.ts'

const folder = import.meta.dirname
const files = readdirSync(folder).filter((name) => name.endsWith('.txt'))

describe('transcripts, on the simulated proxy', () => {
  it.each(files)('rule proxy: %s', async (name) => {
    const text = readFileSync(join(folder, name), 'utf8')
    expect(await play(text, fakeStage)).toBe(text)
  })
})

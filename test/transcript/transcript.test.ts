// Conversations with whole proxies, as text: UPDATE_TRANSCRIPTS=1 rewrites what happened below each move, and a person
// reads the difference.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { play } from './play.ts'

const folder = import.meta.dirname
const files = readdirSync(folder).filter((name) => name.endsWith('.txt'))

describe('transcripts', () => {
  it.each(files)('%s', (name) => {
    const path = join(folder, name)
    const text = readFileSync(path, 'utf8')
    const played = play(text)
    if (process.env.UPDATE_TRANSCRIPTS === '1') writeFileSync(path, played)
    else expect(played).toBe(text)
  })
})

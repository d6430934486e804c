// The log: one event name and fields per line.
import { describe, expect, it } from 'vitest'
import { createLogger } from '../../../src/ops/index.ts'

const written = (
  format: 'json' | 'text',
  level: 'info' | 'error' = 'info',
): { lines: string[]; log: ReturnType<typeof createLogger> } => {
  const lines: string[] = []
  return { lines, log: createLogger({ level, format, write: (line) => lines.push(line) }) }
}

describe('the log', () => {
  it('is JSON with time, level and event', () => {
    const { lines, log } = written('json')
    log.info({ event: 'push_done', push: '7', ms: 3.5 })
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      level: 'info',
      event: 'push_done',
      push: '7',
      ms: 3.5,
    })
    expect(Object.keys(JSON.parse(lines[0] ?? ''))).toEqual(['level', 'time', 'event', 'push', 'ms'])
  })

  it('is a line to read on a terminal, with odd text in quotes', () => {
    const { lines, log } = written('text')
    log.warn({ event: 'nack', node: 'edge-1', detail: 'two words\nand a line', names: ['a'] })
    expect(lines[0]).toMatch(
      /^\d\d:\d\d:\d\d\.\d{3} warn {2}nack node=edge-1 detail="two words\\nand a line" names="\[\\"a\\"\]"\n$/,
    )
  })

  it('shows the stack of an error, and never a private key', () => {
    const { lines, log } = written('text', 'error')
    log.info({ event: 'quiet' })
    log.error({ event: 'bug', err: new Error('boom'), privateKey: 'hidden', tls: { privateKey: 'hidden' } })
    expect(lines).toHaveLength(1)
    expect(lines[0]).toContain('Error: boom')
    expect(lines[0]).not.toContain('hidden')
  })
})

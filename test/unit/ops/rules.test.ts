// The xDS rules that the log keeps; `npm run test:breaks` shows that each test catches its break.
import { expect, it } from 'vitest'
import { createLogger } from '../../../src/ops/index.ts'

it('rule 43: no body of a secret reaches the log, in whichever format', () => {
  for (const format of ['json', 'text'] as const) {
    const lines: string[] = []
    const log = createLogger({ level: 'info', format, write: (line) => lines.push(line) })
    log.info({ event: 'one', secret: 'hidden', privateKey: 'hidden', authorization: 'hidden' })
    log.info({ event: 'two', tls: { secret: 'hidden', privateKey: 'hidden', authorization: 'hidden' } })
    expect(lines).toHaveLength(2)
    expect(lines.join('')).not.toContain('hidden')
  }
})

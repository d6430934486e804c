// An answer means flushed: counted at the system calls, because no kill of a process can tell.
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { builtStore } from './built.ts'
import { cleanUp, freshFolder } from './fixtures.ts'

/** Why there is no strace that may trace here, or undefined. */
function whyNoStrace(): string | undefined {
  try {
    execFileSync('strace', ['-f', '-e', 'trace=fsync', 'true'], { stdio: 'pipe' })
    return undefined
  } catch (error) {
    return error instanceof Error ? (error.message.split('\n')[0] ?? 'failed') : String(error)
  }
}

const why = whyNoStrace()
if (why !== undefined) process.stderr.write(`skipped: an answer means flushed: ${why}\n`)

describe.skipIf(why !== undefined)('an answer', () => {
  cleanUp()
  const built = why === undefined ? builtStore() : ''

  it('comes after a flush of its own', async () => {
    const dir = await freshFolder()
    const trace = join(dir, 'trace')
    const child = [
      process.execPath,
      join(import.meta.dirname, 'child.mjs'),
      built,
      'write',
      join(dir, 'store'),
      '0',
      '20',
    ]
    const traced = ['-f', '-qq', '-o', trace, '-e', 'trace=fsync,fdatasync,write', ...child]
    const writer = spawn('strace', traced, { stdio: ['ignore', 'ignore', 'inherit'] })
    await once(writer, 'exit')
    // Each answer must find at least one flush since the answer before it.
    const lines = (await readFile(trace, 'utf8')).split('\n')
    let flushes = 0
    const perAnswer: number[] = []
    for (const line of lines) {
      if (/\bf(data)?sync\(|<\.\.\. f(data)?sync resumed/.test(line) && /= 0\s*$/.test(line)) flushes++
      if (/write\(1, "\d+\\n"/.test(line)) {
        perAnswer.push(flushes)
        flushes = 0
      }
    }
    expect(perAnswer).toHaveLength(20)
    expect(Math.min(...perAnswer)).toBeGreaterThanOrEqual(1)
  })
})

// SIGKILL in the middle of commits: everything that was answered is there.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { describe, expect, it } from 'vitest'
import { builtStore } from './built.ts'
import { cleanUp, freshFolder, hashOf, opened } from './fixtures.ts'

const child = join(import.meta.dirname, 'child.mjs')

describe('a store whose process is killed while it commits', () => {
  cleanUp()
  const built = builtStore()

  it('has everything that was answered, whole, in twenty rounds and more', async () => {
    const dir = await freshFolder()
    let next = 0
    // Until the large commit (the hundredth) is behind it, however slow the machine is.
    for (let round = 0; round < 20 || (next <= 100 && round < 200); round++) {
      const writer = spawn(process.execPath, [child, built, 'write', dir, String(next)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      let answered = next - 1
      let _timer: NodeJS.Timeout | undefined
      for await (const line of createInterface({ input: writer.stdout })) {
        expect(line).toMatch(/^\d+$/)
        answered = Number(line)
        _timer ??= setTimeout(() => writer.kill('SIGKILL'), (round * 7) % 60)
      }
      expect(writer.signalCode ?? 'SIGKILL').toBe('SIGKILL')
      const store = await opened(dir)
      const { revision, heads, applied, generations } = store.view()
      expect(revision, `round ${round}`).toBeGreaterThanOrEqual(answered + 1)
      // The last commit is whole: revision, head, applied pointer, generation and resource belong together.
      const newest = generations.get('default/edge')?.at(-1)
      expect(newest?.number).toBe(revision)
      const hash = newest?.types.get('rds')?.entries.get('route') ?? ''
      expect(hashOf((await store.resource(hash)) ?? new Uint8Array())).toBe(hash)
      const key = `default/Traffic/service-${(revision - 1) % 5}`
      expect(heads.get(key)?.spec).toEqual({ weights: { green: revision - 1 } })
      expect(applied.get(key)).toBe(heads.get(key))
      next = revision
      await store.close()
    }
    expect(next).toBeGreaterThan(100)
  })
})

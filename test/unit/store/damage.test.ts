// Bytes changed and files cut short: an error that names what is damaged, or intact data; never a wrong answer, never a death
// by signal. A sample; test/store-trial tries many more, of both engines.
import { spawn } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { describe, expect, it } from 'vitest'
import { builtStore } from './built.ts'
import { cleanUp, committed, freshFolder, generation, opened, puts, traffic } from './fixtures.ts'

interface Examined {
  readonly found?: string
  readonly refused?: { readonly kind: string; readonly message: string }
}

/** Opens each folder in a child; rejects when the child dies. */
async function examine(built: string, folders: readonly string[]): Promise<readonly Examined[]> {
  const examiner = spawn(process.execPath, [join(import.meta.dirname, 'child.mjs'), built, 'examine'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines: Examined[] = []
  examiner.stdin.end(`${folders.join('\n')}\n`)
  for await (const line of createInterface({ input: examiner.stdout })) lines.push(JSON.parse(line))
  if (lines.length < folders.length) {
    throw new Error(`died (${examiner.signalCode ?? examiner.exitCode}) at ${folders[lines.length]}`)
  }
  return lines
}

async function small(dir: string): Promise<void> {
  const store = await opened(dir)
  for (let n = 1; n <= 12; n++) {
    const { generation: next, resources } = generation('g/edge', n, {
      cds: { a: 'cluster' },
      rds: { r: `route ${n}` },
    })
    await committed(store, {
      ...puts([traffic(`s${n % 3}`, `e${n}`)], {
        revision: { requestId: n === 5 ? 'request' : `q${n}`, requestHash: 'hash' },
      }),
      answer: { n },
      generations: [next],
      resources,
      records: { put: [{ table: 'push', key: `p${n}`, value: { n } }] },
    })
  }
  await store.close()
}

/** Files that hold what was committed; the engine's own log text and lock hold nothing. */
const filesOf = (dir: string): readonly string[] =>
  (readdirSync(dir, { recursive: true, encoding: 'utf8' }) as string[]).filter(
    (name) => statSync(join(dir, name)).isFile() && !/(^|\/)(LOG|LOG\.old|LOCK)$/.test(name),
  )

const unharmed = { found: expect.any(String) }

describe('a damaged store', () => {
  cleanUp()
  const built = builtStore()

  /** Opens copies of a small store (its log still in use, or moved to a table), each damaged in its own way. */
  const tryAll = async (
    reopened: boolean,
    damages: (dir: string) => readonly ((copy: string) => void)[],
  ): Promise<{ readonly expected: string; readonly outcomes: readonly Examined[] }> => {
    const base = await freshFolder(existsSync('/dev/shm') ? '/dev/shm' : undefined)
    const original = join(base, 'original')
    await small(original)
    if (reopened) await (await opened(original)).close()
    cpSync(original, join(base, 'intact'), { recursive: true })
    const folders = damages(original).map((damage, index) => {
      const copy = join(base, `copy-${index}`)
      cpSync(original, copy, { recursive: true })
      damage(copy)
      return copy
    })
    const [intact, ...outcomes] = await examine(built, [join(base, 'intact'), ...folders])
    expect(intact).toEqual(unharmed)
    return { expected: intact?.found ?? '', outcomes }
  }

  const judge = (expected: string, outcomes: readonly Examined[]): { intact: number; refused: number } => {
    const wrong = outcomes.filter(({ found, refused }) => refused === undefined && found !== expected)
    expect(wrong).toEqual([])
    for (const { refused } of outcomes)
      if (refused !== undefined) expect(refused.message).toMatch(/damaged|newer version/)
    const refused = outcomes.filter((outcome) => outcome.refused !== undefined).length
    return { intact: outcomes.length - refused, refused }
  }

  it.each([
    ['whose log is still in use', false],
    ['whose log was moved to a table', true],
  ])('%s is refused or intact after any one byte was changed', async (_, reopened) => {
    const { expected, outcomes } = await tryAll(reopened, (dir) =>
      filesOf(dir).flatMap((name) => {
        const { size } = statSync(join(dir, name))
        const step = Math.max(1, Math.floor(size / 25))
        return Array.from({ length: Math.ceil(size / step) }, (_none, index) => (copy: string) => {
          const bytes = readFileSync(join(copy, name))
          const at = Math.min(size - 1, index * step + (index % step))
          bytes[at] = (bytes[at] ?? 0) ^ (index % 2 === 0 ? 0xff : 1 << (index % 8))
          writeFileSync(join(copy, name), bytes)
        })
      }),
    )
    const { refused } = judge(expected, outcomes)
    expect(refused).toBeGreaterThan(20)
  })

  it.each([
    ['whose log is still in use', false],
    ['whose log was moved to a table', true],
  ])('%s is refused or intact after a file was cut short or lost', async (_, reopened) => {
    const { expected, outcomes } = await tryAll(reopened, (dir) =>
      filesOf(dir).flatMap((name) => {
        const { size } = statSync(join(dir, name))
        const cuts = Array.from({ length: 8 }, (_none, index) => Math.floor((size * index) / 8))
        return [
          ...cuts.map((at) => (copy: string) => truncateSync(join(copy, name), at)),
          (copy: string) => rmSync(join(copy, name)),
        ]
      }),
    )
    judge(expected, outcomes)
  })

  it('that lost its engine folder is not taken for a new one', async () => {
    const { outcomes } = await tryAll(false, () => [
      (copy) => rmSync(join(copy, 'level'), { recursive: true }),
      (copy) => {
        rmSync(join(copy, 'level'), { recursive: true })
        mkdirSync(join(copy, 'level'))
      },
      (copy) => rmSync(join(copy, 'level', 'CURRENT')),
    ])
    for (const { refused } of outcomes) expect(refused?.message).toContain('damaged')
  })
})

// Whatever is done to the files of a store: damage is an error and never a signal; what opens says what was committed;
// what is proven of a damaged one was committed just so. By default a sample; `npm run store:harm` does all of it.
import { cpSync, existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { builtStore } from './built.ts'
import { cleanUp, freshFolder, opened } from './fixtures.ts'
import type { Harm, Outcome } from './harm.ts'
import { filesOf, harmed } from './harm.ts'
import { liveIn } from './lived-in.ts'

const isAll = process.env.STORE_HARM === 'all'
/** One of so many bytes is changed, one of so many lengths is tried. */
const stride = isAll ? 1 : 131
/** Commits of the store: where every byte is tried, fewer. */
const inBytes = isAll ? 6 : 18
const inFiles = 18
const hourMs = 3_600_000

const counts = { same: 0, refused: 0, served: 0, held: 0 }

/** Holds an outcome against what has to be true of all. */
function judge(harm: Harm, { strict, verify, proven, salvaged }: Outcome): void {
  const what = JSON.stringify({ harm, strict, verify, proven, salvaged })
  expect(strict, what).not.toBe('other')
  const isRefused = typeof strict === 'object'
  if (isRefused)
    expect(strict.refused, what).toMatch(/damaged|newer version|cannot be (opened|written)|mixed/)
  // Verify and the opening see the same.
  if ('state' in verify) expect(verify.state === 'fine', what).toBe(!isRefused)
  else expect(verify.refused, what).toMatch(/no store|cannot|EACCES|not a directory|ENOTDIR/)
  if ('wrong' in proven) expect(proven.wrong, what).toEqual([])
  if (salvaged !== undefined && 'wrong' in salvaged) expect(salvaged.wrong, what).toEqual([])
  if (isRefused) counts.refused++
  else counts.same++
  if (isRefused && 'groups' in proven) counts.served++
  if (isRefused && !('groups' in proven)) counts.held++
}

describe('a store whose files were harmed', () => {
  cleanUp()
  const built = builtStore()

  /** `log`: all in the log; `table`: moved to a table; `both`: some there, some here. */
  const storeOf = async (
    commits: number,
    shape: 'log' | 'table' | 'both',
  ): Promise<{ base: string; original: string }> => {
    const base = await freshFolder(existsSync('/dev/shm') ? '/dev/shm' : undefined)
    const original = join(base, 'original')
    await liveIn(original, commits)
    if (shape !== 'log') await (await opened(original)).close()
    if (shape === 'both') {
      const store = await opened(original)
      await store.commit({
        records: { put: [{ table: 'inventory', key: 'edge-2', value: { id: 'edge-2' } }] },
      })
      await store.close()
    }
    return { base, original }
  }
  const places = (original: string, file: string, make: (at: number) => Harm): readonly Harm[] => {
    const { size } = statSync(join(original, file))
    const offset = isAll ? 0 : file.length % stride
    return Array.from({ length: Math.ceil(Math.max(0, size - offset) / stride) }, (_, n) =>
      make(offset + n * stride),
    )
  }

  it.each(['log', 'table', 'both'] as const)(
    'in any one byte (%s) is refused or intact, and only what was committed is proven of it',
    async (shape) => {
      const { base, original } = await storeOf(inBytes, shape)
      const harms = filesOf(original).flatMap((file) => [
        ...places(original, file, (at) => ({ kind: 'flip', file, at, bits: 0xff })),
        ...(isAll || shape === 'table'
          ? places(original, file, (at) => ({ kind: 'flip', file, at, bits: 1 << (at % 8) }))
          : []),
      ])
      expect(harms.length).toBeGreaterThan(50)
      await harmed(built, original, base, harms, { each: judge })
    },
    hourMs,
  )

  it.each(['log', 'table', 'both'] as const)(
    'by a cut at any length (%s) is refused or intact, and only what was committed is proven of it',
    async (shape) => {
      const { base, original } = await storeOf(inBytes, shape)
      const harms = filesOf(original).flatMap((file) =>
        places(original, file, (at) => ({ kind: 'cut', file, at })),
      )
      await harmed(built, original, base, harms, { each: judge })
    },
    hourMs,
  )

  it.each(['log', 'table', 'both'] as const)(
    'as a whole, file by file (%s), is refused or intact; what is salvaged of it was committed',
    async (shape) => {
      const { base, original } = await storeOf(inFiles, shape)
      const [older, other] = [join(base, 'older'), join(base, 'other')]
      await liveIn(older, 7)
      await liveIn(other, 18)
      if (shape !== 'log') for (const dir of [older, other]) await (await opened(dir)).close()
      const beginning = join(base, 'beginning')
      cpSync(original, beginning, { recursive: true })
      const more = await opened(original)
      await more.commit({
        records: { put: [{ table: 'inventory', key: 'edge-3', value: { id: 'edge-3' } }] },
      })
      await more.close()
      const asRoot = process.getuid?.() === 0
      const files = filesOf(original)
      const kinds = [
        'remove',
        'folder',
        'dangling',
        'link',
        ...(asRoot ? [] : ['unreadable' as const]),
      ] as const
      const harms: readonly Harm[] = [
        ...files.flatMap((file): Harm[] => [
          ...kinds.map((kind): Harm => ({ kind, file })),
          { kind: 'cut', file, at: 0 },
          ...[1, 7, 100, 40_000].map((length): Harm => ({ kind: 'append', file, length })),
          ...[0, 1, 2, 3].map(
            (part): Harm => ({
              kind: 'zero',
              file,
              at: Math.floor((statSync(join(original, file)).size * part) / 4),
              length: 512,
            }),
          ),
          ...[older, other, beginning].flatMap((from): Harm[] =>
            existsSync(join(from, file)) ? [{ kind: 'swap', file, from }] : [],
          ),
        ]),
        ...(['level', 'level/LOCK', 'level/LOG'] as const).flatMap((file) =>
          (['remove', 'folder', 'pipe', 'dangling', 'link'] as const).map((kind): Harm => ({ kind, file })),
        ),
        ...[older, other, beginning].map((from): Harm => ({ kind: 'swap', file: 'level', from })),
        // A file in the place of another.
        ...files.map(
          (as): Harm => ({ kind: 'swap', file: files.find((name) => name !== as) ?? as, from: original, as }),
        ),
      ]
      await harmed(built, original, base, harms, { salvage: true, each: judge })
    },
    hourMs,
  )

  it('was tried in enough ways, and served in part in many of them', () => {
    console.log(`harms: ${JSON.stringify(counts)}`)
    expect(counts.refused).toBeGreaterThan(500)
    // Of the sample half as many; of every byte and length (most of them in large values) a third.
    expect(counts.served).toBeGreaterThan(counts.refused / 4)
  })
})

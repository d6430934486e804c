// verdigris completion: candidates for a line up to the cursor, and what a real bash makes of them.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { splitLine } from '../../../src/cli/completion/split-line.ts'
import { here, script } from './run.ts'
import { commandLine, long, push } from './with-server.ts'

const cli = commandLine()

/** The candidates for a line that ends at the cursor, sorted. */
async function candidates(line: string, shell = 'bash', current?: string): Promise<string[]> {
  const ran = await cli.run([
    '__complete',
    shell,
    `verdigris ${line}`,
    ...(current === undefined ? [] : [current]),
  ])
  expect([ran.status, ran.stderr]).toEqual([0, ''])
  return ran.stdout
    .split('\n')
    .filter((each) => each !== '')
    .sort()
}

describe('the candidates', () => {
  it.each<[string, readonly string[]]>([
    ['swi', ['switch']],
    ['push ', ['abort', 'get', 'list', 'watch']],
    ['push get --out', ['--output']],
    ['get -o ', ['json', 'name', 'table', 'wide', 'yaml']],
    ['get --output=y', ['--output=yaml']],
    ['get servic', ['service/cart', `service/${long}`, 'services']],
    ['get service c', ['cart']],
    ['switch c', ['cart']],
    ['switch cart ', ['blue']],
    ['switch service/cart ', ['blue']],
    ['split cart bl', ['blue=']],
    ['switch cart blue --wa', ['--wait']],
    ['traffic -n default ca', ['cart']],
    ['proxy edge', ['edge-1']],
    ['push get ', ['7']],
    ['wait push/', ['push/7']],
    ['wait push/7 --for ', ['done', 'prepared']],
    ['wait service/cart --for tr', ['traffic=']],
    ['cohort cart x ', ['off', 'on']],
    ['completion ', ['bash', 'fish', 'zsh']],
    ['apply -f ', [':files']],
    ['apply --filename ', [':files']],
    ['get --server-ca ', [':files']],
    ['switch cart blue extra', []],
    ['nonsense ', []],
    ['get "serv', ['service/cart', `service/${long}`, 'services']],
  ])('of "verdigris %s" are %j', async (line, wanted) => {
    cli.script.pushes.push(push('done'))
    expect(await candidates(line)).toEqual([...wanted].sort())
  })

  it('are every command, with what it is for in zsh and fish', async () => {
    const all = await candidates('')
    expect(all).toEqual(expect.arrayContaining(['apply', 'config', 'switch', 'wait']))
    expect(all).not.toContain('__complete')
    expect(await candidates('rollb', 'zsh')).toEqual(['rollback:undo the last move of a service’s traffic'])
    expect(await candidates('rollb', 'fish')).toEqual(['rollback\tundo the last move of a service’s traffic'])
  })

  it('begin where bash begins its word: after = and :', async () => {
    expect(await candidates('get --output=y', 'bash', 'y')).toEqual(['yaml'])
    expect(await candidates('get --output=', 'bash', '=')).toContain('json')
  })

  it('are none, quickly and without a word, when the server is away or the contexts are broken', async () => {
    const away = await here(['__complete', 'bash', 'verdigris switch --server 127.0.0.1:1 '])
    expect(away).toEqual({ status: 0, stdout: '', stderr: '' })
    const broken = await here(['__complete', 'bash', 'verdigris switch '], {
      VERDIGRIS_CLIENT_CONFIG: '/dev/null/x',
    })
    expect([broken.stdout, broken.stderr]).toEqual(['', ''])
  })
})

describe('the words of a line', () => {
  it.each([
    ['verdigris get ', ['verdigris', 'get'], ''],
    ['verdigris get sv', ['verdigris', 'get'], 'sv'],
    ['a "b c" d\\ e \'f', ['a', 'b c', 'd e'], 'f'],
    ['ls | verdigris pu', ['verdigris'], 'pu'],
    ['x "" y', ['x', ''], 'y'],
  ])('of %j', (line, words, last) => {
    expect(splitLine(line)).toEqual({ words, last })
  })
})

describe('in a real bash', () => {
  let folder = ''
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'verdigris-bash-'))
    symlinkSync(script, join(folder, 'verdigris'))
    writeFileSync(
      join(folder, 'config.yaml'),
      'contexts:\n  - {name: prod, server: "127.0.0.1:1"}\n  - {name: preview, server: "127.0.0.1:1"}\n',
    )
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  /** What Tab offers for a line, by the function that bash calls. */
  function tab(line: string, words: readonly string[]): string[] {
    const quoted = words.map((word) => `'${word}'`).join(' ')
    const out = execFileSync(
      'bash',
      [
        '--norc',
        '-c',
        `source <(verdigris completion bash); compopt() { echo "compopt $*"; }
         complete -p verdigris
         COMP_LINE='${line}'; COMP_POINT=${line.length}; COMP_WORDS=(${quoted}); COMP_CWORD=${words.length - 1}
         _verdigris; printf '%s\\n' "\${COMPREPLY[@]}"`,
      ],
      {
        encoding: 'utf8',
        env: {
          PATH: `${folder}${delimiter}${process.env.PATH}`,
          HOME: folder,
          VERDIGRIS_CLIENT_CONFIG: join(folder, 'config.yaml'),
        },
      },
    )
    const [registered, ...offered] = out.trimEnd().split('\n')
    expect(registered).toBe('complete -F _verdigris verdigris')
    return offered
  }

  it('Tab completes commands, values after =, names of contexts, and leaves files to the shell', () => {
    expect(tab('verdigris rollb', ['verdigris', 'rollb'])).toEqual(['rollback'])
    expect(tab('verdigris get -o j', ['verdigris', 'get', '-o', 'j'])).toEqual(['json'])
    expect(tab('verdigris get --output=ya', ['verdigris', 'get', '--output', '=', 'ya'])).toEqual(['yaml'])
    expect(tab('verdigris get --context pr', ['verdigris', 'get', '--context', 'pr'])).toEqual([
      'prod',
      'preview',
    ])
    expect(tab('verdigris apply -f ', ['verdigris', 'apply', '-f', ''])).toEqual(['compopt -o default'])
  })
})

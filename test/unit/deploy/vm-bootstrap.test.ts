// The script that makes the bootstrap of an Envoy on a machine of its own: by the program or by a template, all or nothing.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
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
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { parseBootstrapOptions, renderBootstrap } from '../../../src/bootstrap/index.ts'
import { createProgram } from '../../../src/cli/program.ts'

const root = join(import.meta.dirname, '..', '..', '..')
const script = join(root, 'deploy', 'vm', 'bootstrap.sh')
const folder = mkdtempSync(join(tmpdir(), 'verdigris-vm-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const out = join(folder, 'envoy.yaml')
const bin = join(folder, 'bin')
const tool = (name: string, text: string): void =>
  writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 })

/** A machine with the usual tools, and what the test puts beside them: no verdigris, no envoy. */
function run(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const { status, stdout, stderr } = spawnSync('sh', [script, '--out', out, ...args], {
    encoding: 'utf8',
    env: { PATH: `${bin}:/usr/bin:/bin`, MACHINE_ID_FILE: join(folder, 'machine-id'), ...env },
  })
  return { status, stdout, stderr }
}
const bootstrapOf = (input: object): string => {
  const options = parseBootstrapOptions(input)
  if (!options.ok) throw new Error(options.error.message)
  return renderBootstrap(options.value)
}
const template = join(folder, 'template.yaml')
beforeEach(() => {
  rmSync(out, { force: true })
  rmSync(bin, { recursive: true, force: true })
  mkdirSync(bin)
  tool('hostname', 'echo web')
  writeFileSync(join(folder, 'machine-id'), '0123456789abcdef0123456789abcdef\n')
  writeFileSync(
    template,
    bootstrapOf({
      nodeId: '@NODE_ID@',
      nodeCluster: '@NODE_CLUSTER@',
      locality: { region: '@REGION@', zone: '@ZONE@' },
      xdsAddress: 'cp.internal',
    }),
  )
})

describe('the bootstrap script', () => {
  it('fills in a template to what the program itself would have said', () => {
    const args = [
      '--template',
      template,
      '--id',
      'web-1',
      '--cluster',
      'edge',
      '--region',
      'eu',
      '--zone',
      'eu-a',
    ]
    const ran = run(args)
    expect(ran.stderr).toContain(`${out}: written\nproxy web-1 of edge, by ${template}, not checked`)
    expect(ran).toMatchObject({ status: 0, stdout: '' })
    // Quotes are the template's: what they hold is the same.
    const plain = (text: string): string => text.replaceAll('"', '')
    expect(plain(readFileSync(out, 'utf8'))).toBe(
      plain(
        bootstrapOf({
          nodeId: 'web-1',
          nodeCluster: 'edge',
          locality: { region: 'eu', zone: 'eu-a' },
          xdsAddress: 'cp.internal',
        }),
      ),
    )
    expect(run(args).stderr).toContain(`${out}: unchanged`)
  })

  it('asks the program where it is, with the options after --', () => {
    const seen = join(folder, 'seen')
    tool('verdigris', `[ "$1" = --version ] && { echo 1.2.3; exit; }; echo "$@" > ${seen}; echo "node: made"`)
    const ran = run(['--cluster', 'edge', '--zone', 'a', '--', '--xds-address', 'cp', '--sotw'], {
      VERDIGRIS_NODE_ID: 'w',
    })
    expect(ran).toMatchObject({ status: 0 })
    expect(ran.stderr).toContain('proxy w of edge, by verdigris 1.2.3')
    expect(readFileSync(seen, 'utf8')).toBe(
      'bootstrap --zone a --node-id w --node-cluster edge --xds-address cp --sotw\n',
    )
    expect(readFileSync(out, 'utf8')).toBe('node: made\n')
  })

  it('names the proxy by host and a hash of the machine, which stays and does not give the machine away', () => {
    const idOf = (machine: string): string => {
      writeFileSync(join(folder, 'machine-id'), machine)
      const { stderr } = run(['--template', template, '--cluster', 'edge', '--region', 'r', '--zone', 'z'])
      return /proxy (\S+) of/.exec(stderr)?.[1] ?? stderr
    }
    const one = idOf('0123456789abcdef0123456789abcdef\n')
    expect(one).toMatch(/^web-[0-9a-f]{8}$/)
    expect(idOf('0123456789abcdef0123456789abcdef\n')).toBe(one)
    expect(idOf('1123456789abcdef0123456789abcdef\n')).not.toBe(one)
    const hash = createHash('sha256').update('verdigris 0123456789abcdef0123456789abcdef').digest('hex')
    expect(one).toBe(`web-${hash.slice(0, 8)}`)
  })

  it('leaves the old file where Envoy refuses the new one, and nothing else behind', () => {
    writeFileSync(out, 'old')
    tool('envoy', 'echo "no such field: nodes" >&2; exit 1')
    const ran = run(['--template', template, '--cluster', 'edge', '--region', 'r', '--zone', 'z'])
    expect(ran).toMatchObject({ status: 1 })
    expect(ran.stderr).toContain('no such field: nodes\nerror: Envoy refuses this bootstrap')
    expect(readFileSync(out, 'utf8')).toBe('old')
    tool('envoy', `[ "$1 $2 $3" = "--mode validate -c" ] && grep -q web- "$4"`)
    expect(run(['--template', template, '--cluster', 'edge', '--region', 'r', '--zone', 'z'])).toMatchObject({
      status: 0,
    })
    expect(
      readdirSync(folder).filter((name) => name.startsWith('.verdigris') || name.includes('.new')),
    ).toEqual([])
    expect(statSync(out).mode & 0o777).toBe(0o644)
  })

  it('writes a unit that starts what it wrote', () => {
    tool('envoy', 'exit 0')
    const unit = join(folder, 'envoy.service')
    const ran = run([
      ...['--template', template, '--cluster', 'edge', '--region', 'r', '--zone', 'z'],
      ...['--unit', unit, '--concurrency', '2'],
    ])
    expect(ran.stderr).toContain('start it: systemctl daemon-reload && systemctl enable --now envoy.service')
    expect(readFileSync(unit, 'utf8')).toContain(
      `\nExecStart=${join(bin, 'envoy')} -c ${out} --concurrency 2\n`,
    )
    if (spawnSync('systemd-analyze', ['--version']).status === 0) {
      const { stdout, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', unit], {
        encoding: 'utf8',
      })
      expect(stdout + stderr).toBe('')
    }
  })

  it.each<[string, readonly string[], RegExp]>([
    ['no fleet', [], /--cluster is missing/],
    [
      'an option of nobody',
      ['--cluster', 'edge', '--xds-address', 'x'],
      /no option --xds-address; those of verdigris bootstrap stand after --/,
    ],
    ['an option without its value', ['--cluster'], /--cluster wants a value/],
    ['an id that is YAML', ['--cluster', 'edge', '--id', 'a"\nb: c'], /--id: wanted letters, digits/],
    ['an id for sed', ['--cluster', 'edge', '--id', 'a|w /etc/passwd'], /--id: wanted letters, digits/],
    ['a zone with a space', ['--cluster', 'edge', '--zone', 'eu a'], /--zone: wanted letters, digits/],
    [
      'workers that are no number',
      ['--cluster', 'edge', '--concurrency', 'all'],
      /--concurrency: wanted a whole number/,
    ],
    ['a file that Envoy would not read', ['--cluster', 'edge', '--out', 'envoy.conf'], /ends in \.yaml/],
  ])('refuses %s, and writes nothing', (_, args, said) => {
    const ran = run(args)
    expect(ran.stderr).toMatch(said)
    expect(ran).toMatchObject({ status: 2, stdout: '' })
    expect(readdirSync(folder)).not.toContain('envoy.yaml')
  })

  it.each<[string, readonly string[], RegExp]>([
    ['neither program nor template', [], /neither --template nor verdigris on PATH/],
    ['a template that is not there', ['--template', '/absent'], /cannot read the template \/absent/],
    [
      'a template whose zone is not given',
      ['--template', template, '--region', 'r'],
      /wants @ZONE@: give --zone/,
    ],
    [
      'a template that makes every proxy the same',
      ['--template', script.replace('.sh', '.none')],
      /cannot read/,
    ],
  ])('fails without harm with %s', (_, args, said) => {
    const ran = run(['--cluster', 'edge', ...args])
    expect(ran.stderr).toMatch(said)
    expect(ran).toMatchObject({ status: 1 })
    expect(readdirSync(folder)).not.toContain('envoy.yaml')
  })

  it('refuses a template without a place for the id', () => {
    writeFileSync(template, 'node: { id: same, cluster: x }\n')
    expect(run(['--cluster', 'edge', '--template', template]).stderr).toContain(
      'every proxy would be the same one',
    )
  })

  it('passes on what the program refuses', () => {
    tool('verdigris', 'echo "error: no" >&2; exit 2')
    writeFileSync(out, 'old')
    expect(run(['--cluster', 'edge'])).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('error: no'),
    })
    expect(readFileSync(out, 'utf8')).toBe('old')
    chmodSync(out, 0o644)
  })

  it('is told in the guide with options that it has', async () => {
    const page = readFileSync(join(root, 'docs', 'guides', 'install.md'), 'utf8').replaceAll(/\\\n\s*/g, ' ')
    const lines = page.split('\n').filter((line) => line.startsWith('sh deploy/vm/bootstrap.sh '))
    expect(lines).toHaveLength(2)
    const own = readFileSync(script, 'utf8')
    const program = (await createProgram('bootstrap')).commands.find((each) => each.name() === 'bootstrap')
    const known = new Set(program?.options.map(({ long }) => long))
    for (const line of lines) {
      const [before = '', after = ''] = line.split(' -- ')
      const flags = (text: string): string[] =>
        [...text.matchAll(/ (--[a-z-]+)/g)].map(([, flag = '']) => flag)
      expect(flags(before).filter((flag) => !own.includes(` ${flag}) `))).toEqual([])
      expect(flags(after).filter((flag) => !known.has(flag))).toEqual([])
    }
  })

  it('explains itself within 90 columns', () => {
    const { stdout, status } = run(['--help'])
    expect(status).toBe(0)
    expect(Math.max(...stdout.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(90)
  })

  const shellcheck = spawnSync('shellcheck', ['--version']).status === 0
  if (!shellcheck) console.log('skipped: shellcheck is not on PATH (Debian package shellcheck)')
  it.skipIf(!shellcheck)('is clean by shellcheck', () => {
    expect(spawnSync('shellcheck', [script], { encoding: 'utf8' }).stdout).toBe('')
  })
})

// The system calls that the unit allows are those that the program makes: seen by strace from the start over a change to the stop.
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { connect } from '../../src/client/public.ts'
import { manifests } from '../unit/client/rig.ts'

const root = join(import.meta.dirname, '..', '..')
const unit = readFileSync(join(root, 'deploy', 'systemd', 'verdigris.service'), 'utf8')
const has = (tool: string): boolean => spawnSync(tool, ['--version']).status === 0
const possible = has('strace') && has('systemd-analyze')
if (!possible) console.log('skipped: strace or systemd-analyze is not on PATH')

/** The members of systemd's sets of system calls, sets within sets resolved. */
function callsOf(names: readonly string[]): ReadonlySet<string> {
  const sets = new Map<string, string[]>()
  let members: string[] = []
  const said = spawnSync('systemd-analyze', ['syscall-filter', '--no-pager'], { encoding: 'utf8' }).stdout
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are what is taken away
  for (const line of said.replaceAll(/\x1b\[[0-9;]*m/g, '').split('\n')) {
    if (line.startsWith('@')) {
      members = []
      sets.set(line.trim(), members)
    } else if (/^\s+[@a-z_]/.test(line)) {
      members.push(line.trim())
    }
  }
  const walk = (name: string): string[] =>
    name.startsWith('@') ? (sets.get(name) ?? []).flatMap(walk) : [name]
  return new Set(names.flatMap(walk))
}

it.skipIf(!possible)('makes no system call that its unit takes from it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'verdigris-syscalls-'))
  try {
    const trace = join(folder, 'trace')
    const ports = ['--xds-port', '0', '--admin-port', '0', '--http-port', '0', '--settle', '0s']
    const serve = [
      join(root, 'dist', 'cli', 'verdigris.js'),
      'serve',
      '--data-dir',
      join(folder, 'data'),
      ...ports,
    ]
    const child = spawn('strace', [
      '-f',
      '-qq',
      '-o',
      trace,
      process.execPath,
      ...serve,
      '--log-format',
      'json',
    ])
    let said = ''
    const admin = await new Promise<string>((resolve, reject) => {
      child.stderr.on('data', (chunk) => {
        said += chunk
        const [, address] = /"event":"serving".*"admin":"([^"]+)"/.exec(said) ?? []
        if (address !== undefined) resolve(address)
      })
      child.on('exit', () => reject(new Error(said)))
    })
    const verdigris = connect({ server: admin })
    await verdigris.arrived(await verdigris.config.apply({ sources: manifests }))
    verdigris.close()
    // strace passes no signal on: the program itself is told, by the number that it was first traced under.
    const ended = new Promise((resolve) => child.removeAllListeners('exit').on('exit', resolve))
    process.kill(Number(/^(\d+) /.exec(readFileSync(trace, 'utf8'))?.[1]), 'SIGTERM')
    await ended

    const made = new Set(
      readFileSync(trace, 'utf8')
        .split('\n')
        .flatMap((line) => /^\d+\s+([a-z_0-9]+)\(/.exec(line)?.[1] ?? []),
    )
    const filters = [...unit.matchAll(/^SystemCallFilter=(~?)(.*)$/gm)]
    const sets = (sign: string) =>
      filters.filter((each) => each[1] === sign).flatMap((each) => (each[2] ?? '').split(' '))
    const allowed = callsOf(['@default', ...sets('')])
    const taken = callsOf(sets('~'))
    expect(made.size).toBeGreaterThan(40)
    expect([...made].filter((call) => !allowed.has(call) || taken.has(call)).sort()).toEqual([])
    expect(said).toContain('"event":"stopped"')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

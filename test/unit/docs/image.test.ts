// The image, as far as its recipe says: every source, path, flag, port and user in it is there and means what it should.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createProgram } from '../../../src/cli/program.ts'
import { settings } from '../../../src/settings.ts'
import { type Instruction, isLetThrough, parseDockerfile } from '../../support/dockerfile.ts'

const root = join(import.meta.dirname, '..', '..', '..')
const text = (file: string): string => readFileSync(join(root, file), 'utf8')
const stages = parseDockerfile(text('Dockerfile'))
const ignore = text('.dockerignore')
const manifest = JSON.parse(text('package.json'))
const last = stages.at(-1)
const all = <Kind extends Instruction['kind']>(kind: Kind, of = last) =>
  (of?.instructions ?? []).filter((each): each is Extract<Instruction, { kind: Kind }> => each.kind === kind)
const only = <Kind extends Instruction['kind']>(kind: Kind) => {
  const [one, ...more] = all(kind)
  if (one === undefined || more.length > 0) throw new Error(`wanted one ${kind}`)
  return one
}

describe('the Dockerfile', () => {
  it('builds in one stage and runs in another, both on one base that is pinned by tag and supported', () => {
    expect(stages.map(({ name }) => name)).toEqual(['build', undefined])
    const [base, ...others] = new Set(stages.map((stage) => stage.base))
    expect(others).toEqual([])
    const [, major, minor] = /^node:(\d+)\.(\d+)\.\d+-slim$/.exec(base ?? '') ?? []
    const [, least] = />=(\d+)\.(\d+)/.exec(manifest.engines.node) ?? []
    expect(Number(major)).toBeGreaterThanOrEqual(Number(least))
    expect(Number(minor)).toBeGreaterThanOrEqual(0)
  })

  it('copies from this tree what is there and what .dockerignore lets through, and nothing else is let through', () => {
    const copied = stages.flatMap((stage) => all('copy', stage)).filter(({ from }) => from === undefined)
    const sources = copied.flatMap((each) => each.sources)
    expect(sources.length).toBeGreaterThan(8)
    expect(sources.filter((path) => !existsSync(join(root, path)))).toEqual([])
    expect(sources.filter((path) => !isLetThrough(ignore, path.replace(/^\.\//, '')))).toEqual([])
    const through = readdirSync(root).filter((name) => isLetThrough(ignore, name))
    expect(through.sort()).toEqual(sources.map((path) => path.replace(/^\.\//, '')).sort())
  })

  it('copies from the build what it makes there, by the way of the program to its files', () => {
    const built = all('copy').filter(({ from }) => from === 'build')
    expect(built.flatMap(({ sources }) => sources)).toEqual(
      ['package.json', 'node_modules', 'dist', 'protos'].map((name) => `/verdigris/${name}`),
    )
    const runs = stages.flatMap((stage) => all('run', stage)).map(({ command }) => command)
    expect(runs.join('\n')).toContain('npm ci')
    for (const [, script] of runs.join('\n').matchAll(/npm run ([\w:-]+)/g)) {
      expect(manifest.scripts).toHaveProperty(script ?? '')
    }
    expect(runs.join('\n')).toContain('npm prune --omit=dev')
  })

  it('runs the program by number as somebody who is not root, with one place to write', () => {
    expect(only('user').value).toMatch(/^[1-9]\d*:[1-9]\d*$/)
    expect(only('volume').values).toEqual(['/data'])
    expect(only('entrypoint').words).toEqual(['node', `/verdigris/${manifest.bin.verdigris}`])
    expect(only('stopsignal').value).toBe('SIGTERM')
    // What comes later may be written by nobody else.
    const order = last?.instructions.map(({ kind }) => kind) ?? []
    expect(order.indexOf('user')).toBeGreaterThan(order.lastIndexOf('run'))
  })

  it('serves by default with flags that there are, on the ports that it exposes', async () => {
    const { words } = only('cmd')
    expect(words[0]).toBe('serve')
    const flags = words.filter((word) => word.startsWith('--')).map((word) => word.slice(2))
    expect(flags.filter((flag) => !Object.hasOwn(settings, flag))).toEqual([])
    expect(words[words.indexOf('--data-dir') + 1]).toBe(only('volume').values[0])
    const ports = [settings['xds-port'], settings['admin-port'], settings['http-port']]
    expect(only('expose').values).toEqual(ports.map(({ fallback }) => fallback))
  })

  it('asks for its health by a command that there is, within the time that it has', async () => {
    const { words, flags } = only('healthcheck')
    const program = await createProgram('*')
    const link = all('run').some(({ command }) =>
      command.includes(`ln -s /verdigris/${manifest.bin.verdigris} /usr/local/bin/${words[0]}`),
    )
    expect(link).toBe(true)
    const command = program.commands.find((each) => each.name() === words[1])
    const asked = command?.options.find(({ long }) => long === '--timeout')?.description
    const seconds = (name: string): number => Number(/^(\d+)s$/.exec(flags[name] ?? '')?.[1])
    expect(seconds('timeout')).toBeGreaterThan(Number(/default: (\d+)s/.exec(asked ?? '')?.[1]))
    expect(seconds('interval')).toBeGreaterThan(seconds('timeout'))
    expect(Object.keys(flags).sort()).toEqual(['interval', 'retries', 'start-period', 'timeout'])
  })

  it('says what it is', () => {
    const { values } = only('label')
    expect(values).toMatchObject({
      'org.opencontainers.image.licenses': manifest.license,
      'org.opencontainers.image.description': manifest.description.split(':')[0],
    })
  })

  it('carries its command as a file that can be run', () => {
    const built = join(root, manifest.bin.verdigris)
    if (existsSync(built)) expect(statSync(built).mode & 0o111).toBe(0o111)
    expect(text('src/cli/verdigris.ts')).toMatch(/^#!\/usr\/bin\/env node\n/)
  })
})

describe('the reader of Dockerfiles', () => {
  it('refuses what it does not know, rather than passing over it', () => {
    expect(() => parseDockerfile('FROM a\nADD x y\n')).toThrow(/ADD x y/)
    expect(() => parseDockerfile('FROM a\nCOPY --chown=x a b\n')).toThrow(/--chown/)
    expect(() => parseDockerfile('RUN x\n')).toThrow(/before any FROM/)
    expect(isLetThrough('*\n!a', 'a/b')).toBe(true)
    expect(isLetThrough('*\n!a', 'b')).toBe(false)
    expect(isLetThrough('dist', 'distant')).toBe(true)
  })
})

// What docs/reference/tracing.md tells people to do shows the spans of the real program.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { cliScript, withoutOurVariables } from '../../src/demo/rig/control-plane.ts'
import { runCli } from '../support/run-cli.ts'

const root = join(import.meta.dirname, '..', '..')
const page = readFileSync(join(root, 'docs', 'reference', 'tracing.md'), 'utf8')
let folder = ''
let child: ChildProcess | undefined

afterEach(async () => {
  if (child?.exitCode === null) {
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  rmSync(folder, { recursive: true, force: true })
})

it('the page of tracing switches it on: an apply is one trace, from its call to its push', async () => {
  const code = /<!-- tried by a test -->\n```js\n([\s\S]*?)```/.exec(page)?.[1]
  expect(code).toBeDefined()
  folder = mkdtempSync(join(tmpdir(), 'verdigris-tracing-'))
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  const file = join(folder, 'tracing.mjs')
  writeFileSync(file, code ?? '')
  const ports = ['--xds-port', '0', '--admin-port', '0', '--http-port', '0']
  child = spawn(
    process.execPath,
    ['--import', file, cliScript(), 'serve', '--data-dir', join(folder, 'data'), ...ports],
    { env: { ...process.env, ...withoutOurVariables, NO_COLOR: '1' }, stdio: ['ignore', 'pipe', 'pipe'] },
  )
  let said = ''
  child.stdout?.on('data', (bytes: Buffer) => {
    said += bytes.toString()
  })
  child.stderr?.on('data', (bytes: Buffer) => {
    said += bytes.toString()
  })
  await expect.poll(() => /data +\//.test(said), { timeout: 20_000 }).toBe(true)
  const server = /admin +(127\.0\.0\.1:\d+)/.exec(said)?.[1] ?? ''
  const applied = await runCli([
    'apply',
    '-f',
    join(root, 'examples', 'single'),
    '--wait',
    '--server',
    server,
  ])
  expect(applied).toMatchObject({ status: 0 })
  const spans = (): readonly { readonly name: string; readonly trace: string }[] =>
    [...said.matchAll(/traceId: '(\w+)',[\s\S]*?\n {2}name: '([\w.]+)'/g)].map(
      ([, trace = '', name = '']) => ({
        trace,
        name,
      }),
    )
  await expect.poll(() => spans().some(({ name }) => name === 'admin.call'), { timeout: 5_000 }).toBe(true)
  const { trace } = spans().find(({ name }) => name === 'plan') ?? { trace: '' }
  const names = new Set(spans().flatMap((span) => (span.trace === trace ? [span.name] : [])))
  for (const name of ['admin.call', 'plan', 'compile', 'translate', 'validate', 'encode', 'commit', 'push'])
    expect(names).toContain(name)
}, 60_000)

// undo and restore on the command line, against the whole control plane: what they print, how they exit.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadConfig } from '../../../src/config.ts'
import { type Serving, serve } from '../../../src/main.ts'
import { createLogger } from '../../../src/ops/index.ts'
import { here, type Ran } from './run.ts'

const examples = join(import.meta.dirname, '..', '..', '..', 'examples', 'single')
let folder = ''
let running: Serving
const run = (...args: string[]): Promise<Ran> =>
  here(args, {
    VERDIGRIS_SERVER: `127.0.0.1:${running.addresses.admin.port}`,
    VERDIGRIS_ACTOR: 'lena',
  })
const shares = async (): Promise<string> => (await run('get', 'svc', 'checkout')).stdout

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'verdigris-undo-'))
  const ports = { 'xds-port': '0', 'admin-port': '0', 'http-port': '0' }
  const config = loadConfig({
    flags: { 'data-dir': join(folder, 'data'), settle: '0s', ...ports },
    env: {},
  })
  if (!config.ok) throw new Error(config.error.message)
  const started = await serve(config.value, { log: createLogger({ level: 'fatal', format: 'json' }) })
  if (!started.ok) throw new Error(started.error.message)
  running = started.value
  expect((await run('apply', '-f', examples, '--wait')).status).toBe(0)
  expect((await run('switch', 'checkout', 'green', '--reason', 'v2', '--wait')).status).toBe(0)
})
afterAll(async () => {
  await running?.stop()
  rmSync(folder, { recursive: true, force: true })
})

describe('verdigris undo', () => {
  it('takes r2 or 2, says what it undid, and waits for its push', async () => {
    const dry = await run('undo', '2', '--dry-run')
    expect(dry).toMatchObject({ status: 0, stdout: expect.stringContaining('(dry run)') })
    expect(await shares()).toContain('green 100%')
    const undone = await run('undo', 'r2', '--wait', '--reason', 'errors')
    expect(undone.status).toBe(0)
    expect(undone.stdout).toContain('traffic/checkout configured\n')
    expect(undone.stdout).toContain('note: undoes r2 (switch by unverified:lena: v2)\n')
    expect(undone.stdout).toContain('push 3 done')
    expect(await shares()).toContain('blue 100%')
    expect((await run('history', 'checkout')).stdout).toMatch(/r3 .* undo .*undo of r2: errors/)
  })

  it('undoes its own revision, and has nothing to do the second time', async () => {
    expect((await run('undo', 'r3', '--wait')).status).toBe(0)
    expect(await shares()).toContain('green 100%')
    const again = await run('undo', 'r3')
    expect(again).toMatchObject({ status: 0, stdout: expect.stringContaining('nothing changed') })
    expect(again.stdout).toContain('note: r3 is undone already')
  })

  it('exits as every refusal does, with the field and who changed it', async () => {
    expect((await run('split', 'checkout', 'blue=50', 'green=50', '--wait')).status).toBe(0)
    const conflict = await run('undo', 'r2')
    expect(conflict).toMatchObject({ status: 1, stdout: '' })
    expect(conflict.stderr).toContain('traffic is blue 50 %, green 50 %, not green 100 %')
    const none = await run('undo', 'r99')
    expect(none.stderr).toContain('there is no revision r99: the newest is r5')
    expect((await run('undo', 'checkout')).status).toBe(2)
    expect((await run('undo', 'r0')).stderr).toContain('Wanted a revision such as r41')
  })
})

describe('verdigris restore', () => {
  it('prints the difference, does nothing and exits 1 without --yes', async () => {
    const diff = await run('restore', '--to', 'r1')
    expect(diff.status).toBe(1)
    expect(diff.stdout).toContain('traffic/checkout configured\n')
    expect(diff.stdout).toContain('traffic.blue: 50 % → 100 %')
    expect(diff.stderr).toContain('nothing was done: add --yes to do it')
    expect(await run('restore', '--to', 'r5')).toMatchObject({
      status: 0,
      stdout: '',
      stderr: expect.stringContaining('no difference'),
    })
    // 1 says that there are differences: a refusal must not look like one.
    expect((await run('restore', '--to', 'r77')).status).toBe(2)
    expect((await run('restore')).status).toBe(2)
  })

  it('does it with --yes, shows what, and waits', async () => {
    writeFileSync(
      join(folder, 'group.yaml'),
      'apiVersion: verdigris.dev/v1alpha1\nkind: NodeGroup\nmetadata: {name: other, namespace: shop}\nspec: {selector: {cluster: other}}\n',
    )
    expect((await run('apply', '-f', join(folder, 'group.yaml'), '--wait')).status).toBe(0)
    const elsewhere = await run('restore', '--to', 'r5', '-n', 'default')
    expect(elsewhere.status).toBe(0)
    const restored = await run('restore', '--to', 'r1', '--yes', '--wait')
    expect(restored.status).toBe(0)
    expect(restored.stdout).toContain('nodegroup/other -n shop deleted')
    expect(restored.stdout).toContain('traffic.blue: 50 % → 100 %')
    expect(restored.stdout).toContain('note: everything goes back to as it was at r1')
    expect(restored.stdout).toMatch(/push \d+ done/)
    expect(await shares()).toContain('blue 100%')
    const json = await run('restore', '--to', 'r5', '-o', 'json')
    expect(JSON.parse(json.stdout)).toMatchObject({ dryRun: true, revision: 0 })
    expect(json.status).toBe(1)
  })
})

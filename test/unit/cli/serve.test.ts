// The command line against the whole control plane: real store, real engine, no proxy.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadConfig } from '../../../src/config.ts'
import { type Serving, serve } from '../../../src/main.ts'
import { createLogger } from '../../../src/ops/index.ts'
import { here, type Ran, verdigris } from './run.ts'

const examples = join(import.meta.dirname, '..', '..', '..', 'examples', 'single')
let folder = ''
let running: Serving
const start = async (dataDir: string, flags: Record<string, string> = {}): ReturnType<typeof serve> => {
  const ports = { 'xds-port': '0', 'admin-port': '0', 'http-port': '0' }
  const config = loadConfig({
    flags: { 'data-dir': join(folder, dataDir), settle: '0s', ...ports, ...flags },
    env: {},
  })
  if (!config.ok) throw new Error(config.error.message)
  return serve(config.value, { log: createLogger({ level: 'fatal', format: 'json' }) })
}
const run = (...args: string[]): Promise<Ran> =>
  here(args, { VERDIGRIS_SERVER: `127.0.0.1:${running.addresses.admin.port}`, VERDIGRIS_ACTOR: 'lena' })

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'verdigris-serve-'))
  const started = await start('one')
  if (!started.ok) throw new Error(started.error.message)
  running = started.value
})
afterAll(async () => {
  await running?.stop()
  rmSync(folder, { recursive: true, force: true })
})

describe('the story of a service', () => {
  it('is applied, moved, moved back, and told', async () => {
    expect((await run('diff', '-f', examples)).status).toBe(1)
    const applied = await run('apply', '-f', examples, '--reason', 'first fleet', '--wait')
    expect(applied).toMatchObject({ status: 0, stdout: expect.stringContaining('service/checkout created') })
    expect(applied.stdout).toMatch(/push 1 done/)

    expect(await run('diff', '-f', examples)).toMatchObject({ status: 0, stdout: '' })
    expect((await run('apply', '-f', examples)).stdout).toContain('service/checkout unchanged')

    expect((await run('switch', 'checkout', 'green', '--reason', 'v2', '--wait')).stdout).toContain(
      'checkout: all traffic to green (r2, push 2)',
    )
    expect((await run('get', 'svc', 'checkout')).stdout).toContain('green 100%')
    expect((await run('rollback', 'checkout', '--wait')).status).toBe(0)
    expect((await run('split', 'checkout', 'blue=90', 'green=10', '--wait')).status).toBe(0)

    const history = (await run('history', 'checkout')).stdout
      .trim()
      .split('\n')
      .map((line) => line.split(/ {2,}/))
    expect(history.map(([revision, , verb, traffic]) => [revision, verb, traffic])).toEqual([
      ['REVISION', 'VERB', 'TRAFFIC'],
      ['r4', 'split', 'blue 90%, green 10%'],
      ['r3', 'rollback', 'blue 100%'],
      ['r2', 'switch', 'green 100%'],
      ['r1', 'apply', 'blue 100%'],
    ])
    expect((await run('push', 'list', '-o', 'json')).stdout).toContain('"actor": "unverified:lena"')
  })

  it('is changed once by a request that is sent twice, and not at all by its id with another body', async () => {
    const once = await run('switch', 'checkout', 'green', '--request-id', 'one', '-o', 'json')
    const twice = await run('switch', 'checkout', 'green', '--request-id', 'one', '-o', 'json')
    expect(twice.stdout).toBe(once.stdout)
    const other = await run('switch', 'checkout', 'blue', '--request-id', 'one')
    expect([other.status, other.stdout]).toEqual([1, ''])
  })

  it('is not changed by what was not seen: a stale etag names the winner', async () => {
    const etag = /etag: (\S+)/.exec((await run('get', 'traffic', 'checkout', '-o', 'yaml')).stdout)?.[1] ?? ''
    expect((await run('switch', 'checkout', 'blue', '--etag', etag)).status).toBe(0)
    const stale = await run('switch', 'checkout', 'green', '--etag', etag)
    expect([stale.status, stale.stdout]).toEqual([1, ''])
    expect(stale.stderr).toMatch(/r\d+ by unverified:lena/)
  })

  it('is not changed by a dry run', async () => {
    const before = (await run('get', '-o', 'json')).stdout
    expect((await run('switch', 'checkout', 'green', '--dry-run')).stdout).toContain('(dry run)')
    expect((await run('delete', 'route', 'checkout', '--dry-run', '--force')).status).toBe(0)
    expect((await run('get', '-o', 'json')).stdout).toBe(before)
  })

  it.each([
    [['switch', 'checkout', 'gren'], 2, /did you mean "green"/],
    [['switch', 'chekout', 'green'], 1, /did you mean "checkout"/],
    [['get', 'svc', 'none'], 1, /no Service default\/none/],
    [
      ['delete', 'svc', 'checkout'],
      1,
      /Route default\/checkout, TrafficPolicy default\/checkout refer to it/,
    ],
    [['delete', 'route', 'checkout'], 2, /would take away all 2 clusters of node group default\/edge/],
    [['push', 'get', '999'], 1, /no push "999"/],
    [['proxy', 'none'], 1, /no node "none"/],
  ])('is not harmed by a slip: %j', async (args, status, said) => {
    const before = (await run('get', '-o', 'json')).stdout
    const ran = await run(...args)
    expect([ran.status, ran.stdout]).toEqual([status, ''])
    expect(ran.stderr).toMatch(said)
    expect((await run('get', '-o', 'json')).stdout).toBe(before)
  })

  it('prints what can be applied again without changing anything', async () => {
    const everything = (await run('get', '-o', 'json')).stdout
    const written = (JSON.parse(everything) as { kind: string }[]).filter(({ kind }) => kind !== 'Traffic')
    const file = join(folder, 'all.json')
    writeFileSync(file, JSON.stringify(written))
    expect(await run('diff', '-f', file)).toMatchObject({ status: 0, stdout: '' })
  })

  it('is what every metric of it says', async () => {
    const text = await (await fetch(`http://127.0.0.1:${running.addresses.http.port}/metrics`)).text()
    expect(text).toContain('verdigris_ready 1')
    expect(text).toMatch(/verdigris_admin_calls_total\{method="Traffic\/Switch",code="OK"\} \d/)
  })
})

describe('serve', () => {
  it('refuses a folder that is in use, and names the folder', async () => {
    const second = await start('one')
    expect(second.ok ? '' : second.error.message).toMatch(/open in (this )?process/)
  })

  it.each(['xds', 'admin', 'http'] as const)(
    'refuses the %s port that is taken, and names the flag; nothing stays open',
    async (name) => {
      const taken = String(running.addresses[name].port)
      const second = await start('two', { [`${name}-port`]: taken })
      expect(second.ok ? '' : second.error.message).toMatch(
        new RegExp(`^port ${taken} on 127\\.0\\.0\\.1 is taken .*--${name}-port$`),
      )
      const third = await start('two')
      expect(third.ok).toBe(true)
      if (third.ok) await third.value.stop()
    },
  )

  it('refuses to listen off loopback in plaintext', async () => {
    const open = await start('three', { 'admin-address': '0.0.0.0' })
    expect(open.ok ? '' : open.error.message).toContain('--insecure-plaintext')
  })

  it('as a process says where it listens, and ends well when it is asked to', async () => {
    const ran = await verdigris(
      [
        'serve',
        '--data-dir',
        join(folder, 'four'),
        '--xds-port',
        '0',
        '--admin-port',
        '0',
        '--http-port',
        '0',
        '--log-format',
        'json',
      ],
      { interruptAt: 'data ' },
    )
    expect(ran.status).toBe(0)
    expect(ran.stdout).toMatch(/^verdigris \d+\.\d+\.\d+\n {2}xDS +127\.0\.0\.1:\d+/)
    const events = ran.stderr
      .trim()
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line).event)
    expect(events).toContain('serving')
    expect(events.at(-1)).toBe('stopped')
  })

  it('as a process names every setting that is wrong', async () => {
    const ran = await verdigris(['serve', '--xds-port', 'many', '--client-ca', 'ca.pem'], {
      env: { VERDIGRIS_LOG_LEVEL: 'loud' },
    })
    expect([ran.status, ran.stdout]).toEqual([2, ''])
    for (const name of ['--xds-port', '--client-ca', 'VERDIGRIS_LOG_LEVEL'])
      expect(ran.stderr).toContain(name)
  })
})

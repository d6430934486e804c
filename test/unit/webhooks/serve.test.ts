// Webhooks of a whole control plane: told in order, no push waits for them, and at the stop nothing that waits is lost.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadConfig } from '../../../src/config.ts'
import { freePorts } from '../../../src/demo/rig/ports.ts'
import { type Serving, serve } from '../../../src/main.ts'
import { createLogger } from '../../../src/ops/index.ts'
import { here } from '../cli/run.ts'
import { type Got, receiver } from './receiver.ts'

const examples = join(import.meta.dirname, '..', '..', '..', 'examples', 'single')
const endings: (() => unknown)[] = []
let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'verdigris-hooks-'))
  endings.push(() => rmSync(folder, { recursive: true, force: true }))
})
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end()
})

async function started(webhooks: readonly object[]) {
  const lines: string[] = []
  const file = join(folder, 'verdigris.json')
  writeFileSync(file, JSON.stringify({ webhooks }))
  const ports = { 'xds-port': '0', 'admin-port': '0', 'http-port': '0' }
  const flags = { 'data-dir': join(folder, 'data'), settle: '0s', 'stop-grace': '4s', ...ports }
  const config = loadConfig({ flags, env: {}, file })
  if (!config.ok) throw new Error(JSON.stringify(config.error))
  const log = createLogger({ level: 'info', format: 'json', write: (line) => lines.push(line) })
  const serving = await serve(config.value, { log })
  if (!serving.ok) throw new Error(serving.error.message)
  const running: Serving = serving.value
  endings.push(() => running.stop())
  return {
    running,
    lines,
    run: (...args: string[]) =>
      here(args, { VERDIGRIS_SERVER: `127.0.0.1:${running.addresses.admin.port}`, VERDIGRIS_ACTOR: 'lena' }),
    metrics: async () => (await fetch(`http://127.0.0.1:${running.addresses.http.port}/metrics`)).text(),
  }
}
const eventsOf = (got: readonly Got[]): readonly string[] =>
  got.map(({ headers }) => String(headers['verdigris-event']))

describe('webhooks', () => {
  it('are told what happens in its order, once each, by their filters', async () => {
    const all = await receiver()
    const ends = await receiver()
    endings.push(
      () => all.close(),
      () => ends.close(),
    )
    const { run, metrics } = await started([
      { name: 'all', url: all.url },
      {
        name: 'ends',
        url: ends.url,
        format: 'slack',
        events: { names: ['push_done'], namespaces: ['default'] },
      },
    ])
    await run('apply', '-f', examples, '--wait')
    await run('switch', 'checkout', 'green', '--wait', '--reason', 'v2 <now>')
    await ends.has(2)
    const told = all.got.map(({ body }) => JSON.parse(body))
    const ids: readonly number[] = told.map(({ event }) => event.id)
    expect(ids).toEqual([...ids].sort((a, b) => a - b))
    expect(new Set(told.map(({ delivery }) => delivery)).size).toBe(told.length)
    expect(eventsOf(all.got)[0]).toBe('server_started')
    expect(ends.got.map(({ body }) => JSON.parse(body).text)).toEqual([
      expect.stringMatching(/^Normal PushDone: push 1 done/),
      expect.stringMatching(/^Normal PushDone: push 2 done/),
    ])
    expect(await metrics()).toContain('verdigris_webhook_events_total{target="ends",outcome="delivered"} 2')
  })

  it('that are dead, or never read, keep no push waiting, and say how they stand', async () => {
    const [dead = 0] = await freePorts(1)
    const deaf: Server = createServer((socket) => socket.pause())
    await new Promise<void>((resolve) => deaf.listen(0, '127.0.0.1', resolve))
    endings.push(() => deaf.close())
    const address = deaf.address()
    const port = typeof address === 'object' ? address?.port : 0
    const { run, metrics, lines } = await started([
      { name: 'dead', url: `http://127.0.0.1:${dead}/T0/private-path` },
      {
        name: 'deaf',
        url: `http://127.0.0.1:${port}`,
        timeout: '1m',
        headers: { authorization: 'Bearer private' },
      },
    ])
    expect((await run('apply', '-f', examples, '--wait')).status).toBe(0)
    for (const environment of ['green', 'blue', 'green', 'blue']) {
      const { status, stdout } = await run('switch', 'checkout', environment, '--wait', '--timeout', '5s')
      expect([status, stdout]).toEqual([0, expect.stringMatching(/done/)])
    }
    const said = await metrics()
    expect(said).toContain('verdigris_webhook_failing{target="dead"} 1')
    expect(said).toMatch(/verdigris_webhook_failures_total\{target="dead"\} [1-9]/)
    expect(said).toMatch(/verdigris_webhook_waiting\{target="deaf"\} [1-9]\d/)
    const events = (await run('events', '--names', 'webhook_failing')).stdout
    expect(events.replace(/\s+/g, ' ')).toMatch(/webhook dead fails: connect ECONNREFUSED/)
    expect(lines.join('')).not.toMatch(/private/)
  })

  it('at the stop are sent what waits, and one that is stuck does not keep the process', async () => {
    let isOpen = false
    const late = await receiver(() => (isOpen ? 200 : 503))
    const stuck = await receiver(() => 'never')
    endings.push(
      () => late.close(),
      () => stuck.close(),
    )
    const { run, running, lines } = await started([
      { name: 'late', url: late.url },
      { name: 'stuck', url: stuck.url, timeout: '1m' },
    ])
    await run('apply', '-f', examples, '--wait')
    await late.has(1)
    isOpen = true
    expect(await running.stop()).toEqual([])
    expect(eventsOf(late.got)).toEqual(
      expect.arrayContaining(['server_started', 'revision_committed', 'push_done', 'server_stopping']),
    )
    expect(lines.join('')).toMatch(/"event":"webhook_undelivered","target":"stuck"/)
  })
})

describe('the start', () => {
  it('is refused where the file of a secret cannot be read', async () => {
    const file = join(folder, 'verdigris.json')
    writeFileSync(
      file,
      JSON.stringify({ webhooks: [{ name: 'a', url: 'http://127.0.0.1:1', secretFile: 'nobody.key' }] }),
    )
    const ports = { 'xds-port': '0', 'admin-port': '0', 'http-port': '0' }
    const config = loadConfig({ flags: { 'data-dir': join(folder, 'data'), ...ports }, env: {}, file })
    if (!config.ok) throw new Error(JSON.stringify(config.error))
    const log = createLogger({ level: 'fatal', format: 'json' })
    const outcome = await serve(config.value, { log })
    expect(outcome.ok ? 'served' : outcome.error).toMatchObject({
      kind: 'invalid',
      violations: [
        { path: 'webhooks.a.secretFile', message: expect.stringMatching(/cannot read .*nobody\.key/) },
      ],
    })
  })
})

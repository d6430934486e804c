// The typed client against the whole control plane: calls, watches, failures as values.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ServiceTraffic, WatchEventsResponse } from '../../../src/admin/index.ts'
import type { Result } from '../../../src/base/index.ts'
import { type AdminClient, createClient, type Failure } from '../../../src/client/index.ts'
import { loadConfig } from '../../../src/config.ts'
import { type Serving, serve } from '../../../src/main.ts'
import { createLogger } from '../../../src/ops/index.ts'

let folder = ''
let running: Serving
let client: AdminClient
const connect = (server: string, timeoutMs = 10_000): AdminClient => {
  const made = createClient({ server, timeoutMs, actor: 'ci' })
  if (!made.ok) throw new Error(made.error.message)
  return made.value
}
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'verdigris-client-'))
  const flags = {
    'data-dir': join(folder, 'data'),
    'xds-port': '0',
    'admin-port': '0',
    'http-port': '0',
    settle: '0s',
  }
  const config = loadConfig({ flags, env: {} })
  if (!config.ok) throw new Error(config.error.message)
  const started = await serve(config.value, { log: createLogger({ level: 'fatal', format: 'json' }) })
  if (!started.ok) throw new Error(started.error.message)
  running = started.value
  client = connect(`127.0.0.1:${running.addresses.admin.port}`)
  const examples = join(import.meta.dirname, '..', '..', '..', 'examples', 'single')
  const sources = ['fleet.yaml', 'checkout.yaml'].map((name) => ({
    name,
    text: readFileSync(join(examples, name), 'utf8'),
  }))
  const applied = await client.call('Config', 'Apply', { sources })
  if (!applied.ok) throw new Error(JSON.stringify(applied.error))
})
afterAll(async () => {
  client?.close()
  await running?.stop()
  rmSync(folder, { recursive: true, force: true })
})

/** Items of a watch as they come, until there are `count`. */
async function take<T>(items: AsyncIterable<Result<T, Failure>>, count: number): Promise<T[]> {
  const seen: T[] = []
  for await (const item of items) {
    if (!item.ok) throw new Error(JSON.stringify(item.error))
    seen.push(item.value)
    if (seen.length === count) break
  }
  return seen
}
const move = async (environment: string): Promise<string> => {
  const answer = await client.call('Traffic', 'Switch', { service: 'checkout', environment })
  if (!answer.ok) throw new Error(JSON.stringify(answer.error))
  return answer.value.push
}

describe('the client', () => {
  it('moves traffic and waits until it is there', async () => {
    const waited = await client.call('Push', 'Wait', { id: await move('green') })
    expect(waited).toMatchObject({
      ok: true,
      value: { outcome: 'REACHED', push: { phase: 'PUSH_PHASE_DONE' } },
    })
    const traffic = await client.call('Traffic', 'Get', { service: 'checkout' })
    expect(traffic).toMatchObject({
      ok: true,
      value: {
        actor: 'unverified:ci',
        environments: [
          { wanted: 0, applied: 0 },
          { environment: 'green', wanted: 10_000, applied: 10_000 },
        ],
      },
    })
  })

  it('watches traffic move', async () => {
    const stop = new AbortController()
    const watching = take<ServiceTraffic>(
      client.watch('Traffic', 'Watch', { service: 'checkout' }, stop.signal),
      2,
    )
    await new Promise((resolve) => setTimeout(resolve, 200))
    await move('blue')
    const shares = (await watching).map(
      ({ environments }) => environments.find(({ environment }) => environment === 'blue')?.wanted,
    )
    expect(shares).toEqual([0, 10_000])
  })

  it('watches events, and resumes after the last one seen', async () => {
    const stop = new AbortController()
    const [first] = await take<WatchEventsResponse>(
      client.watch('Events', 'Watch', { fromId: 0 }, stop.signal),
      1,
    )
    const { id = 0, epoch = '' } = first?.event ?? {}
    expect(id).toBe(1)
    const [next] = await take<WatchEventsResponse>(
      client.watch('Events', 'Watch', { fromId: id + 1, epoch }, stop.signal),
      1,
    )
    expect(next?.event?.id).toBe(2)
  })

  it('ends a watch when it is told to', async () => {
    const stop = new AbortController()
    const seen: unknown[] = []
    setTimeout(() => stop.abort(), 100)
    for await (const item of client.watch('Push', 'Watch', {}, stop.signal)) seen.push(item)
    expect(seen.every((item) => typeof item === 'object')).toBe(true)
  })

  it('gives refusals as Problems, and silence as what it is', async () => {
    expect(await client.call('Traffic', 'Get', { service: 'none' })).toEqual({
      ok: false,
      error: { kind: 'refused', problem: { kind: 'notFound', message: 'no Service default/none' } },
    })
    const nobody = connect('127.0.0.1:1')
    expect(await nobody.call('Push', 'List', {})).toMatchObject({ ok: false, error: { kind: 'unreachable' } })
    nobody.close()
    const http = connect(`127.0.0.1:${running.addresses.http.port}`)
    expect(await http.call('Push', 'List', {})).toMatchObject({
      ok: false,
      error: { kind: expect.stringMatching(/unreachable|broken/) },
    })
    http.close()
    const proxies = connect(`127.0.0.1:${running.addresses.xds.port}`)
    expect(await proxies.call('Push', 'List', {})).toMatchObject({
      ok: false,
      error: { kind: 'unreachable', message: expect.stringContaining('not a Verdigris') },
    })
    proxies.close()
    expect(createClient({ server: 'x:1', timeoutMs: 1, tls: { ca: '/absent' } })).toMatchObject({
      ok: false,
      error: { kind: 'invalid' },
    })
  })
})

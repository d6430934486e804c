// The HTTP port: metrics, liveness, readiness, and a clear word when it cannot listen.
import { afterEach, describe, expect, it } from 'vitest'
import { createGate } from '../../../src/access/index.ts'
import { createHttpPort, createMetrics, type HttpServer, type Readiness } from '../../../src/ops/index.ts'

let server: HttpServer | undefined
afterEach(async () => {
  await server?.stop()
  server = undefined
})
const start = async (readiness: () => Readiness, port = 0): Promise<string> => {
  const started = await createHttpPort({
    listen: { address: '127.0.0.1', port },
    gate: createGate({}),
    metrics: createMetrics({ version: '9' }),
    readiness,
  })
  if (!started.ok) return started.error.message
  server = started.value
  return `http://127.0.0.1:${server.address.port}`
}

describe('the HTTP port', () => {
  it('is alive at once, and ready only when the state is loaded, with the reason until then', async () => {
    let readiness: Readiness = { ready: false, reason: 'reading the store' }
    const url = await start(() => readiness)
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
    const before = await fetch(`${url}/readyz`)
    expect([before.status, await before.text()]).toEqual([503, 'not ready: reading the store\n'])
    readiness = { ready: true }
    expect((await fetch(`${url}/readyz`)).status).toBe(200)
  })

  it('exposes the metrics', async () => {
    const url = await start(() => ({ ready: true }))
    const response = await fetch(`${url}/metrics`)
    expect(response.headers.get('content-type')).toContain('text/plain')
    expect(await response.text()).toContain('verdigris_build_info{version="9"')
  })

  it('says what there is when asked for something else, and refuses a claim that does not fit', async () => {
    const url = await start(() => ({ ready: true }))
    expect(await (await fetch(`${url}/`)).text()).toContain('/metrics')
    expect((await fetch(`${url}/metrics`, { headers: { 'x-verdigris-actor': 'two words' } })).status).toBe(
      401,
    )
  })

  it('that is taken is said with its number and its flag', async () => {
    const url = await start(() => ({ ready: true }))
    const port = Number(new URL(url).port)
    const second = await createHttpPort({
      listen: { address: '127.0.0.1', port },
      gate: createGate({}),
      metrics: createMetrics({ version: '9' }),
      readiness: () => ({ ready: true }),
    })
    expect(second.ok ? '' : second.error.message).toMatch(
      new RegExp(`^port ${port} on 127\\.0\\.0\\.1 is taken .*--http-port$`),
    )
  })
})

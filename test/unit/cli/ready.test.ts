// verdigris ready: honest about a server that is not there, not ready, ready, and ready with a but.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTrust } from '../../support/trust.ts'
import { here } from './run.ts'

/** What the HTTP port answers now. */
let answer = { status: 200, text: 'ready\n' }
const server = createServer((request, response) => {
  response.writeHead(request.url === '/readyz' ? answer.status : 404).end(answer.text)
})
let port = 0
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  port = typeof address === 'object' && address !== null ? address.port : 0
})
afterAll(() => server.close())

describe('verdigris ready', () => {
  const ask = () => here(['ready', '--http', `127.0.0.1:${port}`])
  it.each([
    [200, 'ready\n', 0],
    [200, 'ready, but the store takes no changes: disk full. Next: make room\n', 0],
  ])('prints what the server says: %i %j', async (status, text, exit) => {
    answer = { status, text }
    expect(await ask()).toEqual({ status: exit, stdout: text, stderr: '' })
  })

  it('fails while the server is not ready, with its reason', async () => {
    answer = { status: 503, text: 'not ready: the state is being loaded\n' }
    expect(await ask()).toEqual({
      status: 1,
      stdout: '',
      stderr: `error: 127.0.0.1:${port} says 503: not ready: the state is being loaded\n`,
    })
  })

  it('has a status of its own when nobody is there', async () => {
    const ran = await here(['ready', '--http', '127.0.0.1:1'])
    expect(ran).toMatchObject({ status: 3, stdout: '' })
    expect(ran.stderr).toContain('nobody to ask at 127.0.0.1:1: ECONNREFUSED')
  })

  it('asks where the server of the same environment listens', async () => {
    answer = { status: 200, text: 'ready\n' }
    for (const address of ['0.0.0.0', '127.0.0.1', '']) {
      const ran = await here(['ready'], {
        VERDIGRIS_HTTP_ADDRESS: address,
        VERDIGRIS_HTTP_PORT: String(port),
      })
      expect(ran).toMatchObject({ status: 0 })
    }
  })

  it('wants a place as host and port', async () => {
    expect(await here(['ready', '--http', 'http://x'])).toMatchObject({ status: 2 })
  })

  it('asks over TLS whom it trusts, by address on this machine, with a certificate of its own where it is wanted', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'verdigris-ready-'))
    const trust = createTrust()
    const file = (name: string, text: string): string => {
      writeFileSync(join(folder, name), text)
      return join(folder, name)
    }
    const own = trust.issue(['verdigris.test'])
    const options = { ...own, ca: trust.ca, requestCert: true, rejectUnauthorized: true }
    const secure = createTlsServer(options, (_request, response) => response.end('ready\n'))
    try {
      await new Promise<void>((resolve) => secure.listen(0, '127.0.0.1', resolve))
      const address = secure.address()
      const place = `127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`
      const probe = trust.issue(['probe'])
      const ca = ['--server-ca', file('ca.pem', trust.ca)]
      const cert = [
        '--client-cert',
        file('probe.pem', probe.cert),
        '--client-key',
        file('probe.key', probe.key),
      ]
      expect(await here(['ready', '--http', place, ...ca, ...cert])).toMatchObject({
        status: 0,
        stdout: 'ready\n',
      })
      expect(await here(['ready', '--http', place, ...ca])).toMatchObject({ status: 3 })
      const stranger = ['--server-ca', file('other.pem', createTrust().ca)]
      const ran = await here(['ready', '--http', place, ...stranger, ...cert])
      expect(ran).toMatchObject({ status: 3, stdout: '' })
      expect(await here(['ready', '--http', place])).toMatchObject({ status: 3 })
    } finally {
      secure.close()
      rmSync(folder, { recursive: true, force: true })
    }
  })
})

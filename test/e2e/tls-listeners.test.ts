// TLS of a Gateway on real Envoys, in both variants: certificates by name, clients with certificates, HTTP/2, PROXY protocol,
// bounds, and what is refused.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect as connectHttp2 } from 'node:http2'
import { connect as connectTcp, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { freePorts, until } from '../../src/demo/rig/index.ts'
import { type Fleet, startFleet } from '../support/fleet.ts'
import { createTrust, type Pair, type Trust } from '../support/trust.ts'
import { describeWithEnvoy } from '../support/with-envoy.ts'

let fleet: Fleet
let trust: Trust
let clients: Trust
let dir: string
let ports: readonly number[] = []
/** The second gateway of a proxy, with another oldest version on its listener `mtls`. */
let gatewayOf: (edge: number, minVersion?: string) => string

const put = (name: string, { cert, key }: Pair): void => {
  writeFileSync(join(dir, `${name}.crt`), cert)
  writeFileSync(join(dir, `${name}.key`), key)
}
const object = (kind: string, name: string, spec: object): string =>
  `${JSON.stringify({ apiVersion: 'verdigris.dev/v1alpha1', kind, metadata: { name }, spec })}\n---\n`
const secret = (name: string): string =>
  object('Secret', name, { certificate: { chain: `${name}.crt`, key: `${name}.key` } })
/** The port of listener `at` (0 or 1) of a proxy's second gateway. */
const portOf = (edge: number, at: number): number => ports[edge * 4 + at] ?? 0

beforeAll(async () => {
  trust = createTrust()
  clients = createTrust('authority of clients')
  dir = mkdtempSync(join(tmpdir(), 'verdigris-secrets-'))
  put('shop', trust.issue(['shop.test', '*.shop.test']))
  put('api', trust.issue(['api.test']))
  writeFileSync(join(dir, 'clients.crt'), clients.ca)
  fleet = await startFleet({ variants: ['sotw', 'delta'], delayMs: 0, serveArgs: ['--secrets-dir', dir] })
  ports = await freePorts(8)
  await fleet.done(fleet.apply(fleet.manifests()))
  await fleet.ready()
  gatewayOf = (edge, minVersion = 'TLSv1_2') => {
    const name = `edge-${edge + 1}`
    return object('Gateway', `${name}-tls`, {
      nodeGroups: [name],
      listeners: [
        {
          name: 'https',
          address: '127.0.0.1',
          port: portOf(edge, 0),
          protocol: 'HTTPS',
          tls: { secrets: ['shop', 'api'], minVersion: 'TLSv1_3' },
          limits: { requestHeaders: 20, connections: 5 },
        },
        {
          name: 'mtls',
          address: '127.0.0.1',
          port: portOf(edge, 1),
          protocol: 'HTTPS',
          tls: { secrets: ['shop'], clientCa: 'clients', requireClientCertificate: true, minVersion },
        },
        {
          name: 'proxied',
          address: '127.0.0.1',
          port: portOf(edge, 2),
          proxyProtocol: true,
          accessLog: {},
        },
        {
          name: 'quick',
          address: '127.0.0.1',
          port: portOf(edge, 3),
          timeouts: { requestHeaders: '300ms', idle: '500ms' },
          limits: { requestHeadersKiB: 1 },
        },
      ],
    })
  }
  const route = object('Route', 'tls', {
    gateways: fleet.edges.map(({ name }) => ({ name: `${name}-tls` })),
    hosts: ['shop.test', 'api.test', 'localhost'],
    rules: [{ service: { name: 'checkout' } }],
  })
  const authorities = object('Secret', 'clients', { trustedCa: 'clients.crt' })
  await fleet.done(
    fleet.apply([secret('shop'), secret('api'), authorities, gatewayOf(0), gatewayOf(1), route].join('')),
  )
}, 60_000)
afterAll(async () => {
  await fleet.close()
  rmSync(dir, { recursive: true, force: true })
})

/** A handshake; rejects as the client sees it. */
function shake(port: number, options: ConnectionOptions = {}): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connectTls({ host: '127.0.0.1', port, ca: trust.ca, servername: 'shop.test', ...options })
    socket.once('secureConnect', () => resolve(socket))
    socket.once('error', reject)
  })
}

/** What comes back for some bytes until the other side is quiet or gone. */
function say(socket: Socket, text: string): Promise<string> {
  return new Promise((resolve) => {
    let heard = ''
    const end = (): void => {
      socket.destroy()
      resolve(heard)
    }
    socket.on('data', (bytes) => {
      heard += bytes.toString()
      if (/\r\n\r\n/.test(heard)) end()
    })
    socket.once('close', end)
    socket.once('error', end)
    socket.write(text)
  })
}
const request = (host: string, more = ''): string => `GET / HTTP/1.1\r\nhost: ${host}\r\n${more}\r\n`
const statusOf = (answer: string): string => /^HTTP\/1.1 (\d+)/.exec(answer)?.[1] ?? `none: ${answer}`
const eachEdge = [0, 1] as const

describeWithEnvoy('a listener with TLS', () => {
  it.each(eachEdge)(
    'shows the certificate of the name that is asked for, the first for others (%s)',
    async (edge) => {
      for (const [servername, shown] of [
        ['shop.test', 'shop.test'],
        ['www.shop.test', 'shop.test'],
        ['api.test', 'api.test'],
        ['other.test', 'shop.test'],
      ] as const) {
        const socket = await shake(portOf(edge, 0), { servername, checkServerIdentity: () => undefined })
        expect(socket.getPeerCertificate().subject.CN).toBe(shown)
        socket.destroy()
      }
    },
  )

  it.each(eachEdge)('answers over HTTP/1.1 and HTTP/2, by what the client offers (%s)', async (edge) => {
    const socket = await shake(portOf(edge, 0), { ALPNProtocols: ['http/1.1'] })
    expect(socket.alpnProtocol).toBe('http/1.1')
    expect(statusOf(await say(socket, request('shop.test')))).toBe('200')
    const session = connectHttp2(`https://localhost:${portOf(edge, 0)}`, {
      ca: trust.ca,
      servername: 'shop.test',
    })
    const status = await new Promise((resolve, reject) => {
      session.once('error', reject)
      const stream = session.request({ ':path': '/', ':authority': 'shop.test' })
      stream.once('response', (headers) => resolve(headers[':status']))
      stream.once('error', reject)
      stream.resume()
    })
    expect(status).toBe(200)
    session.destroy()
  })

  it.each(eachEdge)('refuses older versions of TLS than it says (%s)', async (edge) => {
    await expect(shake(portOf(edge, 0), { maxVersion: 'TLSv1.2' })).rejects.toThrow(/version|alert/)
    const socket = await shake(portOf(edge, 1), { maxVersion: 'TLSv1.2', ...clients.issue(['a.test']) })
    expect(socket.getProtocol()).toBe('TLSv1.2')
    socket.destroy()
  })

  it.each(eachEdge)('wants a certificate of its clients, by the authority it names (%s)', async (edge) => {
    const answer = async (pair: Partial<Pair>): Promise<string> => {
      try {
        const socket = await shake(portOf(edge, 1), pair)
        return statusOf(await say(socket, request('shop.test')))
      } catch (error) {
        return String(error)
      }
    }
    expect(await answer(clients.issue(['caller.test']))).toBe('200')
    expect(await answer({})).not.toBe('200')
    expect(await answer(trust.issue(['caller.test']))).not.toBe('200')
  })

  it.each(eachEdge)('refuses more connections than it may have, without a drain (%s)', async (edge) => {
    const port = portOf(edge, 0)
    const open: TLSSocket[] = []
    for (let at = 0; at < 5; at++) open.push(await shake(port))
    await expect(shake(port)).rejects.toThrow()
    for (const socket of open) socket.destroy()
    await until('room again', 5_000, async () => {
      const socket = await shake(port).catch(() => undefined)
      socket?.destroy()
      return socket === undefined ? undefined : true
    })
  })
})

describeWithEnvoy('a listener', () => {
  const tcp = (port: number): Socket => connectTcp({ host: '127.0.0.1', port })

  it.each(eachEdge)(
    'takes the address of a client from the PROXY header, and closes without one (%s)',
    async (edge) => {
      const header = 'PROXY TCP4 203.0.113.7 127.0.0.1 4000 80\r\n'
      expect(statusOf(await say(tcp(portOf(edge, 2)), header + request('shop.test')))).toBe('200')
      expect(statusOf(await say(tcp(portOf(edge, 2)), request('shop.test')))).toMatch(/^none/)
    },
  )

  it.each(eachEdge)('answers 431 to headers that are too large or too many (%s)', async (edge) => {
    const large = `x-large: ${'x'.repeat(2_000)}\r\n`
    expect(statusOf(await say(tcp(portOf(edge, 3)), request('shop.test', large)))).toBe('431')
    const many = Array.from({ length: 30 }, (_, at) => `x-${at}: 1\r\n`).join('')
    expect(statusOf(await say(await shake(portOf(edge, 0)), request('shop.test', many)))).toBe('431')
    expect(statusOf(await say(tcp(portOf(edge, 3)), request('shop.test')))).toBe('200')
  })

  it.each(eachEdge)('ends a client that sends its headers slowly, or nothing (%s)', async (edge) => {
    expect(statusOf(await say(tcp(portOf(edge, 3)), 'GET / HTTP/1.1\r\nhost:'))).toBe('408')
    expect(await say(tcp(portOf(edge, 3)), '')).toBe('')
  })

  it('is edited only where its drain is allowed, and the refusal says which one drains', async () => {
    const edit = (allowDrain: boolean) =>
      fleet.admin.call('Config', 'Apply', {
        sources: [{ name: 'gateway.json', text: gatewayOf(0, 'TLSv1_3') }],
        allowDrain,
      })
    const said = /listener mtls \(127.0.0.1:\d+\) drains on 1 proxy of default\/edge-1.*--allow-drain/
    await expect(edit(false)).rejects.toThrow(said)
    const answer = await edit(true)
    expect(answer.notes).toMatchObject([expect.stringContaining('listener mtls')])
    expect(answer.objects).toMatchObject([{ change: 'CHANGED', effect: 'DRAINS' }])
    await fleet.done(answer)
    const pair = clients.issue(['caller.test'])
    await until('older versions are refused', 10_000, async () => {
      const socket = await shake(portOf(0, 1), { maxVersion: 'TLSv1.2', ...pair }).catch(() => undefined)
      socket?.destroy()
      return socket === undefined ? true : undefined
    })
  })

  it('writes its requests to the standard output of the proxy, with the address of the PROXY header', async () => {
    for (const { envoy } of fleet.edges) {
      await envoy.stop()
      const lines = readFileSync(envoy.logFile, 'utf8').split('\n')
      const found = lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line))
      expect(found).toMatchObject([
        { authority: 'shop.test', response_code: 200, downstream_remote_address: '203.0.113.7:4000' },
      ])
    }
  })
})

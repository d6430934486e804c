// TLS from Envoy to the backends: what is verified, what is shown, and certificates that are renewed; in both variants.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TLSSocket } from 'node:tls'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { httpGet, until } from '../../src/demo/rig/index.ts'
import { type Fleet, startFleet } from '../support/fleet.ts'
import { createTrust, type Pair } from '../support/trust.ts'

const backends = createTrust('authority of backends')
const proxies = createTrust('authority of proxies')
const stranger = createTrust('somebody else')
let fleet: Fleet
let dir: string
const closing: (() => void)[] = []

const put = (name: string, { cert, key }: Pair): void => {
  writeFileSync(join(dir, `${name}.crt`), cert)
  writeFileSync(join(dir, `${name}.key`), key)
}
const object = (kind: string, name: string, spec: object): string =>
  `${JSON.stringify({ apiVersion: 'verdigris.dev/v1alpha1', kind, metadata: { name }, spec })}\n---\n`

interface Seen {
  readonly port: number
  /** Of the last request: the name that was asked for, and who the client says it is. */
  last: { readonly serverName: string; readonly client: string } | undefined
}

/** A backend with this certificate; with `wantsClient` it takes only certificates of the proxies' authority. */
async function backend(pair: Pair, wantsClient = false): Promise<Seen> {
  const seen: { port: number; last: Seen['last'] } = { port: 0, last: undefined }
  const server = createServer(
    { ...pair, ca: proxies.ca, requestCert: wantsClient, rejectUnauthorized: wantsClient },
    (request, response) => {
      const socket = request.socket as TLSSocket & { readonly servername?: string | false }
      const subject = wantsClient ? socket.getPeerCertificate().subject?.CN : undefined
      seen.last = {
        serverName: socket.servername === false ? '' : (socket.servername ?? ''),
        client: typeof subject === 'string' ? subject : '',
      }
      response.end('over TLS')
    },
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => {
    server.close()
    server.closeAllConnections()
  })
  const bound = server.address()
  seen.port = typeof bound === 'object' && bound !== null ? bound.port : 0
  return seen
}

/** A service of that name with its backend behind TLS, and the host that leads there. */
async function serve(name: string, port: number, tls: object): Promise<void> {
  const service = object('Service', name, {
    ports: [{ name: 'main' }],
    upstream: { tls },
    environments: [
      { name: 'blue', release: { version: '1' }, endpoints: { static: [{ address: '127.0.0.1', port }] } },
    ],
  })
  const route = object('Route', name, {
    gateways: fleet.edges.map((edge) => ({ name: edge.name })),
    hosts: [`${name}.test`],
    rules: [{ service: { name } }],
  })
  await fleet.done(fleet.apply(service + route))
}

const ask = (host: string) =>
  Promise.all(
    fleet.edges.map(({ port }) =>
      httpGet(`http://127.0.0.1:${port}/`, { headers: { host: `${host}.test` } }),
    ),
  )
const statuses = async (host: string): Promise<readonly number[]> =>
  (await ask(host)).map(({ status }) => status)

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'verdigris-secrets-'))
  writeFileSync(join(dir, 'backends.crt'), backends.ca)
  put('proxy', proxies.issue(['proxy.test']))
  fleet = await startFleet({ variants: ['sotw', 'delta'], delayMs: 0, serveArgs: ['--secrets-dir', dir] })
  await fleet.done(fleet.apply(fleet.manifests()))
  await fleet.ready()
  await fleet.apply(
    object('Secret', 'backends', { trustedCa: 'backends.crt' }) +
      object('Secret', 'proxy', { certificate: { chain: 'proxy.crt', key: 'proxy.key' } }),
  )
}, 60_000)
afterAll(async () => {
  for (const close of closing) close()
  await fleet.close()
  rmSync(dir, { recursive: true, force: true })
})

describe('a backend behind TLS', () => {
  it('is asked for by name and reached when its certificate is of the authority and has the name', async () => {
    const seen = await backend(backends.issue(['cart.internal']))
    await serve('verified', seen.port, { ca: 'backends', serverName: 'cart.internal' })
    expect(await statuses('verified')).toEqual([200, 200])
    expect(seen.last?.serverName).toBe('cart.internal')
  })

  it('is not reached when its certificate has another name, or is of another authority', async () => {
    const other = await backend(backends.issue(['other.internal']))
    await serve('other-name', other.port, { ca: 'backends', serverName: 'cart.internal' })
    expect(await statuses('other-name')).toEqual([503, 503])
    const unknown = await backend(stranger.issue(['cart.internal']))
    await serve('stranger', unknown.port, { ca: 'backends', serverName: 'cart.internal' })
    expect(await statuses('stranger')).toEqual([503, 503])
    // So the check is what kept them away.
    await serve('stranger', unknown.port, { insecureSkipVerify: true })
    expect(await statuses('stranger')).toEqual([200, 200])
  })

  it('that wants a certificate is shown ours, and a renewed one without a restart', async () => {
    const seen = await backend(backends.issue(['cart.internal']), true)
    await serve('without', seen.port, { ca: 'backends', serverName: 'cart.internal' })
    expect(await statuses('without')).toEqual([503, 503])
    const tls = { ca: 'backends', serverName: 'cart.internal', certificate: 'proxy' }
    await serve('mutual', seen.port, tls)
    expect(await statuses('mutual')).toEqual([200, 200])
    expect(seen.last?.client).toBe('proxy.test')
    put('proxy', proxies.issue(['renewed.test']))
    // Connections that are there keep what they showed; idle ones close after 4 s.
    await until(
      'the renewed certificate',
      20_000,
      async () => {
        const answers = await statuses('mutual')
        expect(answers).toEqual([200, 200])
        return seen.last?.client === 'renewed.test' ? true : undefined
      },
      4_500,
    )
  }, 30_000)
})

describe('refused at apply', () => {
  const service = (tls: object): string =>
    object('Service', 'refused', {
      ports: [{ name: 'main' }],
      upstream: { tls },
      environments: [
        {
          name: 'blue',
          release: { version: '1' },
          endpoints: { static: [{ address: '127.0.0.1', port: 80 }] },
        },
      ],
    })

  it.each([
    ['a Secret that is not there', { ca: 'nobody', serverName: 'a.test' }, /spec\.upstream\.tls\.ca/],
    ['authorities taken for a certificate', { ca: 'proxy', serverName: 'a.test' }, /no trustedCa/],
    ['nothing to verify by', { serverName: 'a.test' }, /insecureSkipVerify/],
    ['no name to verify', { ca: 'backends' }, /subjectAltNames/],
  ])('is %s', async (_what, tls, text) => {
    await expect(fleet.apply(service(tls))).rejects.toThrow(text)
  })
})

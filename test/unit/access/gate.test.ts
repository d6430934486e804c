// Every method of every service of every port, with no certificate, one of another CA, and the right one.
import { readFileSync } from 'node:fs'
import { request as httpsRequest } from 'node:https'
import { Client, credentials, type ServiceError, status } from '@grpc/grpc-js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createGate, type Gate, loadTls } from '../../../src/access/index.ts'
import { adminApi, type CallSeen } from '../../../src/admin/index.ts'
import { createChannel } from '../../../src/channel/index.ts'
import { adsMethods, reportMethods, separateDiscoveryMethods } from '../../../src/envoy-api/index.ts'
import { createHttpPort, createMetrics, type HttpServer } from '../../../src/ops/index.ts'
import { startXdsServer, type XdsServer } from '../../../src/xds/index.ts'
import { type Rig, startRig, unary } from '../admin/rig.ts'
import { type Certificates, makeCertificates, opensslMissing, type Pair } from './certificates.ts'

const services = [
  ...['Config', 'Traffic', 'Push', 'Nodes', 'Events'].map((name) => `verdigris.admin.v1alpha1.${name}`),
  'grpc.health.v1.Health',
  'grpc.reflection.v1.ServerReflection',
  'grpc.reflection.v1alpha.ServerReflection',
]
const adminPaths = services.flatMap((service) =>
  Object.keys(adminApi().service(service)).map((name) => `/${service}/${name}`),
)
const xdsPaths = [
  ...Object.values(adsMethods),
  ...separateDiscoveryMethods,
  ...Object.values(reportMethods),
].map(({ path }) => path)
const paths = [
  ...adminPaths.map((path) => ['admin', path] as const),
  ...xdsPaths.map((path) => ['xds', path] as const),
]
const unknownPaths = [
  '/verdigris.admin.v1alpha1.Config/Absent',
  '/verdigris.admin.v1alpha1.Absent/Get',
  '/envoy.service.discovery.v3.AggregatedDiscoveryService/Absent',
  '//Config/Get',
  '/',
  '/__proto__/constructor',
  '/grpc.channelz.v1.Channelz/GetServers',
].flatMap((path) => [['admin', path] as const, ['xds', path] as const])

if (opensslMissing !== undefined) console.log(`skipped: ${opensslMissing}`)

describe.skipIf(opensslMissing !== undefined)('the gate, with a client CA', () => {
  let tls: Certificates
  let gate: Gate
  let rig: Rig
  let http: HttpServer
  let xds: XdsServer
  let seen: CallSeen[] = []
  beforeAll(async () => {
    tls = makeCertificates()
    const material = loadTls({
      cert: tls.server.certFile,
      key: tls.server.keyFile,
      clientCa: tls.ca.certFile,
    })
    if (!material.ok) throw new Error(material.error.message)
    gate = createGate({ tls: material.value })
    rig = await startRig({ gate, seen: (call) => seen.push(call) })
    const port = await createHttpPort({
      listen: { address: '127.0.0.1', port: 0 },
      gate,
      metrics: createMetrics({ version: 'test' }),
      readiness: () => ({ ready: true }),
    })
    if (!port.ok) throw new Error(port.error.message)
    http = port.value
    const streams = await startXdsServer({
      listen: { address: '127.0.0.1', port: 0, flag: '--xds-port' },
      credentials: gate.credentials(),
      gate: gate.interceptor('xds'),
      streamers: createChannel({ codec: true }).streamers,
      log: { info: () => {}, warn: () => {} },
    })
    if (!streams.ok) throw new Error(streams.error.message)
    xds = streams.value
  })
  afterAll(async () => {
    await rig?.close()
    await http?.stop()
    await xds?.stop(0)
    tls?.remove()
  })

  const channel = (pair: Pair | undefined) =>
    credentials.createSsl(tls.ca.cert, pair?.key ?? null, pair?.cert ?? null)
  /** The gRPC code of a call: streams and calls alike are begun, and ended at the first answer. */
  const codeOf = (port: 'admin' | 'xds', path: string, pair: Pair | undefined): Promise<number> => {
    const client = new Client(`localhost:${port === 'admin' ? rig.port : xds.port}`, channel(pair))
    return new Promise((resolve) => {
      const call = client.makeBidiStreamRequest(
        path,
        (value: Buffer) => value,
        (bytes: Buffer) => bytes,
      )
      const end = (code: number): void => {
        resolve(code)
        call.cancel()
        client.close()
      }
      call.on('data', () => end(status.OK))
      call.on('error', (error: ServiceError) => end(error.code))
      call.on('end', () => end(status.OK))
      call.write(Buffer.alloc(0))
      call.end()
      // A stream that has nothing to say is open: the gate let it in. Who is not to get in is waited for.
      if (pair === tls.byDns) setTimeout(() => end(status.OK), 400).unref()
    })
  }

  it.each(paths)('refuses on %s %s without a certificate, and with one of another CA', async (port, path) => {
    seen = []
    expect(await codeOf(port, path, undefined)).toBe(status.UNAVAILABLE)
    expect(await codeOf(port, path, tls.wrong)).toBe(status.UNAVAILABLE)
    expect(seen).toEqual([])
  })

  it.each(paths)('refuses on %s %s a certificate whose name cannot be used', async (port, path) => {
    seen = []
    expect(await codeOf(port, path, tls.twoSpiffe)).toBe(status.UNAUTHENTICATED)
    expect(seen).toEqual([])
  })

  it.each(paths)('lets in on %s %s with the right one', async (port, path) => {
    const shut = [status.UNAVAILABLE, status.UNAUTHENTICATED, status.UNIMPLEMENTED, status.PERMISSION_DENIED]
    expect(shut).not.toContain(await codeOf(port, path, tls.byDns))
  })

  it.each(unknownPaths)('answers on %s the unknown path %s only to who got in', async (port, path) => {
    expect(await codeOf(port, path, undefined)).toBe(status.UNAVAILABLE)
    expect(await codeOf(port, path, tls.wrong)).toBe(status.UNAVAILABLE)
    expect(await codeOf(port, path, tls.twoSpiffe)).toBe(status.UNAUTHENTICATED)
    expect(await codeOf(port, path, tls.byDns)).toBe(status.UNIMPLEMENTED)
  })

  it.each([
    ['SPIFFE id', (all: Certificates) => all.bySpiffe, 'spiffe://example.test/deploy-bot'],
    ['DNS name', (all: Certificates) => all.byDns, 'deploy-bot.example.test'],
    ['common name', (all: Certificates) => all.bySubject, 'deploy-bot'],
  ])('knows the caller by its %s, whatever is claimed', async (_what, pair, wanted) => {
    seen = []
    await unary(rig.client(channel(pair(tls))), 'Push/List', {}, { 'x-verdigris-actor': 'root' })
    expect(seen.map((call) => call.actor)).toEqual([wanted])
  })

  it.each([
    ['two SPIFFE ids', (all: Certificates) => all.twoSpiffe],
    ['a DNS entry that pretends to be two', (all: Certificates) => all.smuggler],
  ])('refuses a certificate with %s', async (_what, pair) => {
    seen = []
    await expect(unary(rig.client(channel(pair(tls))), 'Push/List', {})).rejects.toMatchObject({
      code: status.UNAUTHENTICATED,
    })
    expect(seen).toEqual([])
  })

  it.each(['/metrics', '/healthz', '/readyz', '/absent', '//metrics'])(
    'guards %s of the HTTP port alike',
    async (path) => {
      const get = (pair: Pair | undefined): Promise<number> =>
        new Promise((resolve) => {
          const options = {
            port: http.address.port,
            path,
            ca: tls.ca.cert,
            cert: pair?.cert,
            key: pair?.key,
            agent: false as const,
          }
          const asked = httpsRequest(options, (response) => {
            response.resume()
            resolve(response.statusCode ?? 0)
          })
          asked.on('error', () => resolve(-1))
          asked.end()
        })
      expect(await get(undefined)).toBe(-1)
      expect(await get(tls.wrong)).toBe(-1)
      expect(await get(tls.byDns)).toBe(['/metrics', '/healthz', '/readyz'].includes(path) ? 200 : 404)
    },
  )
})

describe.skipIf(opensslMissing !== undefined)('TLS files', () => {
  let tls: Certificates
  beforeAll(() => {
    tls = makeCertificates()
  })
  afterAll(() => tls?.remove())
  const faults = (files: Parameters<typeof loadTls>[0]): string[] => {
    const loaded = loadTls(files)
    return loaded.ok || loaded.error.kind !== 'invalid'
      ? []
      : loaded.error.violations.map((fault) => `${fault.path}: ${fault.message}`)
  }

  it('that are missing or mixed up are named with their flags, before a port opens', () => {
    expect(faults({ cert: '/absent', key: tls.server.keyFile })[0]).toMatch(
      /^--tls-cert: cannot read \/absent: ENOENT/,
    )
    expect(faults({ cert: tls.server.certFile, key: tls.byDns.keyFile })).toEqual([
      `--tls-key: ${tls.byDns.keyFile} is not the key of the certificate in ${tls.server.certFile}`,
    ])
    expect(faults({ cert: tls.server.keyFile, key: tls.server.certFile })).toHaveLength(2)
    expect(
      faults({ cert: tls.server.certFile, key: tls.server.keyFile, clientCa: tls.server.keyFile }),
    ).toEqual([`--client-ca: ${tls.server.keyFile} holds no PEM certificate`])
  })

  it('never show the key in a message', () => {
    const secret = readFileSync(tls.server.keyFile, 'utf8').split('\n')[1] ?? 'none'
    expect(faults({ cert: tls.server.keyFile, key: tls.server.certFile }).join()).not.toContain(secret)
  })
})

describe('the gate, without TLS', () => {
  it('records what is claimed as unverified, and refuses a claim that does not fit before a handler sees it', async () => {
    const seen: CallSeen[] = []
    const rig = await startRig({ seen: (call) => seen.push(call) })
    await rig.call('Push/List', {}, { 'x-verdigris-actor': 'deploy-bot' })
    await rig.call('Push/List', {})
    await expect(rig.call('Push/List', {}, { 'x-verdigris-actor': 'two words' })).rejects.toMatchObject({
      code: status.INVALID_ARGUMENT,
    })
    await rig.close()
    expect(seen.map((call) => call.actor)).toEqual(['unverified:deploy-bot', 'unverified:anonymous'])
  })
})

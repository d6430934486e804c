// Settings of a Service towards its backends: each does what its page says, on real Envoys, in both variants.
import { connect } from 'node:net'
import { Server, ServerCredentials } from '@grpc/grpc-js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { httpGet, until } from '../../src/demo/rig/index.ts'
import { type DnsServer, startDnsServer } from '../support/dns-server.ts'
import { type Fleet, startFleet } from '../support/fleet.ts'
import { type NamedBackend, startNamedBackend } from '../support/named-backends.ts'

let fleet: Fleet
let dns: DnsServer
const running: NamedBackend[] = []
const backend = async (...args: Parameters<typeof startNamedBackend>): Promise<NamedBackend> => {
  const started = await startNamedBackend(...args)
  running.push(started)
  return started
}

beforeAll(async () => {
  dns = await startDnsServer()
  fleet = await startFleet({
    variants: ['sotw', 'delta'],
    locality: { region: 'here', zone: 'a' },
    delayMs: 0,
  })
  await fleet.done(fleet.apply(fleet.manifests()))
  await fleet.ready()
}, 60_000)
afterAll(async () => {
  for (const each of running) await each.stop()
  dns.close()
  await fleet.close()
})

const object = (kind: string, name: string, spec: object): string =>
  `${JSON.stringify({ apiVersion: 'verdigris.dev/v1alpha1', kind, metadata: { name }, spec })}\n---\n`

/** A service with one environment of its own, and a host that leads there. */
async function serve(
  name: string,
  endpoints: object,
  upstream: object = {},
  protocol = 'HTTP',
): Promise<void> {
  const service = object('Service', name, {
    ports: [{ name: 'main', protocol }],
    upstream,
    environments: [{ name: 'blue', release: { version: '1' }, endpoints }],
  })
  const route = object('Route', name, {
    gateways: fleet.edges.map((edge) => ({ name: edge.name })),
    hosts: [`${name}.test`],
    rules: [{ service: { name } }],
  })
  await fleet.done(fleet.apply(service + route))
}

const ask = (port: number, host: string, headers: Record<string, string> = {}) =>
  httpGet(`http://127.0.0.1:${port}/`, { headers: { host: `${host}.test`, ...headers } })

/** Who answers how often, over so many requests to each proxy. */
async function answers(
  host: string,
  count: number,
  headers: (index: number) => Record<string, string> = () => ({}),
): Promise<readonly ReadonlyMap<string, number>[]> {
  return Promise.all(
    fleet.edges.map(async ({ port }) => {
      const found = new Map<string, number>()
      for (let index = 0; index < count; index++) {
        const { status, body } = await ask(port, host, headers(index))
        const key = status === 200 ? body : String(status)
        found.set(key, (found.get(key) ?? 0) + 1)
      }
      return found
    }),
  )
}

const three = async (prefix: string) =>
  Promise.all(['1', '2', '3'].map((each) => backend(`${prefix}-${each}`)))
const fixed = (backends: readonly NamedBackend[], more: readonly object[] = []) => ({
  static: backends.map(({ address, port }, index) => ({ address, port, ...more[index] })),
})

describe('load balancing', () => {
  it.each(['LeastRequest', 'Random', 'RoundRobin'])('by %s reaches every endpoint', async (policy) => {
    const name = `by-${policy.toLowerCase()}`
    await serve(name, fixed(await three(name)), { loadBalancing: { policy } })
    for (const found of await answers(name, 60)) expect([...found.keys()].sort()).toHaveLength(3)
  })

  it.each(['RingHash', 'Maglev'])('by %s keeps a user at one endpoint, and users apart', async (policy) => {
    const name = `by-${policy.toLowerCase()}`
    const hash = [{ header: 'x-user' }]
    await serve(name, fixed(await three(name)), { loadBalancing: { policy, hash } })
    for (const { port } of fleet.edges) {
      const homes = new Set<string>()
      for (let user = 0; user < 20; user++) {
        const asked = []
        for (let turn = 0; turn < 3; turn++) asked.push(await ask(port, name, { 'x-user': `user-${user}` }))
        expect(new Set(asked.map(({ body }) => body)).size).toBe(1)
        homes.add(asked[0]?.body ?? '')
      }
      expect(homes.size).toBe(3)
    }
  })

  it('follows weights, and sends no new requests to what is draining', async () => {
    const backends = await three('weighted')
    await serve('weighted', fixed(backends, [{ weight: 3 }, {}, { draining: true }]))
    for (const found of await answers('weighted', 200)) {
      expect(found.get('weighted-3')).toBeUndefined()
      // 3:1 of 200: 150 ± 1.5, since the order is fixed; wide enough for two workers that each begin anew.
      expect(found.get('weighted-1')).toBeGreaterThan(135)
      expect(found.get('weighted-2')).toBeGreaterThan(35)
    }
  })

  it('stays in the zone of the proxy where told so, and spreads where not', async () => {
    const backends = await three('zones')
    const zones = [
      { locality: { region: 'here', zone: 'a' } },
      { locality: { region: 'here', zone: 'b' } },
      { locality: { region: 'there', zone: 'a' } },
    ]
    await serve('zones', fixed(backends, zones), { loadBalancing: { zones: 'Local' } })
    // The fleet's own assignment may arrive a moment after the routes.
    await until('everything from the own zone', 5_000, async () =>
      (await answers('zones', 20)).every((found) => found.size === 1 && found.has('zones-1'))
        ? true
        : undefined,
    )
    await serve('zones', fixed(backends, zones), { loadBalancing: { zones: 'Weighted' } })
    for (const found of await answers('zones', 60)) expect(found.size).toBe(3)
  })

  it('goes to the next priority when the first is not healthy, and back', async () => {
    const backends = await three('priority')
    await serve('priority', fixed(backends, [{}, { priority: 1 }, { priority: 1 }]), {
      healthCheck: { http: { path: '/' }, interval: '100ms', timeout: '100ms', unhealthyThreshold: 1 },
      loadBalancing: { panicThreshold: 0 },
    })
    for (const found of await answers('priority', 20)) expect([...found.keys()]).toEqual(['priority-1'])
    const [first] = backends
    if (first === undefined) throw new Error('there is no first backend')
    first.status = 500
    await until('the second priority', 5_000, async () =>
      (await answers('priority', 10)).every(
        (found) => !found.has('priority-1') && !found.has('500') && found.size === 2,
      )
        ? true
        : undefined,
    )
    first.status = 200
    await until('the first priority again', 5_000, async () =>
      (await answers('priority', 10)).every((found) => found.size === 1 && found.has('priority-1'))
        ? true
        : undefined,
    )
  })
})

describe('protection', () => {
  it('answers 503 beyond the circuit breakers, and nobody below', async () => {
    const [slow] = await three('breakers')
    if (slow === undefined) throw new Error('there is no backend')
    slow.delayMs = 300
    await serve('breakers', fixed([slow]), {
      circuitBreakers: { connections: 1, pendingRequests: 1, requests: 2 },
    })
    for (const { port } of fleet.edges) {
      const many = await Promise.all([1, 2, 3, 4, 5, 6].map(() => ask(port, 'breakers')))
      expect(many.filter(({ status }) => status === 503).length).toBeGreaterThanOrEqual(3)
      expect((await ask(port, 'breakers')).status).toBe(200)
    }
  })

  it('takes out of use what fails in a row', async () => {
    const backends = await three('outliers')
    const [bad] = backends
    if (bad === undefined) throw new Error('there is no backend')
    bad.status = 500
    await serve('outliers', fixed(backends), {
      outlierDetection: {
        consecutive5xx: 3,
        interval: '100ms',
        baseEjectionTime: '1m',
        maxEjectionPercent: 50,
      },
    })
    await answers('outliers', 30)
    for (const found of await answers('outliers', 30)) {
      expect(found.get('500')).toBeUndefined()
      expect(found.size).toBe(2)
    }
  })
})

describe('health checks', () => {
  it('by TCP find out what is not there', async () => {
    const backends = await three('tcp-checked')
    await serve('tcp-checked', fixed(backends), {
      healthCheck: { tcp: {}, interval: '100ms', timeout: '100ms', unhealthyThreshold: 1 },
      loadBalancing: { panicThreshold: 0 },
    })
    await backends[0]?.stop()
    await until('two of three', 5_000, async () =>
      (await answers('tcp-checked', 12)).every((found) => found.size === 2 && !found.has('503'))
        ? true
        : undefined,
    )
  })

  it('by the gRPC health protocol ask the service that is named', async () => {
    const health = {
      Check: {
        path: '/grpc.health.v1.Health/Check',
        requestStream: false,
        responseStream: false,
        requestSerialize: (bytes: Buffer) => bytes,
        requestDeserialize: (bytes: Buffer) => bytes,
        responseSerialize: (bytes: Buffer) => bytes,
        responseDeserialize: (bytes: Buffer) => bytes,
      },
    }
    const asked: string[] = []
    const server = new Server()
    server.addService(health, {
      Check: (call: { readonly request: Buffer }, answer: (error: null, bytes: Buffer) => void) => {
        // grpc.health.v1: HealthCheckRequest{service 1}, HealthCheckResponse{status 1: SERVING}.
        asked.push(call.request.toString('latin1').slice(2))
        answer(null, Buffer.from([8, 1]))
      },
    })
    const port = await new Promise<number>((resolve, reject) =>
      server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
        error === null ? resolve(bound) : reject(error),
      ),
    )
    // The push waits for warm clusters, so being done means that the first round of checks is over.
    await serve(
      'grpc-checked',
      { static: [{ address: '127.0.0.1', port }] },
      { healthCheck: { grpc: { service: 'prices' }, interval: '200ms', timeout: '200ms' } },
      'GRPC',
    )
    expect(asked.length).toBeGreaterThanOrEqual(fleet.edges.length)
    expect(new Set(asked)).toEqual(new Set(['prices']))
    for (const { envoy } of fleet.edges) {
      const healthy = await envoy.stats('cluster.default/grpc-checked/blue_1.membership_healthy')
      expect([...healthy.values()]).toEqual([1])
    }
    server.forceShutdown()
  })
})

describe('endpoints by DNS', () => {
  const hosts = (port: number, host: string) => ({
    hosts: [{ host, port }],
    refresh: '100ms',
    family: 'V4Only',
    resolvers: [{ address: '127.0.0.1', port: dns.port }],
  })

  it('follow the names, strictly: every address is used, and what left the name is not', async () => {
    const first = await backend('dns-1', '127.0.0.2')
    await backend('dns-2', '127.0.0.3', first.port)
    await backend('dns-3', '127.0.0.4', first.port)
    dns.records.set('cart.internal', ['127.0.0.2', '127.0.0.3'])
    await serve('strict', { dns: hosts(first.port, 'cart.internal') })
    const sees = async (...names: readonly string[]): Promise<void> => {
      await until(names.join(' and '), 8_000, async () =>
        (await answers('strict', 12)).every((found) => [...found.keys()].sort().join() === names.join())
          ? true
          : undefined,
      )
    }
    await sees('dns-1', 'dns-2')
    dns.records.set('cart.internal', ['127.0.0.3', '127.0.0.4'])
    await sees('dns-2', 'dns-3')
  })

  it('follow the name, logically: one address at a time', async () => {
    const first = await backend('logical-1', '127.0.0.2')
    await backend('logical-2', '127.0.0.3', first.port)
    dns.records.set('many.internal', ['127.0.0.2'])
    await serve('logical', { dns: { mode: 'Logical', ...hosts(first.port, 'many.internal') } })
    await until('the first address', 8_000, async () =>
      (await answers('logical', 6)).every((found) => found.size === 1 && found.has('logical-1'))
        ? true
        : undefined,
    )
    dns.records.set('many.internal', ['127.0.0.3'])
    // Connections that are there stay: new ones go to the new address. Idle ones close after 4 s.
    await until('the second address', 15_000, async () => {
      await new Promise((resolve) => setTimeout(resolve, 4_200))
      return (await answers('logical', 6)).every((found) => found.has('logical-2')) ? true : undefined
    })
  }, 30_000)

  it('that do not resolve are said, and hold up nobody', async () => {
    const answer = await fleet.apply(
      object('Service', 'nowhere', {
        ports: [{ name: 'main' }],
        environments: [
          { name: 'blue', release: { version: '1' }, endpoints: { dns: hosts(80, 'nowhere.invalid') } },
        ],
      }) +
        object('Route', 'nowhere', {
          gateways: fleet.edges.map((edge) => ({ name: edge.name })),
          hosts: ['nowhere.test'],
          rules: [{ service: { name: 'nowhere' } }],
        }),
    )
    await fleet.done(answer)
    for (const { port } of fleet.edges) expect((await ask(port, 'nowhere')).status).toBe(503)
    expect(answer.notes.join('\n')).toMatch(/nowhere\.invalid.*does not resolve/)
  })
})

describe('a live cluster', () => {
  it('with other settings gets new connections, and the diff says so', async () => {
    const backends = await three('reconnects')
    await serve('reconnects', fixed(backends))
    const change = (upstream: object, endpoints: object = fixed(backends)) =>
      fleet.apply(
        object('Service', 'reconnects', {
          ports: [{ name: 'main' }],
          upstream,
          environments: [{ name: 'blue', release: { version: '1' }, endpoints }],
        }),
      )
    const settings = await change({ connectTimeout: '2s' })
    expect(settings.objects.map(({ effect }) => effect)).toEqual(['RECONNECTS'])
    await fleet.done(settings)
    const endpoints = await change({ connectTimeout: '2s' }, fixed(backends.slice(1)))
    expect(endpoints.objects.map(({ effect }) => effect)).toEqual(['EFFECT_UNSPECIFIED'])
    await fleet.done(endpoints)
    const [first] = backends
    const byName = await change({ connectTimeout: '2s' }, { dns: hostsOf(first?.port ?? 0) })
    expect(byName.objects.map(({ effect }) => effect)).toEqual(['RECONNECTS'])
    await fleet.done(byName)
  })
})

const hostsOf = (port: number) => ({ hosts: [{ host: 'localhost', port }], family: 'V4Only' })

it('has backends that are really there', async () => {
  // The proofs above mean nothing where the loopback has one address only.
  const one = await backend('loopback', '127.0.0.9')
  await new Promise<void>((resolve, reject) => {
    const socket = connect(one.port, '127.0.0.9', () => {
      socket.destroy()
      resolve()
    })
    socket.once('error', reject)
  })
})

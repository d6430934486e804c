// Calls that last, across switches: what runs ends where it began, and nothing of it is cut; what comes later goes to the new
// environment.
import { createServer as createHttpServer, request } from 'node:http'
import { connect as connectHttp2 } from 'node:http2'
import { createServer as createTcpServer, type Socket } from 'node:net'
import {
  Client,
  credentials,
  Metadata,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServiceDefinition,
  status,
} from '@grpc/grpc-js'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ask, listening, type RoutedFleet, startEcho, startRoutedFleet } from '../support/routed-fleet.ts'
import { type Talk, talk } from '../support/talk.ts'
import { describeWithEnvoy } from '../support/with-envoy.ts'

const colours = ['blue', 'green'] as const
type Colour = (typeof colours)[number]

const asIs = (bytes: Buffer): Buffer => bytes
const method = (path: string, streams: boolean) => ({
  path,
  requestStream: streams,
  responseStream: streams,
  requestSerialize: asIs,
  requestDeserialize: asIs,
  responseSerialize: asIs,
  responseDeserialize: asIs,
})
/** `shop.Cart`: Say answers with the environment, Chat echoes with it, Stall never answers. */
const cart = {
  Say: method('/shop.Cart/Say', false),
  Chat: method('/shop.Cart/Chat', true),
  Stall: method('/shop.Cart/Stall', false),
} satisfies ServiceDefinition

/** Calls that came to Stall, by environment. */
const stalled = { blue: 0, green: 0 }
/** Tries of Say that came with a name, by it. */
const tries = new Map<string, number>()
const closers: (() => void)[] = []

async function startCart(colour: Colour): Promise<number> {
  const server = new Server()
  server.addService(cart, {
    Say(
      call: { metadata: Metadata },
      answer: (error: { code: number } | null, value?: Buffer) => void,
    ): void {
      const [name] = call.metadata.get('x-test')
      const count = (tries.get(String(name)) ?? 0) + 1
      if (name !== undefined) tries.set(String(name), count)
      if (name !== undefined && count === 1) answer({ code: status.UNAVAILABLE })
      else answer(null, Buffer.from(colour))
    },
    Chat(call: ServerDuplexStream<Buffer, Buffer>): void {
      call.on('data', (bytes: Buffer) => call.write(Buffer.from(`${colour}:${bytes.toString()}`)))
      call.on('end', () => call.end())
    },
    Stall(): void {
      stalled[colour]++
    },
  })
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    )
  })
  closers.push(() => server.forceShutdown())
  return port
}

/** Answers `/stream` with a line every 20 ms for `x-lines` lines. */
async function startStreams(colour: Colour): Promise<number> {
  const server = createHttpServer((incoming, response) => {
    let left = Number(incoming.headers['x-lines'] ?? 1)
    const timer = setInterval(() => {
      response.write(`${colour}\n`)
      left -= 1
      if (left > 0) return
      clearInterval(timer)
      response.end()
    }, 20)
  })
  const port = await listening(server)
  closers.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return port
}

/** Says its colour to whoever connects, then echoes. */
async function startTcp(colour: Colour): Promise<number> {
  const open = new Set<Socket>()
  const server = createTcpServer((socket) => {
    open.add(socket)
    socket.on('error', () => undefined)
    socket.on('data', (bytes) => socket.write(`${colour}:${bytes.toString()}`))
  })
  const port = await listening(server)
  closers.push(() => {
    for (const socket of open) socket.destroy()
    server.close()
  })
  return port
}

const service = (name: string, protocol: string, ports: Readonly<Record<Colour, number>>): string =>
  `kind: Service
metadata: { name: ${name} }
spec:
  ports: [{ name: main, protocol: ${protocol} }]
  environments:
${colours
  .map(
    (colour) =>
      `    - { name: ${colour}, release: { version: "1" }, endpoints: { static: [{ address: 127.0.0.1, port: ${ports[colour]} }] } }`,
  )
  .join('\n')}
`

const started = async (start: (colour: Colour) => Promise<number>): Promise<Record<Colour, number>> => ({
  blue: await start('blue'),
  green: await start('green'),
})

async function manifests(): Promise<string> {
  const echo = async (colour: Colour): Promise<number> => {
    const backend = await startEcho(colour)
    closers.push(backend.close)
    return backend.port
  }
  return [
    service('cart', 'GRPC', await started(startCart)),
    service('sockets', 'HTTP', await started(echo)),
    service('streams', 'HTTP', await started(startStreams)),
    service('raw', 'HTTP', await started(startTcp)),
    `kind: Route
metadata: { name: all }
spec:
  gateways: [{ name: edge-sotw }, { name: edge-delta }]
  hosts: ["*"]
  rules:
    - { matches: [{ grpc: { service: shop.Cart, method: Chat } }], service: { name: cart }, timeout: 0s }
    - { matches: [{ grpc: { service: shop.Cart, method: Say } }], service: { name: cart }, retry: { on: [unavailable], backOff: { base: 1ms } } }
    - { matches: [{ grpc: { service: shop.Cart } }], service: { name: cart }, timeout: 400ms }
    - { matches: [{ path: { prefix: /socket } }], service: { name: sockets }, timeout: 300ms }
    - { matches: [{ path: { prefix: /no-socket } }], service: { name: sockets }, upgrades: { websocket: false } }
    - { matches: [{ path: { prefix: /stream } }], service: { name: streams }, timeout: 0s }
    - { matches: [{ connect: true }], service: { name: raw }, timeout: 0s, upgrades: { connect: terminate } }
`,
  ].join('---\n')
}

let fleet: RoutedFleet
const clients: Client[] = []
const services = ['cart', 'sockets', 'streams', 'raw']
const switchAll = async (to: Colour): Promise<void> => {
  for (const each of services) await fleet.switchTo(each, to)
}

const say = (client: Client, metadata = new Metadata()): Promise<string> =>
  new Promise((resolve, reject) => {
    const { path } = cart.Say
    client.makeUnaryRequest(path, asIs, asIs, Buffer.from(''), metadata, (error, value) =>
      error === null ? resolve(String(value)) : reject(error),
    )
  })

/** Status of a call that nobody answers, with the deadline of the client. */
const stall = (client: Client, deadlineMs: number): Promise<number> =>
  new Promise((resolve) => {
    const metadata = new Metadata()
    // As a client in another language sends it, without giving up by itself.
    metadata.set('grpc-timeout', `${deadlineMs}m`)
    client.makeUnaryRequest(cart.Stall.path, asIs, asIs, Buffer.from(''), metadata, (error) =>
      resolve(error?.code ?? 0),
    )
  })

function chat(client: Client): Talk {
  const call = client.makeBidiStreamRequest(cart.Chat.path, asIs, asIs, new Metadata())
  return talk(call, () => call.cancel())
}

/** A WebSocket (its handshake; the frames are bytes to everybody here), or the status that refused it. */
const socket = (port: number, path: string): Promise<Talk | number> =>
  new Promise((resolve, reject) => {
    const headers = {
      host: 'any.test',
      connection: 'upgrade',
      upgrade: 'websocket',
      'sec-websocket-key': 'a2V5',
      'sec-websocket-version': '13',
    }
    const sent = request({ host: '127.0.0.1', port, path, headers, agent: false })
    sent.on('upgrade', (_, stream) => resolve(talk(stream, () => stream.destroy())))
    sent.on('response', (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
    sent.on('error', reject)
    sent.end()
  })

const tunnel = (port: number): Promise<Talk> =>
  new Promise((resolve, reject) => {
    const sent = request({
      host: '127.0.0.1',
      port,
      method: 'CONNECT',
      path: 'backend.test:80',
      agent: false,
    })
    sent.on('connect', (response, stream) => {
      if (response.statusCode === 200) resolve(talk(stream, () => stream.destroy()))
      else reject(new Error(`CONNECT: ${response.statusCode}`))
    })
    sent.on('error', reject)
    sent.end()
  })

describeWithEnvoy('what runs while traffic is switched', () => {
  beforeAll(async () => {
    fleet = await startRoutedFleet()
    await fleet.apply(await manifests())
    for (const { port } of fleet.edges)
      clients.push(new Client(`127.0.0.1:${port}`, credentials.createInsecure()))
  }, 60_000)
  afterAll(async () => {
    for (const client of clients) client.close()
    for (const close of closers) close()
    await fleet?.close()
  })

  it('goes on where it began: gRPC streams, WebSockets, tunnels and long answers; new ones go on to the new environment', async () => {
    const talks: Talk[] = []
    const open = async (): Promise<Talk[]> => {
      const opened: Talk[] = []
      for (const [at, { port }] of fleet.edges.entries()) {
        const client = clients[at]
        const found = await socket(port, '/socket')
        if (client === undefined || typeof found === 'number') throw new Error(`no WebSocket: ${found}`)
        opened.push(chat(client), found, await tunnel(port))
      }
      talks.push(...opened)
      return opened
    }
    const all = (of: readonly Talk[], text: string) => Promise.all(of.map((each) => each.say(text)))
    const long = () =>
      Promise.all(
        fleet.edges.flatMap(({ port }) =>
          [1, 2, 3].map(() => ask(port, { host: 'any.test', path: '/stream', headers: { 'x-lines': '60' } })),
        ),
      )

    const before = await open()
    expect(new Set(await all(before, 'a'))).toEqual(new Set(['blue:a']))
    const running = long()
    await switchAll('green')
    const after = await open()
    expect(new Set(await all(after, 'b'))).toEqual(new Set(['green:b']))
    expect(new Set(await all(before, 'c'))).toEqual(new Set(['blue:c']))
    for (const client of clients) expect(await say(client)).toBe('green')
    const later = long()
    await switchAll('blue')
    // Forth and back again: each is still where it began.
    expect(new Set(await all(before, 'd'))).toEqual(new Set(['blue:d']))
    expect(new Set(await all(after, 'e'))).toEqual(new Set(['green:e']))
    for (const [answers, colour] of [
      [await running, 'blue'],
      [await later, 'green'],
    ] as const) {
      for (const { status: code, body } of answers) {
        expect(code).toBe(200)
        expect(body).toBe(`${colour}\n`.repeat(60))
      }
    }
    expect(talks.filter((each) => each.ended())).toEqual([])
    for (const each of talks) each.close()
  }, 30_000)

  it('loses no gRPC call of 400 while 20 switches and more go by', async () => {
    const found = new Set<string>()
    let [calls, rounds] = [0, 0]
    const enough = (): boolean => calls >= 400 && rounds >= 10
    const callers = clients.flatMap((client) =>
      [1, 2, 3, 4].map(async () => {
        while (!enough()) {
          found.add(await say(client))
          calls++
        }
      }),
    )
    while (!enough()) {
      await fleet.switchTo('cart', 'green')
      await fleet.switchTo('cart', 'blue')
      rounds++
    }
    await Promise.all(callers)
    expect(found).toEqual(new Set(['blue', 'green']))
  }, 60_000)

  it('ends a gRPC call by the deadline of its client, and at the latest by that of the rule', async () => {
    const before = { ...stalled }
    for (const client of clients) {
      expect(await stall(client, 100)).toBe(status.DEADLINE_EXCEEDED)
      // The client would wait for a minute.
      expect([status.DEADLINE_EXCEEDED, status.UNAVAILABLE]).toContain(await stall(client, 60_000))
    }
    expect(stalled.blue).toBe(before.blue + 2 * clients.length)
  }, 30_000)

  it('tries a gRPC call again by its status', async () => {
    for (const [at, client] of clients.entries()) {
      const metadata = new Metadata()
      metadata.set('x-test', `retry-${at}`)
      expect(await say(client, metadata)).toBe('blue')
      expect(tries.get(`retry-${at}`)).toBe(2)
    }
  })

  it('lets WebSockets last longer than the time-out of their rule, and refuses them where a rule says so', async () => {
    for (const { port } of fleet.edges) {
      const found = await socket(port, '/socket')
      if (typeof found === 'number') throw new Error(`no WebSocket: ${found}`)
      await new Promise((done) => setTimeout(done, 600))
      expect(await found.say('still')).toBe('blue:still')
      found.close()
      expect(await socket(port, '/no-socket')).toBe(403)
      expect((await ask(port, { host: 'any.test', path: '/no-socket' })).status).toBe(200)
    }
  })

  it('takes WebSockets inside HTTP/2, which come as CONNECT', async () => {
    for (const { port } of fleet.edges) {
      const session = connectHttp2(`http://127.0.0.1:${port}`)
      try {
        await new Promise((done) => session.once('remoteSettings', done))
        expect(session.remoteSettings.enableConnectProtocol).toBe(true)
        const stream = session.request({
          ':method': 'CONNECT',
          ':protocol': 'websocket',
          ':scheme': 'http',
          ':authority': 'any.test',
          ':path': '/socket',
          'sec-websocket-version': '13',
        })
        const code = await new Promise((done) =>
          stream.once('response', (headers) => done(headers[':status'])),
        )
        expect(code).toBe(200)
        expect(await talk(stream, () => stream.close()).say('h2')).toBe('blue:h2')
        stream.close()
      } finally {
        session.destroy()
      }
    }
  })
})

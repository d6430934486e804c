// Mirrors of gRPC: calls and streams are copied over HTTP/2, and a copy that nobody reads holds nothing up.
import { createServer as createTcpServer, type Socket } from 'node:net'
import {
  Client,
  credentials,
  Metadata,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServiceDefinition,
} from '@grpc/grpc-js'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type EnvoyProcess, until } from '../../src/demo/rig/index.ts'
import { listening, type RoutedFleet, startRoutedFleet } from '../support/routed-fleet.ts'
import { talk } from '../support/talk.ts'
import { describeWithEnvoy } from '../support/with-envoy.ts'

const asIs = (bytes: Buffer): Buffer => bytes
const method = (path: string, streams: boolean) => ({
  ...{ path, requestStream: streams, responseStream: streams },
  ...{ requestSerialize: asIs, requestDeserialize: asIs, responseSerialize: asIs, responseDeserialize: asIs },
})
const cart = {
  Say: method('/shop.Cart/Say', false),
  Chat: method('/shop.Cart/Chat', true),
} satisfies ServiceDefinition

/** What came to the environment that copies go to: the mark of each call, by its method. */
const copied = { Say: [] as string[], Chat: [] as string[], bytes: 0 }
const closers: (() => void)[] = []

async function startCart(environment: string): Promise<number> {
  const server = new Server({ 'grpc.max_receive_message_length': -1 })
  const note = (name: 'Say' | 'Chat', { metadata }: { readonly metadata: Metadata }): void => {
    if (environment === 'copy') copied[name].push(metadata.get('x-verdigris-shadow').join())
  }
  server.addService(cart, {
    Say(call: { metadata: Metadata; request: Buffer }, answer: (error: null, value: Buffer) => void) {
      note('Say', call)
      if (environment === 'copy') copied.bytes += call.request.length
      answer(null, Buffer.from(environment))
    },
    Chat(call: ServerDuplexStream<Buffer, Buffer>) {
      note('Chat', call)
      call.on('error', () => undefined)
      call.on('data', (bytes: Buffer) => call.write(Buffer.from(`${environment}:${bytes}`)))
      call.on('end', () => call.end())
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

/** Takes connections and never reads. */
async function neverReading(): Promise<number> {
  const sockets = new Set<Socket>()
  const server = createTcpServer((socket) => {
    sockets.add(socket.pause())
    socket.on('error', () => socket.destroy())
  })
  closers.push(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return listening(server)
}

const environments = ['blue', 'copy', 'deaf'] as const
let fleet: RoutedFleet
const clients: Client[] = []

describeWithEnvoy('a mirror of gRPC', () => {
  beforeAll(async () => {
    const ports = { blue: await startCart('blue'), copy: await startCart('copy'), deaf: await neverReading() }
    fleet = await startRoutedFleet()
    await fleet.apply(`kind: Service
metadata: { name: cart }
spec:
  ports: [{ name: grpc, protocol: GRPC }]
  environments:
${environments
  .map(
    (name) =>
      `    - { name: ${name}, release: { version: "1" }, endpoints: { static: [{ address: 127.0.0.1, port: ${ports[name]} }] } }`,
  )
  .join('\n')}
---
kind: TrafficPolicy
metadata: { name: cart }
spec:
  service: cart
  mirrors:
    - { name: try, from: blue, to: copy, includeWrites: true }
    - { name: wall, from: blue, to: deaf, includeWrites: true }
---
kind: Route
metadata: { name: cart }
spec:
  gateways: [{ name: edge-sotw }, { name: edge-delta }]
  hosts: ["*"]
  rules: [{ service: { name: cart }, timeout: 0s }]
`)
    for (const { port } of fleet.edges) {
      clients.push(
        new Client(`127.0.0.1:${port}`, credentials.createInsecure(), { 'grpc.max_send_message_length': -1 }),
      )
    }
  }, 60_000)
  afterAll(async () => {
    for (const client of clients) client.close()
    for (const close of closers) close()
    await fleet?.close()
  })

  const say = (client: Client, body: Buffer): Promise<string> =>
    new Promise((resolve, reject) => {
      client.makeUnaryRequest(cart.Say.path, asIs, asIs, body, new Metadata(), (error, value) =>
        error === null ? resolve(String(value)) : reject(error),
      )
    })
  const set = async (mirrors: Readonly<Record<string, { readonly on: boolean; readonly share: number }>>) =>
    fleet.done(
      await fleet.admin.call('Traffic', 'Set', { service: 'cart', mirrors, options: { reason: 'test' } }),
    )
  const [on, off] = [
    { on: true, share: 0 },
    { on: false, share: 0 },
  ]

  it('copies every call and stream, marked, and answers with what serves', async () => {
    await set({ try: on })
    for (const client of clients) {
      for (let call = 0; call < 40; call++) expect(await say(client, Buffer.from('x'))).toBe('blue')
    }
    await until('the copies of the calls', 10_000, async () => copied.Say.length >= 80 || undefined)
    expect(copied.Say).toEqual(Array.from({ length: 80 }, () => 'try'))
    for (const client of clients) {
      const call = client.makeBidiStreamRequest(cart.Chat.path, asIs, asIs, new Metadata())
      const chat = talk(call, () => call.cancel())
      // The answer comes while the stream is open: nothing waits for its end to be copied.
      for (const word of ['a', 'b', 'c']) expect(await chat.say(word)).toBe(`blue:${word}`)
      chat.close()
    }
    await until('the copies of the streams', 10_000, async () => copied.Chat.length >= 2 || undefined)
    expect(copied.Chat).toEqual(['try', 'try'])
  }, 40_000)

  it('that never reads holds up neither a call of 8 MiB nor a stream', async () => {
    await set({ try: off, wall: on })
    const before = copied.Say.length
    const large = Buffer.alloc(8 * 1024 * 1024, 'x')
    for (const [at, client] of clients.entries()) {
      const bodies = [large, ...[1, 2, 3].map(() => large.subarray(0, 4_000_000))]
      const answers = await Promise.all(bodies.map((body) => say(client, body)))
      expect(answers).toEqual(['blue', 'blue', 'blue', 'blue'])
      // They were answered while their copies still hang: held up, they would have waited for the end of those.
      const { envoy } = fleet.edges[at] ?? expect.fail('no proxy')
      expect(await sum(envoy, 'upstream_rq_total')).toBe(4)
      expect(await sum(envoy, 'upstream_rq_max_duration_reached')).toBe(0)
      const call = client.makeBidiStreamRequest(cart.Chat.path, asIs, asIs, new Metadata())
      const chat = talk(call, () => call.cancel())
      for (const word of ['a', 'b', 'c']) expect(await chat.say(word)).toBe(`blue:${word}`)
      chat.close()
    }
    // Turned off, the other mirror copied nothing more.
    expect(copied.Say).toHaveLength(before)
  }, 60_000)
})

/** A counter of the copies for who never reads. */
const sum = async ({ stats }: EnvoyProcess, counter: string): Promise<number> =>
  [...(await stats(`mirror~wall.*\\.${counter}$`)).values()].reduce((all, value) => all + value, 0)

// Mirrors: what is copied is counted, and nothing that is wrong with a mirror reaches the request that it was made of.

import { request } from 'node:http'
import { connect } from 'node:http2'
import { createServer as createTcpServer, type Server, type Socket } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { failuresByEnvoy } from '../support/envoy-counts.ts'
import { listening, type RoutedEdge } from '../support/routed-fleet.ts'
import { ask, each, isShare, startTrafficScene, type TrafficScene } from '../support/traffic-scene.ts'
import { describeWithBothEnvoys, supportedEnvoys } from '../support/with-envoy.ts'

let scene: TrafficScene | undefined
const open: { close(): void }[] = []
afterEach(async () => {
  await scene?.close()
  scene = undefined
  for (const each of open.splice(0)) each.close()
})

const many = (size: number): readonly number[] => Array.from({ length: size }, (_, index) => index)
const policy = `  mirrors:
    - { name: reads, from: blue, to: copy }
    - { name: writes, from: blue, to: copy, includeWrites: true, maxBodyBytes: 16777216 }
`
const on = { on: true, share: 0 }
const off = { on: false, share: 0 }

/** Counters of the copies' cluster on a proxy. */
async function copies({ envoy }: RoutedEdge, mirror: string, counter: string): Promise<number> {
  const stats = await envoy.stats(`mirror~${mirror}.*\\.${counter}$`)
  return [...stats.values()].reduce((sum, value) => sum + value, 0)
}

/** Waits until what is read is as wanted; the copies leave after the answers. */
async function settled<T>(read: () => T | Promise<T>, wanted: (value: T) => boolean): Promise<T> {
  let value = await read()
  for (let attempt = 0; attempt < 300 && !wanted(value); attempt++) {
    await new Promise((resolve) => setTimeout(resolve, 20))
    value = await read()
  }
  return value
}

/** A server that takes connections and never reads. */
async function neverReading(): Promise<{ readonly port: number; readonly sockets: ReadonlySet<Socket> }> {
  const sockets = new Set<Socket>()
  const server: Server = createTcpServer((socket) => {
    sockets.add(socket.pause())
    socket.on('error', () => socket.destroy())
  })
  const port = await listening(server)
  open.push({
    close() {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  })
  return { port, sockets }
}

describeWithBothEnvoys('a mirror', () => {
  it.each(supportedEnvoys)(
    'copies what its policy says and nothing else, on the %s Envoy',
    async (release) => {
      scene = await startTrafficScene({ release })
      const { fleet, backends } = scene
      await scene.apply(policy)
      await scene.mirrors({ reads: on })
      for (const edge of fleet.edges) {
        const before = backends.copy.total()
        await each(many(60), () => ask(edge))
        await each(many(20), () => ask(edge, {}, { method: 'POST', body: 'order' }))
        await settled(
          () => backends.copy.total(),
          (total) => total >= before + 60,
        )
        expect(backends.copy.total() - before, edge.variant).toBe(60)
      }
      expect([...backends.copy.seen]).toEqual([['GET copy', 120]])
      expect([...backends.blue.seen.keys()]).toEqual(['GET', 'POST'])
      expect(backends.copy.last()).toMatchObject({ 'x-verdigris-shadow': 'reads' })
      // The Host that backends know, and nothing that is for Envoy alone.
      expect(Object.keys(backends.copy.last()).filter((name) => name.includes('mirror'))).toEqual([])
      expect(backends.copy.last().host).not.toContain('shadow')

      // Writes where they are wanted; a share; only requests of the environment that it copies.
      await scene.mirrors({ reads: off, writes: { on: true, share: 2_500 } })
      await scene.split({ blue: 5_000, green: 5_000 })
      backends.copy.seen.clear()
      backends.blue.seen.clear()
      backends.green.seen.clear()
      for (const edge of fleet.edges) {
        await each(many(400), () => ask(edge, {}, { method: 'POST', body: 'order' }))
      }
      const served = backends.blue.seen.get('POST') ?? 0
      expect(served + (backends.green.seen.get('POST') ?? 0)).toBe(800)
      await settled(
        () => backends.copy.total(),
        (total) => isShare(total, served, 25),
      )
      const copied = backends.copy.seen.get('POST copy') ?? 0
      expect(isShare(copied, served, 25), `${copied} of ${served}`).toBe(true)
      expect(isShare(served, 800, 50), `${served} of 800`).toBe(true)
      expect([...backends.copy.seen.keys(), ...backends.green.seen.keys()]).toEqual(['POST copy', 'POST'])

      // What serves gets no copies: the mirror goes off with the switch, and comes back with the way back.
      await scene.split({ copy: 10_000 })
      backends.copy.seen.clear()
      for (const edge of fleet.edges) await each(many(40), () => ask(edge))
      expect([...backends.copy.seen]).toEqual([['GET', 80]])
      await scene.rollback()
      backends.copy.seen.clear()
      for (const edge of fleet.edges) await each(many(400), () => ask(edge))
      const again = await settled(
        () => backends.copy.total(),
        (total) => total > 50,
      )
      expect(again).toBeGreaterThan(50)
      expect([...backends.copy.seen.keys()]).toEqual(['GET copy'])
    },
    60_000,
  )

  it.each(supportedEnvoys)(
    'that never reads holds up no upload, on the %s Envoy',
    async (release) => {
      const stuck = await neverReading()
      scene = await startTrafficScene({ release, copyPort: stuck.port })
      const { fleet, backends } = scene
      await scene.apply(policy)
      await scene.mirrors({ writes: on })
      for (const edge of fleet.edges) {
        // Larger than its policy copies, or without a length: nothing is copied.
        expect(await upload(edge, 20_971_520, 20_971_520), edge.variant).toBe('200 blue')
        expect(await upload(edge, 20_971_520, undefined)).toBe('200 blue')
        expect(await uploadHttp2(edge, 20_971_520)).toBe(200)
        expect(await copies(edge, 'writes', 'upstream_rq_total')).toBe(0)
        // Smaller: copied, and the copy is still stuck when the request is through.
        expect(await upload(edge, 16_000_000, 16_000_000)).toBe('200 blue')
        expect(await copies(edge, 'writes', 'upstream_rq_total')).toBe(1)
        expect(await copies(edge, 'writes', 'upstream_rq_max_duration_reached')).toBe(0)
        expect(await copies(edge, 'writes', 'upstream_rq_active')).toBe(1)
        // Then it is cut, and nobody notices.
        const cut = await settled(
          () => copies(edge, 'writes', 'upstream_rq_max_duration_reached'),
          (count) => count === 1,
        )
        expect(cut).toBe(1)
      }
      expect(backends.blue.total()).toBe(8)
      expect(stuck.sockets.size).toBeGreaterThan(0)
    },
    60_000,
  )

  it.each(['dead', 'slow', 'never reading'] as const)(
    'that is %s costs no request under load',
    async (kind) => {
      const stuck = await neverReading()
      // Nobody listens on port 1; a server that never answers is as slow as can be.
      scene = await startTrafficScene({ copyPort: kind === 'dead' ? 1 : stuck.port })
      const { fleet } = scene
      await scene.apply(policy)
      await scene.mirrors({ [kind === 'never reading' ? 'writes' : 'reads']: on })
      const body = 'x'.repeat(200_000)
      for (const edge of fleet.edges) {
        const answers = await each(many(200), (n) =>
          kind === 'never reading'
            ? ask(edge, {}, { method: 'POST', body })
            : ask(edge, {}, { path: `/${n}` }),
        )
        expect(new Set(answers.map(({ status, body: by }) => `${status} ${by}`))).toEqual(
          new Set(['200 blue']),
        )
        const bound = await edge.envoy.stats('mirror~.*\\.upstream_(rq|cx)_active$')
        expect(Math.max(...bound.values())).toBeLessThanOrEqual(20)
        const failures = await failuresByEnvoy(edge.envoy)
        expect(failures.filter((each) => !each.includes('mirror~'))).toEqual([])
      }
    },
    60_000,
  )
})

/** Uploads so many bytes over HTTP/1.1; `length` undefined: in chunks, without saying how many. */
function upload({ port }: RoutedEdge, bytes: number, length: number | undefined): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = length === undefined ? {} : { 'content-length': String(length) }
    const sent = request({ host: '127.0.0.1', port, method: 'POST', headers }, (answer) => {
      let text = ''
      answer.on('data', (part: Buffer) => {
        text += part.toString()
      })
      answer.on('end', () => resolve(`${answer.statusCode} ${text}`))
    })
    sent.on('error', reject)
    sent.write(Buffer.alloc(bytes))
    sent.end()
  })
}

/** The same over HTTP/2, where a request need not say how long it is. */
function uploadHttp2({ port }: RoutedEdge, bytes: number): Promise<number> {
  const session = connect(`http://127.0.0.1:${port}`)
  open.push({ close: () => session.destroy() })
  return new Promise((resolve, reject) => {
    session.on('error', reject)
    const sent = session.request({ ':method': 'POST', ':path': '/' })
    sent.on('error', reject)
    sent.on('response', (headers) => {
      sent.resume()
      sent.on('end', () => resolve(Number(headers[':status'])))
    })
    sent.write(Buffer.alloc(bytes))
    sent.end()
  })
}

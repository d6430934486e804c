// Peers that do not read, or send too much, on real sockets: each is refused or cut with a reason, what it held is free again, and a
// proxy beside them gets every update all the while.
import { Client, credentials, status } from '@grpc/grpc-js'
import { afterEach, describe, expect, it } from 'vitest'
import { until } from '../../../src/demo/rig/index.ts'
import { adsMethods } from '../../../src/envoy-api/index.ts'
import type { ServerLimits } from '../../../src/xds/index.ts'
import { type RawHttp2, rawHttp2 } from '../../support/raw-http2.ts'
import { nonceOf, openAds, request, type Served, serve } from './support/ads-client.ts'
import { publishOf } from './support/content.ts'

const variants = ['sotw', 'delta'] as const
const cancel = 8
/** Write deadline: short for a test, and long enough for a healthy client on a machine that is busy. */
const patientMs = 1_500
const closers: (() => void | Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

async function served(limits: Partial<ServerLimits> = {}): Promise<Served> {
  const served = await serve({ limits })
  closers.push(served.close)
  return served
}

function raw(port: number, options: Parameters<typeof rawHttp2>[1] = {}): RawHttp2 {
  const peer = rawHttp2(port, options)
  closers.push(peer.close)
  return peer
}

const world = (text: string, bytes = 100_000) => ({ cds: { a: `${text} static ${'x'.repeat(bytes)}` } })

/** A proxy that takes and ACKs everything; `next` publishes and waits until it has it. */
function healthy(
  { client, decider }: Served,
  variant: 'sotw' | 'delta',
): { next(bytes?: number): Promise<void> } {
  const { stream, got } = openAds(client(), variant)
  stream.on('data', (response: Buffer) => stream.write(request(variant, 'cds', { nonce: nonceOf(response) })))
  stream.write(request(variant, 'cds', { node: 'healthy' }))
  let generation = 0
  return {
    next: async (bytes) => {
      generation += 1
      decider.send(publishOf('g', generation, world(`${generation}`, bytes)))
      await until(`update ${generation} reaches the healthy one`, 10_000, async () => got[generation - 1])
    },
  }
}

const closedOf = ({ heard }: Served, node: string) =>
  heard.flatMap((message) => (message.kind === 'closed' && message.node === node ? [message.reason] : []))

/** Updates go on until the server has ended every stream of these nodes; the reasons. */
async function updatesUntilCut(
  served: Served,
  good: { next(): Promise<void> },
  nodes: readonly string[],
): Promise<readonly string[]> {
  await until(`${nodes.length} are cut`, 20_000, async () => {
    await good.next()
    return nodes.every((node) => closedOf(served, node).length > 0) || undefined
  })
  return nodes.flatMap((node) => closedOf(served, node))
}

describe.each(variants)('a reader that is stuck (%s)', (variant) => {
  const path = adsMethods[variant].path
  const first = (node: string) => request(variant, 'cds', { node })

  it('keeps its window closed: cut after the write deadline, reset, and free', async () => {
    const one = await served({ writeDeadlineMs: patientMs })
    const good = healthy(one, variant)
    await good.next()
    const peer = raw(one.server.port, { window: 0 })
    const resets: number[] = []
    peer.onReset((_, code) => resets.push(code))
    peer.message(peer.call(path), first('stuck'))
    expect(await updatesUntilCut(one, good, ['stuck'])).toEqual([
      expect.stringMatching(/^the client did not take a response of CDS for \d+/),
    ])
    await until('it is told', 2_000, async () => resets.length > 0 || undefined)
    expect(resets).toEqual([cancel])
    const sent = one.heard.filter((message) => message.kind === 'sent' && message.node === 'stuck')
    expect(sent).toHaveLength(1)
    expect(one.server.stats()).toMatchObject({ unsentBytes: 0, slowBytes: 0 })
    expect(one.logged.some((line) => line.includes('did not take a response of CDS'))).toBe(true)
  })

  it('reads a byte now and then: that is not reading', async () => {
    const one = await served({ writeDeadlineMs: patientMs })
    const good = healthy(one, variant)
    await good.next()
    const peer = raw(one.server.port, { window: 0 })
    const call = peer.call(path)
    peer.message(call, first('drop-by-drop'))
    const timer = setInterval(() => peer.grant(call, 1), 20)
    closers.push(() => clearInterval(timer))
    expect(await updatesUntilCut(one, good, ['drop-by-drop'])).toEqual([
      expect.stringContaining('did not take'),
    ])
  })

  it.runIf(variant === 'delta')(
    'stops reading its socket with all windows open: its connection is cut, too',
    async () => {
      const one = await served({ writeDeadlineMs: 2_000 })
      const good = healthy(one, variant)
      // More than what the sockets of both sides keep.
      await good.next(12 << 20)
      const peer = raw(one.server.port, { window: 2 ** 30 })
      peer.message(peer.call(path), first('deaf'))
      peer.pause()
      expect(await updatesUntilCut(one, good, ['deaf'])).toEqual([expect.stringContaining('did not take')])
      await new Promise((resolve) => setTimeout(resolve, 1_100))
      peer.resume()
      await peer.closed
    },
  )

  it('opens many streams on one connection and reads none: all are cut', async () => {
    const one = await served({ writeDeadlineMs: patientMs })
    const good = healthy(one, variant)
    await good.next()
    const peer = raw(one.server.port, { window: 0 })
    const nodes = Array.from({ length: 100 }, (_, index) => `stuck-${index}`)
    for (const node of nodes) peer.message(peer.call(path), first(node))
    await updatesUntilCut(one, good, nodes)
    expect(one.server.stats()).toMatchObject({ unsentBytes: 0, slowBytes: 0, crowded: 0 })
    expect(one.server.stats().streams[variant]).toBe(1)
  })

  it('sends all the time and reads nothing: it is cut, and what it sent is free', async () => {
    const one = await served({ writeDeadlineMs: patientMs })
    const good = healthy(one, variant)
    await good.next()
    const peer = raw(one.server.port, { window: 0 })
    const call = peer.call(path)
    peer.message(call, first('shouts'))
    for (let index = 0; index < 500; index += 1)
      peer.message(call, request(variant, 'eds', { names: [`${index}`] }))
    expect(await updatesUntilCut(one, good, ['shouts'])).toEqual([expect.stringContaining('did not take')])
    await until('what it sent is free', 5_000, async () => one.server.stats().intakeBytes === 0 || undefined)
  })
})

describe.each(variants)('a peer that asks too much (%s)', (variant) => {
  const path = adsMethods[variant].path

  it('is refused with a message that is too large', async () => {
    const one = await served()
    const good = healthy(one, variant)
    const { stream, ended } = openAds(one.client(), variant)
    stream.write(Buffer.alloc(33 << 20))
    expect(await ended).toMatchObject({
      code: status.RESOURCE_EXHAUSTED,
      details: expect.stringContaining('larger than max'),
    })
    await good.next()
    expect(one.server.stats().streams[variant]).toBe(1)
  })

  it('rule 37: is cut when it begins a message and does not end it', async () => {
    const one = await served({ requestDeadlineMs: 300 })
    const good = healthy(one, variant)
    const peer = raw(one.server.port)
    const call = peer.call(path)
    peer.message(call, request(variant, 'cds', { node: 'half' }))
    peer.data(call, Buffer.concat([Buffer.from([0, 0, 1, 0, 0]), Buffer.alloc(1_000)]))
    await updatesUntilCut(one, good, ['half'])
    expect(one.logged.filter((line) => line.includes('xds_request_refused'))).toEqual([
      expect.stringContaining('a request that was begun was not whole within 300 ms'),
    ])
    expect(one.server.stats().intakeBytes).toBe(0)
  })

  it('rule 37: is cut when halves of messages pile up, the largest first', async () => {
    const one = await served({ intakeBytes: 100_000 })
    const good = healthy(one, variant)
    const peers = [20_000, 50_000, 40_000].map((bytes, index) => {
      const peer = raw(one.server.port)
      const call = peer.call(path)
      peer.message(call, request(variant, 'cds', { node: `half-${index}` }))
      return {
        send: () => peer.data(call, Buffer.concat([Buffer.from([0, 0, 16, 0, 0]), Buffer.alloc(bytes)])),
      }
    })
    await until(
      'all are open',
      5_000,
      async () => one.heard.filter(({ kind }) => kind === 'opened').length >= 4 || undefined,
    )
    for (const peer of peers) peer.send()
    await updatesUntilCut(one, good, ['half-1'])
    await good.next()
    expect([0, 2].map((index) => closedOf(one, `half-${index}`))).toEqual([[], []])
    expect(one.logged.filter((line) => line.includes('too many bytes of requests wait'))).toHaveLength(1)
  })

  it('is refused when it compresses: a few bytes may stand for many', async () => {
    const one = await served()
    const client = new Client(`127.0.0.1:${one.server.port}`, credentials.createInsecure(), {
      'grpc.default_compression_algorithm': 2,
    })
    closers.push(() => client.close())
    const { stream, ended } = openAds(client, variant)
    stream.write(request(variant, 'cds', { node: 'edge-1' }))
    expect(await ended).toMatchObject({
      code: status.UNIMPLEMENTED,
      details: 'compressed requests are not read',
    })
    expect(one.server.stats().opened).toBe(0)
  })

  it('is refused one stream beyond the limit, and let in when one is gone', async () => {
    const one = await served({ streams: 3 })
    const good = healthy(one, variant)
    await good.next()
    const client = one.client()
    const others = [1, 2].map((index) => {
      const opened = openAds(client, variant)
      opened.stream.write(request(variant, 'cds', { node: `edge-${index}` }))
      return opened
    })
    await until('they are open', 5_000, async () => one.server.stats().streams[variant] === 3 || undefined)
    const refused = openAds(client, variant)
    refused.stream.write(request(variant, 'cds', { node: 'edge-3' }))
    expect(await refused.ended).toMatchObject({
      code: status.RESOURCE_EXHAUSTED,
      details: 'more than 3 streams',
    })
    await good.next()
    expect(one.logged.filter((line) => line.includes('xds_stream_refused'))).toEqual([
      expect.stringContaining('more than 3 streams'),
    ])
    others[0]?.stream.cancel()
    await until('one is gone', 5_000, async () => one.server.stats().streams[variant] === 2 || undefined)
    const late = openAds(client, variant)
    late.stream.write(request(variant, 'cds', { node: 'edge-3' }))
    await until('it is served', 5_000, async () => late.got[0])
  })

  it('is refused with a node id or names beyond their bounds', async () => {
    const one = await served()
    const good = healthy(one, variant)
    const client = one.client()
    const long = openAds(client, variant)
    long.stream.write(request(variant, 'cds', { node: 'n'.repeat(2_000) }))
    expect(await long.ended).toMatchObject({
      code: status.INVALID_ARGUMENT,
      details: 'a node id or cluster of 2000 characters, wanted at most 1024',
    })
    const many = openAds(client, variant)
    const names = Array.from({ length: 50_001 }, (_, index) => `n${index}`)
    many.stream.write(request(variant, 'eds', { node: 'edge-1', names }))
    expect(await many.ended).toMatchObject({
      code: status.RESOURCE_EXHAUSTED,
      details: 'more than 50000 names subscribed',
    })
    const endless = openAds(client, variant)
    endless.stream.write(request(variant, 'eds', { node: 'edge-1', names: new Array(100_001).fill('a') }))
    expect(await endless.ended).toMatchObject({
      code: status.INVALID_ARGUMENT,
      details: 'a request that cannot be read: more than 100000 names in one request',
    })
    await good.next()
  })
})

describe.each(variants)('an old connection that broke without a word (%s)', (variant) => {
  const first = request(variant, 'cds', { node: 'edge-1' })

  it('is cut soon after its proxy is back on a new one; a twin that lives stays', async () => {
    const one = await served({ twinProbeMs: 300 })
    one.decider.send(publishOf('g', 1, world('1', 10)))
    const dead = raw(one.server.port, { answersPings: false })
    dead.message(dead.call(adsMethods[variant].path), first)
    const live = raw(one.server.port)
    live.message(live.call(adsMethods[variant].path), first)
    await until('both are open', 5_000, async () => one.server.stats().streams[variant] === 2 || undefined)
    await dead.closed
    await until('one is left', 5_000, async () => one.server.stats().streams[variant] === 1 || undefined)
    const { stream, got } = openAds(one.client(), variant)
    stream.write(first)
    await until('the third is served', 5_000, async () => got[0])
    await new Promise((resolve) => setTimeout(resolve, 600))
    expect(one.server.stats().streams[variant]).toBe(2)
  })
})

// Rules 27 and 37 to 39, and the gate: on a real gRPC server.
import { constants } from 'node:http2'
import { ServerInterceptingCall, type ServerInterceptor, ServerListenerBuilder, status } from '@grpc/grpc-js'
import { afterEach, describe, expect, it } from 'vitest'
import { until } from '../../../../src/demo/rig/index.ts'
import { adsMethods, reportMethods, separateDiscoveryMethods } from '../../../../src/envoy-api/index.ts'
import { nonceOf, open, openAds, request, type Served, serve, stall } from '../support/ads-client.ts'
import { publishOf } from '../support/content.ts'
import { createRig } from '../support/rig.ts'

const variants = ['sotw', 'delta'] as const
const one = { cds: { a: '1' }, eds: { a: '1' }, lds: {}, rds: {} }
const opened: Served[] = []
const served = async (...args: Parameters<typeof serve>): Promise<Served> => {
  const one = await serve(...args)
  opened.push(one)
  return one
}
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close()
})

describe('transport', () => {
  it.each(variants)('serves ADS over gRPC (%s)', async (variant) => {
    const { decider, client, heard, server } = await served()
    decider.send(publishOf('g', 1, one))
    const { stream, got } = openAds(client(), variant)
    stream.write(request(variant, 'cds', { node: 'edge-1' }))
    await until('a response', 2_000, async () => got[0])
    expect(got[0]?.includes('a=1')).toBe(true)
    stream.write(request(variant, 'cds', { nonce: nonceOf(got[0] ?? Buffer.alloc(0)) }))
    await until('the ACK', 2_000, async () => heard.find(({ kind }) => kind === 'holds'))
    expect(server.stats()).toMatchObject({
      streams: { sotw: 0, delta: 0, [variant]: 1 },
      acks: 1,
      responses: 1,
    })
    stream.end()
    await until('the end', 2_000, async () => heard.find(({ kind }) => kind === 'closed'))
  })

  it('rule 27: discovery that is not ADS is refused, with the reason', async () => {
    const { client } = await served()
    const caller = client()
    expect(separateDiscoveryMethods.length).toBeGreaterThan(20)
    for (const { path } of separateDiscoveryMethods) {
      const { stream, ended } = open(caller, path)
      stream.end(request('sotw', 'cds', { node: 'edge-1' }))
      const error = await ended
      expect([path, error?.code]).toEqual([path, status.FAILED_PRECONDITION])
      expect(error?.details).toContain('use ADS')
    }
  })

  it('rule 37: a request of more than 4 MiB is taken', async () => {
    const { decider, client, heard } = await served()
    decider.send(publishOf('g', 1, one))
    const { stream, got } = openAds(client(), 'delta')
    const names = Array.from({ length: 20_000 }, (_, index) => `${index}-${'n'.repeat(250)}`)
    stream.write(request('delta', 'eds', { node: 'edge-1', names }))
    await until('the answer', 5_000, async () => got[0])
    expect(heard.filter(({ kind }) => kind === 'closed')).toEqual([])
  })

  it.each(variants)(
    'rule 38: a client that stops reading costs one response, is cut, and nobody else notices (%s)',
    async (variant) => {
      const { decider, client, heard, server } = await served({ limits: { writeDeadlineMs: 400 } })
      const big = (text: string) => ({
        ...one,
        cds: { a: text + 'x'.repeat(1 << 20), b: text + 'y'.repeat(1 << 20) },
      })
      const healthy = openAds(client(), variant)
      decider.send(publishOf('g', 1, big('1')))
      const stalled = stall(server.port, variant, request(variant, 'cds', { node: 'stalled' }))
      healthy.stream.write(request(variant, 'cds', { node: 'healthy' }))
      await until('the healthy one has it', 5_000, async () => healthy.got[0])
      let generation = 1
      for (; generation < 20; generation += 1) {
        decider.send(publishOf('g', generation + 1, big(`${generation + 1}`)))
        await until('the healthy one has the next', 5_000, async () => healthy.got[generation])
        if (heard.some((message) => message.kind === 'closed')) break
      }
      const sent = heard.filter((message) => message.kind === 'sent' && message.node === 'stalled')
      expect(sent.length).toBeLessThanOrEqual(2)
      const end = await until('it is cut', 5_000, async () =>
        heard.find((message) => message.kind === 'closed'),
      )
      expect(end).toMatchObject({
        node: 'stalled',
        reason: expect.stringContaining('did not take a response of CDS'),
      })
      expect(server.stats().streams[variant]).toBe(1)
      expect(await stalled.reset).toBe(constants.NGHTTP2_CANCEL)
      stalled.close()
    },
  )

  it.each(variants)(
    'rule 39: a graceful stop waits for ACKs, and ends by itself although streams stay open (%s)',
    async (variant) => {
      const { decider, client, server } = await served()
      decider.send(publishOf('g', 1, one))
      const caller = client()
      const { stream, got, ended } = openAds(caller, variant)
      stream.write(request(variant, 'cds', { node: 'edge-1' }))
      await until('a response', 2_000, async () => got[0])
      const report = open(caller, reportMethods.load.path)
      report.stream.write(Buffer.alloc(0))
      const from = performance.now()
      await server.stop(300)
      const took = performance.now() - from
      expect((await ended)?.code).toBe(status.UNAVAILABLE)
      expect(took).toBeGreaterThan(250)
      expect(took).toBeLessThan(2_000)
    },
  )

  it('rule 39: a graceful stop does not wait where nothing is in flight', () => {
    const rig = createRig()
    const [idle, busy] = [rig.client('delta', { node: 'edge-1' }), rig.client('delta', { node: 'edge-2' })]
    idle.sub('cds')
    busy.sub('cds')
    rig.publish(1, one)
    idle.ack('cds')
    idle.got()
    expect(rig.hub.drain()).toBe(1)
    expect(idle.got()).toEqual([expect.stringContaining('closed unavailable')])
    busy.ack('cds')
    expect(rig.hub.drain()).toBe(0)
  })

  it('rule 42: 200 streams share the bytes of one response', async () => {
    const { decider, client, server } = await served()
    decider.send(publishOf('g', 1, one))
    const callers = [client(), client()]
    const streams = Array.from({ length: 200 }, (_, index) => {
      const variant = index % 2 === 0 ? 'sotw' : 'delta'
      const caller = callers[index % 2]
      if (caller === undefined) throw new Error('no client')
      const one = openAds(caller, variant)
      one.stream.write(request(variant, 'cds', { node: `edge-${index}` }))
      return one
    })
    await until('all have it', 10_000, async () => streams.every(({ got }) => got.length === 1) || undefined)
    decider.send(publishOf('g', 2, { ...one, cds: { a: '2' } }))
    await until(
      'all have the next',
      10_000,
      async () => streams.every(({ got }) => got.length === 2) || undefined,
    )
    expect(server.stats()).toMatchObject({ responses: 400, bodiesEncoded: 4, bodiesShared: 396 })
    for (const { stream } of streams) stream.end()
  })
})

describe('the gate', () => {
  const shut: ServerInterceptor = (_, call) =>
    new ServerInterceptingCall(call, {
      start: (next) =>
        next(
          new ServerListenerBuilder()
            .withOnReceiveMetadata(() => call.sendStatus({ code: status.UNAUTHENTICATED, details: 'no' }))
            .build(),
        ),
    })

  it('stands before every method, unknown ones and odd paths included', async () => {
    const { client, heard } = await served({ gate: shut })
    const caller = client()
    const paths = [
      ...Object.values(adsMethods),
      ...separateDiscoveryMethods,
      ...Object.values(reportMethods),
      ...['/no.such.Service/Method', '/', '/__proto__/constructor', '/grpc.health.v1.Health/Check'].map(
        (path) => ({ path }),
      ),
    ]
    for (const { path } of paths) {
      const { stream, ended } = open(caller, path)
      stream.end(request('sotw', 'cds', { node: 'edge-1' }))
      expect([path, (await ended)?.code]).toEqual([path, status.UNAUTHENTICATED])
    }
    expect(heard).toEqual([])
  })

  it('lets through to UNIMPLEMENTED what nobody serves', async () => {
    const { client } = await served()
    const { stream, ended } = open(client(), '/no.such.Service/Method')
    stream.end()
    expect((await ended)?.code).toBe(status.UNIMPLEMENTED)
  })
})

describe('reports', () => {
  it('takes and drops load reports, health, access logs and metrics', async () => {
    const { client, server } = await served()
    const caller = client()
    const streams = Object.values(reportMethods).map(({ path }) => open(caller, path))
    for (const { stream } of streams)
      for (let index = 0; index < 100; index += 1) stream.write(Buffer.alloc(10_000))
    await until('all are open', 2_000, async () => (server.stats().reportStreams === 4 ? true : undefined))
    for (const { stream } of streams) stream.end()
    expect(await Promise.all(streams.map(({ ended }) => ended))).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ])
    await until('none is left', 2_000, async () => (server.stats().reportStreams === 0 ? true : undefined))
  })

  it('ends a stream whose bytes are no request', async () => {
    const { client } = await served()
    const { stream, ended } = openAds(client(), 'sotw')
    stream.write(Buffer.from('ffffffff', 'hex'))
    expect((await ended)?.code).toBe(status.INVALID_ARGUMENT)
  })
})

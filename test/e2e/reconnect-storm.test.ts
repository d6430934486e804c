// 1,000 proxies that come back to a whole control plane at the same moment, twice: all of them are served, in order, and the
// admin API answers meanwhile.
import { Client, type ClientDuplexStream, credentials, Metadata } from '@grpc/grpc-js'
import protobuf from 'protobufjs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { until } from '../../src/demo/rig/index.ts'
import { adsMethods, type ResourceTypeKey, resourceTypeOf, typeUrls } from '../../src/envoy-api/index.ts'
import { type Fleet, startFleet } from '../support/fleet.ts'
import { describeWithEnvoy } from '../support/with-envoy.ts'

const { Reader, Writer } = protobuf
const proxies = 1_000
const connections = 8

/** A proxy that asks for everything by wildcard where it may, ACKs all, and keeps the order in which types came. */
function comeUp(client: Client, index: number): { readonly got: string[]; end(): void } {
  const variant = index % 2 === 0 ? 'sotw' : 'delta'
  const stream: ClientDuplexStream<Uint8Array, Buffer> = client.makeBidiStreamRequest(
    adsMethods[variant].path,
    (bytes: Uint8Array) => Buffer.from(bytes),
    (bytes: Buffer) => bytes,
    new Metadata(),
  )
  const got: string[] = []
  const [nodeField, typeField, nonceField] = variant === 'sotw' ? [2, 4, 5] : [1, 2, 6]
  const send = (typeUrl: string, nonce: string, isFirst: boolean): void => {
    const writer = Writer.create()
    if (isFirst) {
      const node = Writer.create().uint32(10).string(`storm-${index}`).uint32(18).string('edge-1')
      // user_agent_name: routes wait for clusters only where an Envoy says that it is one.
      writer.uint32((nodeField << 3) | 2).bytes(node.uint32(50).string('envoy').finish())
    }
    writer.uint32((typeField << 3) | 2).string(typeUrl)
    if (nonce !== '') writer.uint32((nonceField << 3) | 2).string(nonce)
    stream.write(writer.finish())
  }
  stream.on('error', (error) => got.push(error.message))
  stream.on('data', (bytes: Buffer) => {
    const reader = Reader.create(bytes)
    const texts = new Map<number, string>()
    while (reader.pos < reader.len) {
      const tag = reader.uint32()
      if (tag >>> 3 === 4 || tag >>> 3 === 5) texts.set(tag >>> 3, reader.string())
      else reader.skipType(tag & 7)
    }
    got.push(resourceTypeOf(texts.get(4) ?? '')?.key ?? 'unknown')
    send(texts.get(4) ?? '', texts.get(5) ?? '', false)
  })
  for (const [place, type] of (['cds', 'lds'] as const satisfies readonly ResourceTypeKey[]).entries())
    send(typeUrls[type], '', place === 0)
  return { got, end: () => stream.cancel() }
}

describeWithEnvoy('1,000 proxies at once', () => {
  let fleet: Fleet
  const clients: Client[] = []
  beforeAll(async () => {
    fleet = await startFleet({ variants: ['delta'], delayMs: 0 })
    await fleet.done(fleet.apply(fleet.manifests()))
    await fleet.ready()
    for (let index = 0; index < connections; index += 1) {
      clients.push(
        new Client(`127.0.0.1:${fleet.controlPlane.ports.xds}`, credentials.createInsecure(), {
          'grpc.use_local_subchannel_pool': 1,
        }),
      )
    }
  })
  afterAll(async () => {
    for (const client of clients) client.close()
    await fleet.close()
  })

  it('are served, and the admin API answers meanwhile; so they are when they come back', async () => {
    for (let round = 0; round < 2; round += 1) {
      const storm = Array.from({ length: proxies }, (_, index) => {
        const client = clients[index % connections]
        if (client === undefined) throw new Error('no client')
        return comeUp(client, index)
      })
      let asked = 0
      await until('all have their listeners', 60_000, async () => {
        // Answered within its deadline, or this throws.
        await fleet.admin.call('Push', 'List', {}, 5_000)
        asked += 1
        return storm.every(({ got }) => got.includes('lds')) || undefined
      })
      expect(asked).toBeGreaterThan(0)
      expect(new Set(storm.map(({ got }) => got.join()))).toEqual(new Set(['cds,lds']))
      for (const one of storm) one.end()
      await until('they are gone', 20_000, async () => {
        const { nodes } = await fleet.admin.call('Nodes', 'List', {}, 5_000)
        return nodes.filter(({ connected }) => connected).length === 1 || undefined
      })
    }
  })
})

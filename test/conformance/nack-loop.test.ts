// Clients that refuse everything cost nothing: without new content there is no response, whatever they refuse.
import { Client, credentials } from '@grpc/grpc-js'
import protobuf from 'protobufjs/minimal.js'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { freePorts, openScope, type Scope } from '../../src/demo/rig/index.ts'
import { adsMethods, typeUrls } from '../../src/envoy-api/index.ts'
import { type NackPlane, startPlane } from './support/nack-plane.ts'
import { nackWorld } from './support/nack-world.ts'

/** Milliseconds in which nothing may come. */
const silenceMs = Number(process.env.NACK_SILENCE_MS ?? 10_000)
const types = ['cds', 'eds', 'sds', 'lds', 'rds'] as const
/** Names of a world's endpoints, secrets and routes; clusters and listeners are asked for by wildcard. */
const names: Readonly<Record<(typeof types)[number], readonly string[]>> = {
  cds: [],
  lds: [],
  eds: ['cluster-a', 'cluster-b', 'cluster-c'],
  sds: ['secret-a', 'secret-b', 'secret-c'],
  rds: ['routes-a', 'routes-b', 'routes-c'],
}

let scope: Scope
let plane: NackPlane
beforeAll(async () => {
  scope = await openScope('nack-loop')
  const ports = await freePorts(6)
  const world = nackWorld({ ports, taken: ports[4] ?? 0, endpoint: ports[5] ?? 0 })
  plane = await startPlane({
    scope,
    worlds: new Map(
      ['sotw-always', 'sotw-later', 'delta-always', 'delta-later'].map((group) => [group, world]),
    ),
  })
})
afterAll(async () => {
  await plane?.close()
  await scope?.close()
})

/** Fields of a request in either variant; see envoy.service.discovery.v3. */
const fields = {
  sotw: { node: 2, names: 3, type: 4, nonce: 5, error: 6 },
  delta: { node: 1, names: 3, type: 2, nonce: 6, error: 7 },
} as const

/** A client that refuses every response from `refuses()` on. */
function subscriber(variant: 'sotw' | 'delta', group: string, refuses: () => boolean) {
  const client = new Client(`127.0.0.1:${plane.port}`, credentials.createInsecure(), {
    'grpc.max_receive_message_length': -1,
  })
  const at = fields[variant]
  const call = client.makeBidiStreamRequest<Uint8Array, Buffer>(
    adsMethods[variant].path,
    (bytes) => Buffer.from(bytes),
    (bytes) => bytes,
  )
  let responses = 0
  const ask = (type: string, wanted: readonly string[], nonce = '', isFirst = false): void => {
    const writer = protobuf.Writer.create()
    if (isFirst) writer.uint32((at.node << 3) | 2).bytes(nodeBytes(group))
    writer.uint32((at.type << 3) | 2).string(type)
    for (const name of wanted) writer.uint32((at.names << 3) | 2).string(name)
    if (nonce !== '') {
      writer.uint32((at.nonce << 3) | 2).string(nonce)
      if (refuses()) writer.uint32((at.error << 3) | 2).bytes(statusBytes)
    }
    call.write(writer.finish())
  }
  call.on('data', (bytes: Buffer) => {
    responses += 1
    const { type, nonce } = responseOf(bytes)
    const key = types.find((one) => typeUrls[one] === type)
    if (key !== undefined) ask(type, variant === 'sotw' ? names[key] : [], nonce)
  })
  call.on('error', () => undefined)
  for (const [index, key] of types.entries()) ask(typeUrls[key], names[key], '', index === 0)
  return {
    responses: () => responses,
    close: () => {
      call.cancel()
      client.close()
    },
  }
}

/** envoy.config.core.v3.Node: id and cluster. */
const nodeBytes = (name: string): Uint8Array =>
  protobuf.Writer.create().uint32(10).string(name).uint32(18).string(name).finish()
/** google.rpc.Status. */
const statusBytes = protobuf.Writer.create().uint32(8).int32(3).uint32(18).string('no').finish()

/** Type URL and nonce stand in the same fields in both variants. */
function responseOf(bytes: Uint8Array): { readonly type: string; readonly nonce: string } {
  const reader = protobuf.Reader.create(bytes)
  const found = { type: '', nonce: '' }
  while (reader.pos < reader.len) {
    const tag = reader.uint32()
    if (tag >>> 3 === 4) found.type = reader.string()
    else if (tag >>> 3 === 5) found.nonce = reader.string()
    else reader.skipType(tag & 7)
  }
  return found
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

it('sends nothing without new content to streams that refuse everything', async () => {
  let late = false
  const groups = ['sotw-always', 'sotw-later', 'delta-always', 'delta-later']
  for (const group of groups) await plane.bring(group, 'good')
  const clients = groups.map((group) => {
    const variant = group.startsWith('sotw') ? ('sotw' as const) : ('delta' as const)
    return subscriber(variant, group, () => late || group.endsWith('always'))
  })
  await pause(2_000)
  // Those that took everything refuse all of what a push brings, and of the way back.
  late = true
  for (const group of groups) if (group.endsWith('later')) await plane.begin(group, 'other.cds.1')
  // Longer than a refusal may wait to be durable, and than the retired cluster stays.
  await pause(8_000)
  const before = clients.map((client) => client.responses())
  for (const count of before) expect(count).toBeGreaterThan(0)
  await pause(silenceMs)
  expect(clients.map((client) => client.responses())).toEqual(before)
  for (const client of clients) client.close()
  process.stderr.write(
    `responses to streams that refuse everything: ${before.join(', ')}, then 0 in ${silenceMs} ms\n`,
  )
}, 60_000)

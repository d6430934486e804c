// Clients that refuse everything cost nothing: without new content there is no response, whatever they refuse.
import { Client, credentials } from '@grpc/grpc-js'
import protobuf from 'protobufjs/minimal.js'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { freePorts, openScope, type Scope, until } from '../../src/demo/rig/index.ts'
import { adsMethods, typeUrls } from '../../src/envoy-api/index.ts'
import { finalPhases } from '../../src/push/index.ts'
import { type NackPlane, startPlane } from './support/nack-plane.ts'
import { nackWorld } from './support/nack-world.ts'

/** Milliseconds in which nothing may come. */
const silenceMs = Number(process.env.NACK_SILENCE_MS ?? 10_000)
/**
 * What a stream may hold back, and how long: routes whose clusters were refused, and newer content while a refusal is not durable.
 * Shorter than in limits.ts, so that all of it is out before the silence begins, and each deadline would pass again in it.
 */
const streamLimits = { orderDeadlineMs: 1_500, refusalDeadlineMs: 1_500, clustersFirstMs: 500 }
/** Milliseconds without a response after which nothing is held back any more: all deadlines one after another. */
const restMs = Object.values(streamLimits).reduce((sum, ms) => sum + ms, 0)
const groups = ['sotw-always', 'sotw-later', 'delta-always', 'delta-later']
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
    worlds: new Map(groups.map((group) => [group, world])),
    streamLimits,
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

/** What was sent since a moment, oldest first: `sotw-always rds`. */
const sentSince = (since: number): readonly string[] =>
  plane.heard.flatMap(({ at, message }) => {
    if (message.kind !== 'sent' || at < since) return []
    const type = types.find((one) => typeUrls[one] === message.type)
    return [`${message.node} ${type ?? message.type}`]
  })

/** The types that a client was sent. */
const sentTo = (group: string): readonly string[] =>
  sentSince(0).flatMap((line) => (line.startsWith(`${group} `) ? [line.slice(group.length + 1)] : []))

/** Waits until the group's proxy has ACKed all types. */
const tookAll = (group: string): Promise<boolean> =>
  until(`${group} took every type`, 30_000, async () => {
    const acked = plane.heard.flatMap(({ message }) =>
      message.kind === 'holds' && message.node === group && message.acked ? [message.type] : [],
    )
    return types.every((type) => acked.includes(typeUrls[type])) || undefined
  })

/** Waits until no push is under way, every stream was sent what it may be sent, and nothing is held back any more. */
const rest = (pushes: readonly string[]): Promise<boolean> =>
  until('every stream rests', 40_000, async () => {
    const open = pushes.find((push) => !finalPhases.some((phase) => phase === phaseOf(push)))
    if (open !== undefined) throw new Error(`push ${open} is ${phaseOf(open)}`)
    const waits = groups.find((group) => types.some((type) => !sentTo(group).includes(type)))
    if (waits !== undefined) throw new Error(`${waits} was sent ${sentTo(waits).join(', ')}`)
    const latest = sentSince(performance.now() - restMs)
    if (latest.length > 0) throw new Error(`sent a moment ago: ${latest.join(', ')}`)
    return true
  })

const phaseOf = (push: string) => plane.delivery.push(push)?.phase
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

it('sends nothing without new content to streams that refuse everything', async () => {
  let late = false
  for (const group of groups) await plane.bring(group, 'good')
  const clients = groups.map((group) => {
    const variant = group.startsWith('sotw') ? ('sotw' as const) : ('delta' as const)
    return subscriber(variant, group, () => late || group.endsWith('always'))
  })
  const later = groups.filter((group) => group.endsWith('later'))
  for (const group of later) await tookAll(group)
  // Those that took everything refuse all of what a push brings, and of the way back.
  late = true
  const pushes: string[] = []
  for (const group of later) pushes.push(await plane.begin(group, 'other.cds.1'))
  await rest(pushes)
  // Each type once, routes too: they wait for clusters that were refused, and go out at the deadline.
  for (const group of groups.filter((one) => !later.includes(one))) {
    expect([...sentTo(group)].sort(), group).toEqual([...types].sort())
  }
  const before = clients.map((client) => client.responses())
  expect(before).toEqual(groups.map((group) => sentTo(group).length))
  const since = performance.now()
  await pause(silenceMs)
  expect(sentSince(since), 'sent in the silence').toEqual([])
  expect(clients.map((client) => client.responses())).toEqual(before)
  for (const client of clients) client.close()
  for (const group of groups) process.stderr.write(`${group} was sent ${sentTo(group).join(', ')}\n`)
  process.stderr.write(
    `responses to streams that refuse everything: ${before.join(', ')}, then 0 in ${silenceMs} ms\n`,
  )
}, 120_000)

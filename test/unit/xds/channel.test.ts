// The channel: every message survives the way through bytes, and keeps its order.
import { describe, expect, it } from 'vitest'
import {
  codecVersion,
  createChannel,
  decodeFromStreams,
  decodeToStreams,
  encodeFromStreams,
  encodeToStreams,
  type FromStreams,
  type ToStreams,
} from '../../../src/channel/index.ts'

const node = {
  id: 'edge-1',
  cluster: 'edge',
  metadata: { zone: 'ü"\n' },
  locality: { region: 'r', zone: 'z', subZone: '' },
  agent: 'envoy 1.40.0',
}
const who = { stream: 's1', node: 'edge-1' }
const down: readonly ToStreams[] = [
  {
    kind: 'groups',
    groups: [{ group: 'default/edge', selector: { cluster: 'edge', metadata: { a: 'b' } } }],
  },
  {
    kind: 'publish',
    group: 'default/edge',
    lane: 'all',
    generation: 7,
    base: 6,
    types: {
      one: {
        version: 'v1',
        put: [
          { name: 'a', hash: 'h1', body: Uint8Array.of(0, 255, 10, 13), facts: { clusters: ['x'] } },
          { name: '__proto__', hash: 'h2', body: new Uint8Array(), facts: {} },
          { name: 'ü', hash: 'h3', body: new Uint8Array(100_000).fill(200), facts: { usable: 2 } },
        ],
        remove: ['gone'],
      },
      two: { version: 'v2', put: [{ name: 'b', hash: 'h4', body: Uint8Array.of(1), facts: {} }], remove: [] },
    },
  },
  { kind: 'publish', group: 'g', lane: 'all', generation: 1, types: {} },
  { kind: 'closed', group: 'g', lane: 'all', generation: 7 },
  { kind: 'doubt', node: 'edge-1', type: 't', resend: 3, parked: 'v', good: 2 },
  { kind: 'doubt', node: 'edge-1', type: 't', resend: 3, parked: 'v', good: undefined },
  { kind: 'trust', node: 'edge-1', type: 't' },
  { kind: 'ready' },
  { kind: 'kick' },
  { kind: 'kick', node: 'edge-1' },
]
const up: readonly FromStreams[] = [
  { kind: 'opened', stream: 's1', node, variant: 'sotw', peer: '127.0.0.1:1', at: 1 },
  { kind: 'placed', ...who, group: 'g' },
  { kind: 'placed', ...who, group: undefined },
  { kind: 'subscribed', ...who, type: 't', wildcard: true },
  { kind: 'sent', ...who, type: 't', generation: 1, resources: 2, bytes: 3 },
  { kind: 'holds', ...who, group: 'g', type: 't', generation: 1, acked: true, unwarmed: ['a'], at: 2 },
  {
    kind: 'nacked',
    ...who,
    group: 'g',
    type: 't',
    generation: 1,
    version: 'v',
    good: 1,
    changed: ['a'],
    detail: 'd',
    at: 3,
  },
  {
    kind: 'nacked',
    ...who,
    group: 'g',
    type: 't',
    generation: 1,
    version: 'v',
    good: undefined,
    changed: [],
    detail: '',
    at: 3,
  },
  { kind: 'repaired', ...who, type: 't', generation: 1 },
  { kind: 'closed', stream: 's1', node: undefined, reason: 'r', at: 4 },
  { kind: 'resync', group: 'g', have: undefined },
]
describe('the codec', () => {
  it.each(down.map((message) => [message.kind, message] as const))('carries %s down', (_, message) => {
    expect(normal(decodeToStreams(encodeToStreams(message)))).toStrictEqual(normal(message))
  })

  it.each(up.map((message) => [message.kind, message] as const))('carries %s up', (_, message) => {
    expect(decodeFromStreams(encodeFromStreams(message))).toStrictEqual(message)
  })

  it('refuses another version, and bytes that are cut off or too many', () => {
    const [, publish] = down
    if (publish === undefined) throw new Error('no message')
    const bytes = Buffer.from(encodeToStreams(publish))
    expect(() => decodeToStreams(bytes.subarray(0, 3))).toThrow('too few')
    expect(() => decodeToStreams(bytes.subarray(0, 20))).toThrow('cut off')
    expect(() => decodeToStreams(bytes.subarray(0, bytes.length - 1))).toThrow('cut off')
    expect(() => decodeToStreams(Buffer.concat([bytes, Buffer.of(1)]))).toThrow('1 bytes too many')
    bytes.writeUInt8(codecVersion + 1, 0)
    expect(() => decodeToStreams(bytes)).toThrow(`version ${codecVersion + 1}, wanted ${codecVersion}`)
  })
})

describe.each([true, false])('the pair of ends (codec: %s)', (codec) => {
  it('keeps the order of messages, also of those sent while listening and before anybody listens', () => {
    const { decider, streamers } = createChannel({ codec })
    const heard: string[] = []
    decider.send({ kind: 'ready' })
    streamers.receive((message) => {
      heard.push(message.kind)
      if (message.kind === 'ready') {
        decider.send({ kind: 'kick' })
        heard.push('sent kick')
      }
    })
    decider.send({ kind: 'trust', node: 'n', type: 't' })
    expect(heard).toEqual(['ready', 'sent kick', 'kick', 'trust'])
  })
})

/** Bodies as hex, so that views and arrays compare by content. */
function normal(message: ToStreams): unknown {
  if (message.kind !== 'publish') return message
  const types = Object.entries(message.types).map(([type, update]) => [
    type,
    { ...update, put: update.put.map((one) => ({ ...one, body: Buffer.from(one.body).toString('hex') })) },
  ])
  return { ...message, types }
}

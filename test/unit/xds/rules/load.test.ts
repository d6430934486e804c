// Rules 37, 38, 41, 42 and 43, as far as they need no socket.
import { describe, expect, it } from 'vitest'
import { limits } from '../../../../src/base/index.ts'
import { createInbox, put, take } from '../../../../src/xds/inbox.ts'
import { createRig } from '../support/rig.ts'

const one = { cds: { a: '1', b: '1' }, eds: { a: '1', b: '1' }, lds: {}, rds: {} }

describe('load', () => {
  it.each(['sotw', 'delta'] as const)(
    'rule 36: no response carries a time to live, also to a client that could take one (%s)',
    (variant) => {
      const rig = createRig()
      rig.publish(1, { ...one, lds: { l: '1 > r' }, rds: { r: '1 > a' }, rtds: { flags: '1' } })
      const client = rig.client(variant, { features: ['xds.config.supports-resource-ttl'] })
      for (const [type, names] of [
        ['cds', []],
        ['eds', ['a', 'b']],
        ['lds', []],
        ['rds', ['r']],
        ['rtds', ['flags']],
      ] as const) {
        // The client refuses to read a ttl (support/rig.ts), here and in every other test.
        client.send(type, { names, subscribe: names })
        client.ack(type)
      }
      rig.pass(600_000)
      expect(client.got().map((line) => line.split(' ')[0])).toEqual(['CDS', 'EDS', 'LDS', 'RDS', 'RTDS'])
    },
  )

  it('rule 37: a big delta reply is split, and held only with its last part', () => {
    const rig = createRig({ limits: { deltaResponseBytes: 180 } })
    rig.publish(1, {
      ...one,
      cds: { a: 'x'.repeat(60), b: 'x'.repeat(60), c: 'x'.repeat(60), d: 'x'.repeat(60) },
    })
    const client = rig.client('delta')
    client.sub('cds')
    const [first = '', second = '', third = ''] = client.nonces
    expect(client.nonces).toHaveLength(4)
    expect(client.got().map((line) => line.replace(/=x+/g, ''))).toEqual(
      ['a', 'b', 'c', 'd'].map((name) => `CDS cds@1 +${name}`),
    )
    for (const nonce of [first, second, third]) client.ackNonce('cds', nonce)
    expect(rig.heard('holds')).toEqual([])
    client.ack('cds')
    expect(rig.heard('holds').map(({ generation }) => generation)).toEqual([1])
  })

  it.each(['sotw', 'delta'] as const)(
    'rule 38: one unsent response per type, replaced by the newest (%s)',
    (variant) => {
      const rig = createRig()
      rig.publish(1, one)
      const client = rig.client(variant)
      client.block()
      client.send('cds')
      for (let generation = 2; generation <= 50; generation += 1) {
        rig.publish(generation, { ...one, cds: { a: `${generation}`, b: '1' } }, { base: true })
      }
      expect(client.got()).toHaveLength(1)
      client.unblock()
      expect(client.got()).toEqual([variant === 'sotw' ? 'CDS cds@50 a=50 b=1' : 'CDS cds@50 +a=50'])
    },
  )

  it('rule 38: a client that takes nothing for the write deadline is cut', () => {
    const rig = createRig({ limits: { writeDeadlineMs: 2_000 } })
    rig.publish(1, one)
    const client = rig.client('sotw')
    client.block()
    client.ask('cds')
    client.got()
    rig.pass(1_999)
    expect(client.got()).toEqual([])
    rig.pass(1)
    expect(client.got()).toEqual([
      'closed deadlineExceeded: the client did not take a response of CDS for 2000 ms',
    ])
  })

  it('rule 41: requests of a stream go before pushes, and in their order', () => {
    const inbox = createInbox<string>(0)
    inbox.changed = true
    put(inbox, 'ACK 1')
    put(inbox, 'ACK 2')
    const order = [1, 2, 3, 4].map(() => take(inbox, 0))
    expect(order).toEqual([
      { kind: 'request', request: 'ACK 1' },
      { kind: 'request', request: 'ACK 2' },
      { kind: 'changed' },
      { kind: 'none' },
    ])
  })

  it('rule 41: a storm of requests costs a bucket and starves no push', () => {
    const inbox = createInbox<number>(0)
    let taken = 0
    for (let index = 0; index < limits.streamInbox; index += 1) put(inbox, index)
    expect(put(inbox, 0)).toBe(false)
    inbox.changed = true
    while (take(inbox, 0).kind === 'request') taken += 1
    expect(taken).toBe(limits.streamRequestsPerSecond)
    expect(take(inbox, 0)).toEqual({ kind: 'later', ms: 5 })
    expect(take(inbox, 5).kind).toBe('request')
  })

  it('rule 42: equal responses are encoded once for all streams', () => {
    const rig = createRig()
    rig.publish(1, one)
    for (let index = 0; index < 50; index += 1) {
      const client = rig.client(index % 2 === 0 ? 'sotw' : 'delta', { node: `edge-${index}` })
      client.send('cds')
      client.send('eds', { names: ['a', 'b'], subscribe: ['b', 'a'] })
    }
    rig.publish(2, { ...one, cds: { a: '2', b: '1' } }, { base: true })
    const { responses, bodiesEncoded } = rig.hub.stats()
    // CDS, EDS, the changed CDS and the endpoints that follow it, in two variants.
    expect(responses).toBe(200)
    expect(bodiesEncoded).toBe(8)
  })

  it('rule 43: a secret reaches its stream and nothing that is said about it', () => {
    const rig = createRig()
    rig.publish(1, { ...one, sds: { key: 'hunter2' } })
    const client = rig.client('sotw')
    client.ask('sds', ['key'])
    expect(client.got()).toEqual(['SDS sds@1 key=hunter2'])
    client.nack('sds', 'invalid private_key: {"inline_string":"hunter2"}')
    expect(JSON.stringify([rig.heard(), rig.notes])).not.toContain('hunter2')
  })
})

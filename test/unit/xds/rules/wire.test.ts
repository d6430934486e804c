// Rules 1 to 12: the wire.
import { describe, expect, it } from 'vitest'
import { typeUrls } from '../../../../src/envoy-api/index.ts'
import { short } from '../support/content.ts'
import { holding } from '../support/holding.ts'
import { createRig } from '../support/rig.ts'

const one = { cds: { a: '1', b: '1' }, eds: { a: '1', b: '1' }, lds: { l: '1 > r' }, rds: { r: '1 > a' } }
const two = { ...one, cds: { a: '2', b: '1' } }
const hash = (name: string, content: string): string => short(`${name}=${content}`)

describe('wire', () => {
  it('rule 1: a first request without a node id ends the stream with INVALID_ARGUMENT', () => {
    const rig = createRig()
    const client = rig.client('sotw', { node: '' })
    client.ask('cds')
    expect(client.got()).toEqual([
      'closed invalidArgument: the first request of a stream must carry a node with an id',
    ])
  })

  it('rule 2: the first request of a type is new whatever its nonce, and nonces are unique in their stream', () => {
    const rig = createRig()
    rig.publish(1, one)
    const client = rig.client('sotw')
    client.send('cds', { nonce: 's9.7', version: 'of another server' })
    client.send('eds', { nonce: 's9.8', names: ['a'] })
    expect(client.got()).toEqual(['CDS cds@1 a=1 b=1', 'EDS eds@1 a=1'])
    expect(new Set(client.nonces).size).toBe(2)
    expect(client.nonces.every((nonce) => nonce !== '')).toBe(true)
  })

  it('rule 3: SotW names with a stale nonce are ignored', () => {
    const rig = createRig()
    rig.publish(1, one)
    const client = rig.client('sotw')
    client.ask('eds', ['a'])
    client.ask('eds', ['a', 'b'])
    client.got()
    client.send('eds', { nonce: client.nonces[0] ?? '', names: ['b', 'c', 'a'] })
    rig.publish(2, { ...one, eds: { ...one.eds, c: '1' } })
    expect(client.got()).toEqual([])
  })

  it('rule 4: a delta subscription with a stale nonce counts', () => {
    const rig = createRig()
    rig.publish(1, one)
    const client = rig.client('delta')
    client.sub('eds', ['a'])
    client.got()
    client.send('eds', { nonce: 'stale', subscribe: ['b'] })
    expect(client.got()).toEqual(['EDS eds@1 +b=1'])
  })

  it('rule 5: only error_detail makes a NACK, whatever the version says', () => {
    const rig = createRig()
    rig.publish(1, one)
    const client = rig.client('sotw')
    client.ask('cds')
    client.send('cds', { version: 'something else' })
    expect(rig.heard('nacked')).toEqual([])
    rig.publish(2, two)
    client.send('cds', { version: rig.version('cds', two), refusal: '' })
    expect(rig.heard('nacked')).toHaveLength(1)
  })

  it('rule 6: no response without a change', () => {
    const rig = createRig()
    rig.publish(1, one)
    const sotw = rig.client('sotw')
    const delta = rig.client('delta', { node: 'edge-2' })
    sotw.ask('cds')
    delta.sub('cds')
    sotw.ack('cds')
    delta.ack('cds')
    sotw.got()
    delta.got()
    sotw.ack('cds')
    delta.ack('cds')
    rig.publish(2, { ...one, rds: { r: '2 > a' } }, { base: true })
    expect(sotw.got()).toEqual([])
    expect(delta.got()).toEqual([])
  })

  it('rule 7: the version is that of the content, for every stream and after every restart', () => {
    const versions = [1, 2].map(() => {
      const rig = createRig()
      rig.publish(1, one)
      const client = rig.client('sotw')
      client.ask('cds')
      expect(client.got()).toEqual(['CDS cds@1 a=1 b=1'])
      return rig.version('cds', one)
    })
    expect(versions[0]).toBe(versions[1])
  })

  it('rule 8: SotW, a new name gets a partial reply at the same version, told apart by its nonce', () => {
    const rig = createRig()
    rig.publish(1, one)
    const client = rig.client('sotw')
    client.ask('eds', ['a'])
    client.ask('eds', ['a', 'b'])
    expect(client.got()).toEqual(['EDS eds@1 a=1', 'EDS eds@1 b=1'])
    client.nack('eds', 'bad', client.nonces[1])
    expect(rig.heard('nacked').map(({ good }) => good)).toEqual([1])
  })

  it.each(['sotw', 'delta'] as const)(
    'rule 9: a proxy in doubt gets the whole last good set under a new version (%s)',
    (variant) => {
      const { rig, client } = holding(variant, one)
      rig.publish(2, two, { base: true })
      client.got()
      client.nack('cds')
      rig.decider.send({
        kind: 'doubt',
        node: 'edge-1',
        type: typeUrls.cds,
        resend: 4,
        parked: rig.version('cds', two),
        good: 1,
      })
      expect(client.got()).toEqual([variant === 'sotw' ? 'CDS cds@1~4 a=1 b=1' : 'CDS cds@1~4 +a=1~4 +b=1~4'])
      client.ack('cds')
      expect(rig.heard('repaired')).toHaveLength(1)
    },
  )

  it('rule 10: delta, the version of a resource is the hash of its content, and that is what is believed', () => {
    const rig = createRig()
    rig.publish(1, one)
    rig.decider.send({ kind: 'closed', group: 'g', lane: 'all', generation: 1 })
    const client = rig.client('delta')
    client.sub('cds', [], { a: hash('a', '1'), b: `${hash('b', '1')}~3` })
    expect(client.got()).toEqual([])
  })

  it('rule 11: what a stream holds moves on ACK, not on send', () => {
    const rig = createRig()
    rig.publish(1, one)
    const client = rig.client('delta')
    client.sub('cds')
    rig.publish(2, two, { base: true })
    expect(rig.heard('holds')).toEqual([])
    client.ackNonce('cds', client.nonces[0] ?? '')
    expect(rig.heard('holds').map(({ generation, acked }) => [generation, acked])).toEqual([[1, true]])
    client.ackNonce('cds', client.nonces[1] ?? '')
    expect(rig.heard('holds').map(({ generation, acked }) => [generation, acked])).toEqual([[2, true]])
  })

  it('rule 12: an unknown type is ignored, an empty one ends the stream', () => {
    const rig = createRig()
    rig.publish(1, one)
    const client = rig.client('sotw')
    client.send('type.googleapis.com/strange.v3.Thing')
    client.ask('cds')
    expect(client.got()).toEqual(['CDS cds@1 a=1 b=1'])
    expect(rig.notes.map(({ event }) => event)).toEqual(['xds_unknown_type'])
    client.send('')
    expect(client.got()).toEqual(['closed invalidArgument: a request on ADS must carry a type_url'])
  })
})

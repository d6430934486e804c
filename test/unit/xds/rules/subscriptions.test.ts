// Rules 13 to 18: subscriptions and reconnects.
import { describe, expect, it } from 'vitest'
import { typeUrls } from '../../../../src/envoy-api/index.ts'
import { short } from '../support/content.ts'
import { createRig, type Rig } from '../support/rig.ts'

const one = { cds: { a: '1', b: '1' }, eds: { a: '1', b: '1' }, lds: { l: '1 > r' }, rds: { r: '1 > a' } }
const hash = (name: string, content: string): string => short(`${name}=${content}`)
const closed = (rig: Rig, generation: number): void =>
  rig.decider.send({ kind: 'closed', group: 'g', lane: 'all', generation })

describe('subscriptions', () => {
  it('rule 18: a version does not say of which names it was taken, so SotW holds named types by their answer alone', () => {
    const rig = createRig()
    rig.publish(1, one)
    closed(rig, 1)
    const client = rig.client('sotw')
    client.ask('eds', ['a', 'b'], rig.version('eds', one))
    client.ask('rds', ['r'], rig.version('rds', one))
    expect(rig.heard('holds')).toEqual([])
    client.ack('eds')
    expect(rig.heard('holds').map(({ type, acked }) => [type, acked])).toEqual([[typeUrls.eds, true]])
  })

  it('rule 13: no names means everything only until a name was seen; an explicit * stands beside names', () => {
    const rig = createRig()
    rig.publish(1, one)
    const legacy = rig.client('sotw')
    legacy.ask('cds')
    expect(legacy.got()).toEqual(['CDS cds@1 a=1 b=1'])
    const named = rig.client('sotw', { node: 'edge-2' })
    named.ask('cds', ['a'])
    named.ask('cds', [])
    rig.publish(2, { ...one, cds: { a: '2', b: '2' } }, { base: true })
    expect(named.got()).toEqual(['CDS cds@1 a=1'])
    const starred = rig.client('delta', { node: 'edge-3' })
    starred.sub('cds', ['*', 'a'])
    expect(starred.got()).toEqual(['CDS cds@2 +a=2 +b=2'])
    starred.unsub('cds', ['*'])
    rig.publish(3, { ...one, cds: { a: '3', b: '3' } }, { base: true })
    expect(starred.got()).toEqual(['CDS cds@3 +a=3'])
  })

  it('rule 14: a newly asked name is answered even if unchanged', () => {
    const rig = createRig()
    rig.publish(1, one)
    const delta = rig.client('delta')
    delta.sub('eds', ['a'])
    delta.ack('eds')
    delta.got()
    delta.sub('eds', ['a'])
    expect(delta.got()).toEqual(['EDS eds@1 +a=1'])
    delta.send('eds', { unsubscribe: ['a'], subscribe: ['a', 'a'] })
    expect(delta.got()).toEqual(['EDS eds@1 +a=1'])
    const sotw = rig.client('sotw', { node: 'edge-2' })
    sotw.ask('eds', ['a'])
    sotw.ask('eds', [])
    sotw.ask('eds', ['a'])
    expect(sotw.got()).toEqual(['EDS eds@1 a=1', 'EDS eds@1 a=1'])
  })

  it('rule 15: names that do not exist are remembered; delta says so at once, but not for endpoints of a held cluster', () => {
    const rig = createRig({ limits: { orderDeadlineMs: 20_000 } })
    const spec = { cds: { a: '1', z: '1' }, eds: { a: '1' }, rds: { r: '1 > a' } }
    rig.publish(1, spec)
    const delta = rig.client('delta')
    delta.sub('cds')
    delta.ack('cds')
    delta.got()
    delta.sub('rds', ['later'])
    expect(delta.got()).toEqual(['RDS rds@1 -later'])
    delta.sub('eds', ['z', 'nobody'])
    expect(delta.got()).toEqual(['EDS eds@1 -nobody'])
    rig.pass(19_999)
    expect(delta.got()).toEqual([])
    rig.pass(1)
    expect(delta.got()).toEqual(['EDS eds@1 -z'])
    const sotw = rig.client('sotw', { node: 'edge-2' })
    sotw.ask('rds', ['later'])
    expect(sotw.got()).toEqual([])
    rig.publish(2, { ...spec, rds: { ...spec.rds, later: '1' } }, { base: true })
    expect(delta.got()).toEqual(['RDS rds@2 +later=1'])
    rig.pass(1_000)
    expect(sotw.got()).toEqual(['RDS rds@2 later=1'])
  })

  it('rule 16: unsubscribing what is unknown is ignored, what the wildcard still covers is answered', () => {
    const rig = createRig()
    rig.publish(1, one)
    const client = rig.client('delta')
    client.sub('eds', ['a'])
    client.got()
    client.unsub('eds', ['nobody'])
    expect(client.got()).toEqual([])
    client.sub('cds', ['*', 'a'])
    client.got()
    client.unsub('cds', ['a', 'gone'])
    expect(client.got()).toEqual(['CDS cds@1 +a=1 -gone'])
  })

  it('rule 17: the same name never stands twice in one response', () => {
    const rig = createRig()
    rig.publish(1, one)
    const client = rig.client('delta')
    client.sub('cds')
    client.block()
    rig.publish(2, { ...one, cds: { a: '2', b: '1' } }, { base: true })
    client.sub('cds', ['a', 'a', 'nobody', 'nobody'])
    rig.publish(3, { ...one, cds: { a: '3', b: '1' } }, { base: true })
    client.got()
    client.unblock()
    client.sub('cds', ['a'])
    rig.publish(4, { ...one, cds: { a: '4', b: '1' } }, { base: true })
    for (const line of client.got()) {
      const names = line
        .split(' ')
        .slice(2)
        .map((item) => item.replace(/^[+-]|=.*/g, ''))
      expect(names).toEqual([...new Set(names)])
    }
    const sotw = rig.client('sotw', { node: 'edge-2' })
    sotw.ask('eds', ['a', 'a'])
    expect(sotw.got()).toEqual(['EDS eds@1 a=1'])
  })

  it('rule 18: delta, a new stream gets what differs, removals of all that is gone, and EDS always', () => {
    const rig = createRig()
    rig.publish(1, one)
    closed(rig, 1)
    rig.publish(2, { cds: { a: '2' }, eds: { a: '1' }, lds: one.lds, rds: one.rds }, { base: true })
    closed(rig, 2)
    const client = rig.client('delta')
    client.sub('lds', [], { l: hash('l', '1 > r') })
    client.sub('rds', ['r'], { r: hash('r', '1 > a') })
    client.sub('cds', ['a'], { a: hash('a', '1'), b: hash('b', '1') })
    client.sub('eds', ['a'], { a: hash('a', '1') })
    expect(client.got()).toEqual(['CDS cds@2 +a=2 -b', 'EDS eds@2 +a=1'])
  })

  it('rule 18: SotW, a new stream is met with silence only for a pure wildcard at an equal version', () => {
    const rig = createRig()
    rig.publish(1, one)
    closed(rig, 1)
    const client = rig.client('sotw')
    client.ask('cds', [], rig.version('cds', one))
    client.ask('lds', [], rig.version('lds', one))
    expect(client.got()).toEqual([])
    client.ask('eds', ['a'], rig.version('eds', one))
    client.ask('rds', ['r'], rig.version('rds', one))
    expect(client.got()).toEqual(['EDS eds@1 a=1', 'RDS rds@1 r=1'])
    const named = rig.client('sotw', { node: 'edge-2' })
    named.ask('cds', ['a'], rig.version('cds', one))
    expect(named.got()).toEqual(['CDS cds@1 a=1'])
  })

  it.each(['sotw', 'delta'] as const)(
    'rule 18: a report of what not everybody ACKed is not believed (%s)',
    (variant) => {
      const rig = createRig()
      rig.publish(1, one)
      const client = rig.client(variant)
      if (variant === 'sotw') client.ask('cds', [], `${rig.version('cds', one)}~2`)
      else client.sub('cds', [], { a: `${hash('a', '1')}~2`, b: hash('b', '1') })
      expect(client.got()).toEqual([variant === 'sotw' ? 'CDS cds@1~3 a=1 b=1' : 'CDS cds@1~3 +a=1~3 +b=1~3'])
      client.ack('cds')
      // It was no recorded refusal: nothing is reported as repaired.
      expect(rig.heard('repaired')).toEqual([])
    },
  )

  it.each(['sotw', 'delta'] as const)(
    'rule 18: a node with an open refusal is not believed even if closed (%s)',
    (variant) => {
      const rig = createRig({ bare: true })
      rig.decider.send({ kind: 'groups', groups: [{ group: 'g', selector: {} }] })
      rig.decider.send({
        kind: 'doubt',
        node: 'edge-1',
        type: typeUrls.cds,
        resend: 7,
        parked: 'old',
        good: 1,
      })
      rig.publish(1, one)
      closed(rig, 1)
      const client = rig.client(variant)
      if (variant === 'sotw') client.ask('cds', [], rig.version('cds', one))
      else client.sub('cds', [], { a: hash('a', '1'), b: hash('b', '1') })
      expect(client.got()).toEqual([])
      rig.decider.send({ kind: 'ready' })
      expect(client.got()).toEqual([variant === 'sotw' ? 'CDS cds@1~7 a=1 b=1' : 'CDS cds@1~7 +a=1~7 +b=1~7'])
      client.ack('cds')
      expect(rig.heard('repaired')).toHaveLength(1)
    },
  )
})

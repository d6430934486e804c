// What comes by ECDS and leads to clusters (listeners for TCP) keeps the order that routes keep: rules 23, 25 and 29.
import { describe, expect, it } from 'vitest'
import { short } from './support/content.ts'
import { type Client, createRig, type Rig } from './support/rig.ts'

const blue = {
  cds: { blue: '1' },
  eds: { blue: '1' },
  lds: { tcp: '1 > way' },
  ecds: { way: '1 > blue' },
}
const both = { ...blue, cds: { blue: '1', green: '1' }, eds: { blue: '1', green: '1' } }
const green = { ...both, cds: { green: '1' }, eds: { green: '1' }, ecds: { way: '2 > green' } }
const variants = ['sotw', 'delta'] as const

/** A proxy that has everything of the newest generation, and ACKed it. It has no routes and asks for none. */
function warmProxy(rig: Rig, variant: 'sotw' | 'delta', endpoints: readonly string[]): Client {
  const client = rig.client(variant)
  if (variant === 'sotw') {
    client.ask('cds')
    client.ask('eds', endpoints)
    client.ack('cds')
    client.ask('lds')
    client.ack('eds')
    client.ask('ecds', ['way'])
    client.ack('lds', 'ecds')
  } else {
    client.sub('cds')
    client.sub('eds', endpoints)
    client.ack('eds', 'cds')
    client.sub('lds')
    client.sub('ecds', ['way'])
    client.ack('lds', 'ecds')
  }
  client.got()
  rig.heard()
  return client
}

describe('a proxy of connections, by ECDS', () => {
  it.each(variants)('goes out when the clusters that it names are ACKed and warm (%s)', (variant) => {
    const rig = createRig()
    rig.publish(1, blue)
    const client = warmProxy(rig, variant, ['blue'])
    rig.publish(2, { ...both, ecds: { way: '2 > blue green' } }, { base: true })
    expect(client.got().map((line) => line.slice(0, 3))).toEqual(['CDS'])
    client.ack('cds')
    if (variant === 'sotw') client.ask('eds', ['blue', 'green'])
    else client.sub('eds', ['green'])
    expect(client.got().map((line) => line.slice(0, 3))).toEqual(['EDS'])
    client.ack('eds')
    expect(client.got()).toEqual([variant === 'sotw' ? 'ECDS ecds@2 way=2' : 'ECDS ecds@2 +way=2'])
  })

  it('keeps its clusters until it is ACKed away from them, in delta', () => {
    const rig = createRig()
    rig.publish(1, both)
    const client = warmProxy(rig, 'delta', ['blue', 'green'])
    rig.publish(2, green, { base: true })
    expect(client.got()).toEqual(['ECDS ecds@2 +way=2'])
    client.ack('ecds')
    expect(client.got()).toEqual(['CDS cds@2 -blue', 'EDS eds@2 -blue'])
  })

  it('keeps its clusters in the set until it is ACKed away from them, in SotW', () => {
    const rig = createRig()
    rig.publish(1, both)
    const client = warmProxy(rig, 'sotw', ['blue', 'green'])
    rig.publish(2, green, { base: true })
    expect(client.got()).toEqual(['ECDS ecds@2 way=2'])
    client.ack('ecds')
    expect(client.got()).toEqual(['CDS cds@2 green=1'])
  })

  it('goes after the listener that has it', () => {
    const rig = createRig()
    rig.publish(1, blue)
    const client = warmProxy(rig, 'delta', ['blue'])
    rig.publish(2, { ...blue, lds: {}, ecds: {} }, { base: true })
    expect(client.got()).toEqual(['LDS lds@2 -tcp'])
    client.ack('lds')
    expect(client.got()).toEqual(['ECDS ecds@2 -way'])
  })

  it('keeps its clusters when its proxy comes back, until it says which it has', () => {
    const rig = createRig({ limits: { clustersFirstMs: 500 } })
    rig.publish(1, both)
    rig.decider.send({ kind: 'closed', group: 'g', lane: 'all', generation: 1 })
    rig.publish(2, green, { base: true })
    rig.decider.send({ kind: 'closed', group: 'g', lane: 'all', generation: 2 })
    const hash = (name: string, content: string): string => short(`${name}=${content}`)
    const client = rig.client('delta')
    client.sub('cds', [], { blue: hash('blue', '1'), green: hash('green', '1') })
    client.sub('lds', [], { tcp: hash('tcp', '1 > way') })
    client.sub('rds', [], {})
    expect(client.got()).toEqual([])
    client.sub('ecds', ['way'], { way: hash('way', '1 > blue') })
    expect(client.got()).toEqual(['ECDS ecds@2 +way=2'])
    client.ack('ecds')
    expect(client.got()).toEqual(['CDS cds@2 -blue'])
  })

  it('keeps no clusters of a proxy that comes back and asks for none', () => {
    const rig = createRig({ limits: { clustersFirstMs: 500 } })
    rig.publish(1, both)
    rig.decider.send({ kind: 'closed', group: 'g', lane: 'all', generation: 1 })
    rig.publish(2, green, { base: true })
    rig.decider.send({ kind: 'closed', group: 'g', lane: 'all', generation: 2 })
    const client = rig.client('sotw')
    client.ask('cds', [], rig.version('cds', both))
    client.ask('lds', [], rig.version('lds', both))
    client.ask('rds', ['r'], '')
    client.got()
    rig.pass(500)
    expect(client.got()).toEqual(['CDS cds@2 green=1'])
  })
})

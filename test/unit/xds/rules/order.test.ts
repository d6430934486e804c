// Rules 20 to 26 and 29: warming, order and removals on one stream.
import { describe, expect, it } from 'vitest'
import { typeUrls } from '../../../../src/envoy-api/index.ts'
import { short } from '../support/content.ts'
import { type Client, createRig, type Rig } from '../support/rig.ts'

const blue = {
  cds: { blue: '1' },
  eds: { blue: '1' },
  lds: { l: '1 > r' },
  rds: { r: '1 > blue' },
}
const both = { ...blue, cds: { blue: '1', green: '1' }, eds: { blue: '1', green: '1' } }
const green = { ...both, cds: { green: '1' }, eds: { green: '1' }, rds: { r: '2 > green' } }
const variants = ['sotw', 'delta'] as const

/** A proxy that has everything of the newest generation, and ACKed it. */
function warmProxy(rig: Rig, variant: 'sotw' | 'delta', endpoints: readonly string[]): Client {
  const client = rig.client(variant)
  if (variant === 'sotw') {
    client.ask('cds')
    client.ask('eds', endpoints)
    client.ack('cds')
    client.ask('lds')
    client.ack('eds')
    client.ask('rds', ['r'])
    client.ack('lds', 'rds')
  } else {
    client.sub('cds')
    client.sub('eds', endpoints)
    client.ack('eds', 'cds')
    client.sub('lds')
    client.sub('rds', ['r'])
    client.ack('lds', 'rds')
  }
  client.got()
  rig.heard()
  return client
}
const more = (
  client: Client,
  variant: 'sotw' | 'delta',
  all: readonly string[],
  added: readonly string[],
): void => {
  if (variant === 'sotw') client.ask('eds', all)
  else client.sub('eds', added)
}

describe('order', () => {
  it.each(variants)(
    'rule 20: a changed cluster is followed by its endpoints, unchanged and not asked for (%s)',
    (variant) => {
      const rig = createRig()
      rig.publish(1, both)
      const client = warmProxy(rig, variant, ['blue', 'green'])
      rig.publish(2, { ...both, cds: { blue: '1', green: '2' } }, { base: true })
      expect(client.got()).toEqual(
        variant === 'sotw'
          ? ['CDS cds@2 blue=1 green=2', 'EDS eds@1 green=1']
          : ['CDS cds@2 +green=2', 'EDS eds@1 +green=1'],
      )
    },
  )

  it.each(variants)('rule 21: an endpoint group without endpoints is sent, not left out (%s)', (variant) => {
    const rig = createRig()
    rig.publish(1, { ...blue, eds: { blue: '' } })
    const client = rig.client(variant)
    if (variant === 'sotw') client.ask('eds', ['blue'])
    else client.sub('eds', ['blue'])
    expect(client.got()).toEqual([variant === 'sotw' ? 'EDS eds@1 blue=' : 'EDS eds@1 +blue='])
  })

  it.each(variants)(
    'rule 22: a listener that names a route configuration is followed by it (%s)',
    (variant) => {
      const rig = createRig()
      rig.publish(1, blue)
      const client = warmProxy(rig, variant, ['blue'])
      rig.publish(2, { ...blue, lds: { l: '2 > r' } }, { base: true })
      expect(client.got()).toEqual(
        variant === 'sotw' ? ['LDS lds@2 l=2', 'RDS rds@1 r=1'] : ['LDS lds@2 +l=2', 'RDS rds@1 +r=1'],
      )
    },
  )

  it.each(variants)('rule 23: clusters, then endpoints, then listeners, then routes (%s)', (variant) => {
    const rig = createRig()
    rig.publish(1, both)
    const client = warmProxy(rig, variant, ['blue', 'green'])
    rig.publish(2, {
      rds: { r: '3 > blue' },
      lds: { l: '3 > r' },
      eds: { blue: '3', green: '3' },
      cds: { blue: '3', green: '3' },
    })
    expect(client.got().map((line) => line.slice(0, 3))).toEqual(['CDS', 'EDS', 'LDS'])
    client.ack('eds', 'cds')
    expect(client.got().map((line) => line.slice(0, 3))).toEqual(['RDS'])
  })

  it('rule 23: removals go the other way round: routes, then clusters, then endpoints', () => {
    const rig = createRig()
    rig.publish(1, both)
    const client = warmProxy(rig, 'delta', ['blue', 'green'])
    rig.publish(2, green, { base: true })
    expect(client.got()).toEqual(['RDS rds@2 +r=2'])
    client.ack('rds')
    expect(client.got()).toEqual(['CDS cds@2 -blue', 'EDS eds@2 -blue'])
  })

  it.each(variants)(
    'rule 24: a cluster is warm when its endpoints were ACKed after it was sent (%s)',
    (variant) => {
      const rig = createRig()
      rig.publish(1, blue)
      const client = warmProxy(rig, variant, ['blue'])
      rig.publish(2, both, { base: true })
      client.ack('cds')
      const cold = rig.heard('holds').filter(({ type }) => type === typeUrls.cds)
      expect(cold.map(({ generation, unwarmed }) => [generation, unwarmed])).toEqual([[2, ['green']]])
      more(client, variant, ['blue', 'green'], ['green'])
      expect(rig.heard('holds')).toEqual([])
      client.ack('eds')
      const warm = rig.heard('holds').filter(({ type }) => type === typeUrls.eds)
      expect(warm.map(({ generation, unwarmed }) => [generation, unwarmed])).toEqual([[2, []]])
    },
  )

  it.each(variants)(
    'rule 24: a stream that jumps gets its routes when their clusters are ACKed and warm (%s)',
    (variant) => {
      const rig = createRig()
      rig.publish(1, blue)
      const client = warmProxy(rig, variant, ['blue'])
      rig.publish(2, { ...both, rds: green.rds }, { base: true })
      expect(client.got()).toEqual([variant === 'sotw' ? 'CDS cds@2 blue=1 green=1' : 'CDS cds@2 +green=1'])
      more(client, variant, ['blue', 'green'], ['green'])
      expect(client.got()).toEqual([variant === 'sotw' ? 'EDS eds@2 green=1' : 'EDS eds@2 +green=1'])
      client.ack('cds')
      expect(client.got()).toEqual([])
      client.ack('eds')
      expect(client.got()).toEqual([variant === 'sotw' ? 'RDS rds@2 r=2' : 'RDS rds@2 +r=2'])
    },
  )

  it('rule 24: a client that asks for clusters by name gets its routes at once', () => {
    const rig = createRig()
    rig.publish(1, blue)
    const client = rig.client('sotw', { agent: 'gRPC Go' })
    client.ask('lds', ['l'])
    client.ask('rds', ['r'])
    client.ask('cds', ['blue'])
    client.got()
    rig.publish(2, { ...both, rds: green.rds }, { base: true })
    expect(client.got()).toEqual(['RDS rds@2 r=2'])
    client.ask('cds', ['green'])
    expect(client.got()).toEqual(['CDS cds@2 green=1'])
  })

  it.each(variants)(
    'rule 25: a newer CDS goes out over an un-ACKed one, and EDS is answered meanwhile (%s)',
    (variant) => {
      const rig = createRig({ limits: { pendingPerType: 2 } })
      rig.publish(1, blue)
      const client = warmProxy(rig, variant, ['blue'])
      for (const generation of [2, 3, 4, 5]) {
        rig.publish(generation, { ...both, cds: { blue: '1', green: `${generation}` } }, { base: true })
        expect(client.got()).toHaveLength(1)
      }
      more(client, variant, ['blue', 'green'], ['green'])
      expect(client.got()).toEqual([variant === 'sotw' ? 'EDS eds@2 green=1' : 'EDS eds@2 +green=1'])
    },
  )

  it.each(variants)(
    'rule 25: a cluster that comes back with the last good set gets its endpoints, which the newest no longer has (%s)',
    (variant) => {
      const rig = createRig()
      rig.publish(1, both)
      const client = warmProxy(rig, variant, ['blue', 'green'])
      // The proxy takes green away, and refuses the rest.
      const refused = { ...blue, cds: { blue: 'bad' } }
      rig.publish(2, refused, { base: true })
      if (variant === 'sotw') client.ask('eds', ['blue'])
      else client.unsub('eds', ['green'])
      client.nack('cds')
      const [type, parked] = [typeUrls.cds, rig.version('cds', refused)]
      rig.decider.send({ kind: 'doubt', node: 'edge-1', type, resend: 1, parked, good: 1 })
      client.got()
      more(client, variant, ['blue', 'green'], ['green'])
      expect(client.got()).toEqual([variant === 'sotw' ? 'EDS eds@2 green=1' : 'EDS eds@2 +green=1'])
      client.ack('eds', 'cds')
      expect(rig.heard('repaired')).toHaveLength(1)
    },
  )

  it('rule 25: a new stream may ask for endpoints, listeners and routes before clusters', () => {
    const rig = createRig()
    rig.publish(1, blue)
    const client = rig.client('delta')
    client.sub('eds', ['blue'])
    client.sub('lds')
    client.sub('rds', ['r'])
    expect(client.got()).toEqual(['EDS eds@1 +blue=1', 'LDS lds@1 +l=1'])
    rig.pass(500)
    expect(client.got()).toEqual(['RDS rds@1 +r=1'])
    const grpc = rig.client('sotw', { node: 'client-1', agent: 'gRPC Go' })
    grpc.ask('rds', ['r'])
    expect(grpc.got()).toEqual(['RDS rds@1 r=1'])
  })

  it.each(variants)('rule 26: routes wait for their clusters no longer than the deadline (%s)', (variant) => {
    const rig = createRig({ limits: { orderDeadlineMs: 3_000 } })
    rig.publish(1, blue)
    const client = warmProxy(rig, variant, ['blue'])
    rig.publish(2, { ...both, rds: green.rds }, { base: true })
    client.got()
    rig.pass(2_999)
    expect(client.got()).toEqual([])
    rig.pass(1)
    expect(client.got()).toEqual([variant === 'sotw' ? 'RDS rds@2 r=2' : 'RDS rds@2 +r=2'])
  })

  it.each(variants)(
    'rule 26: routes whose clusters are refused go out at the deadline, once, and then nothing more (%s)',
    (variant) => {
      const rig = createRig({ limits: { orderDeadlineMs: 3_000 } })
      rig.publish(1, blue)
      const client = rig.client(variant)
      const wanted = [['cds'], ['eds', ['blue']], ['lds'], ['rds', ['r']]] as const
      for (const [type, names] of wanted) {
        if (variant === 'sotw') client.ask(type, names)
        else client.sub(type, names)
        client.nack(type)
      }
      expect(client.got().map((line) => line.slice(0, 3))).toEqual(['CDS', 'EDS', 'LDS'])
      rig.pass(2_999)
      expect(client.got()).toEqual([])
      rig.pass(1)
      expect(client.got()).toEqual([variant === 'sotw' ? 'RDS rds@1 r=1' : 'RDS rds@1 +r=1'])
      client.nack('rds')
      rig.pass(3_600_000)
      expect(client.got()).toEqual([])
    },
  )

  it('rule 29: SotW, a cluster stays in the set until the routes that name it are ACKed away', () => {
    const rig = createRig()
    rig.publish(1, blue)
    const client = warmProxy(rig, 'sotw', ['blue'])
    rig.publish(2, green, { base: true })
    expect(client.got()).toEqual(['CDS cds@2+ green=1 blue=1'])
    client.ask('eds', ['blue', 'green'])
    client.ack('cds', 'eds')
    expect(client.got()).toEqual(['EDS eds@2 green=1', 'RDS rds@2 r=2'])
    client.ack('rds')
    expect(client.got()).toEqual(['CDS cds@2 green=1'])
  })

  it('rule 29: a proxy that comes back with old routes keeps their clusters until it ACKed new ones', () => {
    const rig = createRig()
    rig.publish(1, both)
    rig.decider.send({ kind: 'closed', group: 'g', lane: 'all', generation: 1 })
    rig.publish(2, green, { base: true })
    rig.decider.send({ kind: 'closed', group: 'g', lane: 'all', generation: 2 })
    const delta = rig.client('delta')
    const hash = (name: string, content: string): string => short(`${name}=${content}`)
    delta.sub('cds', [], { blue: hash('blue', '1'), green: hash('green', '1') })
    delta.sub('lds', [], { l: hash('l', '1 > r') })
    expect(delta.got()).toEqual([])
    delta.sub('rds', ['r'], { r: hash('r', '1 > blue') })
    expect(delta.got()).toEqual(['RDS rds@2 +r=2'])
    delta.ack('rds')
    expect(delta.got()).toEqual(['CDS cds@2 -blue'])
    const sotw = rig.client('sotw', { node: 'edge-2' })
    sotw.ask('cds', [], rig.version('cds', both))
    sotw.ask('lds', [], rig.version('lds', both))
    expect(sotw.got()).toEqual([])
    sotw.ask('rds', ['r'], rig.version('rds', both))
    expect(sotw.got()).toEqual(['RDS rds@2 r=2'])
    sotw.ack('rds')
    expect(sotw.got()).toEqual(['CDS cds@2 green=1'])
  })

  it('rule 29: a proxy that comes back and asks for no routes keeps what those of its generation name', () => {
    const rig = createRig({ limits: { orderDeadlineMs: 3_000 } })
    rig.publish(1, both)
    rig.publish(2, green, { base: true })
    for (const generation of [1, 2]) {
      rig.decider.send({ kind: 'closed', group: 'g', lane: 'all', generation })
    }
    const client = rig.client('sotw')
    client.ask('cds', [], rig.version('cds', both))
    rig.pass(2_999)
    expect(client.got()).toEqual([])
    rig.pass(1)
    expect(client.got()).toEqual(['CDS cds@2 green=1'])
  })

  it('rule 29: what the routes of a proxy name is what it says itself, as soon as it does', () => {
    const rig = createRig()
    const moved = { ...both, rds: green.rds }
    rig.publish(1, both)
    rig.publish(2, moved, { base: true })
    rig.publish(3, green, { base: true })
    for (const generation of [1, 2, 3]) {
      rig.decider.send({ kind: 'closed', group: 'g', lane: 'all', generation })
    }
    const client = rig.client('sotw')
    // The clusters of generation 1 and 2 are the same; its routes are still those of 1.
    client.ask('cds', [], rig.version('cds', both))
    client.ask('lds', [], rig.version('lds', both))
    expect(client.got()).toEqual([])
    client.ask('rds', ['r'], rig.version('rds', both))
    expect(client.got()).toEqual(['RDS rds@2 r=2'])
    client.ack('rds')
    expect(client.got()).toEqual(['CDS cds@3 green=1'])
  })

  it('rule 29: a removal waits no longer than the deadline', () => {
    const rig = createRig({ limits: { orderDeadlineMs: 3_000 } })
    rig.publish(1, both)
    const client = warmProxy(rig, 'delta', ['blue', 'green'])
    rig.publish(2, green, { base: true })
    client.got()
    rig.pass(2_999)
    expect(client.got()).toEqual([])
    rig.pass(1)
    expect(client.got()).toEqual(['CDS cds@2 -blue', 'EDS eds@2 -blue'])
  })

  it.each(variants)(
    'rule 30: a cluster is the one of its name, wherever it stands in the list (%s)',
    (variant) => {
      const rig = createRig()
      rig.publish(1, { ...both, cds: { b: '1', c: '1' } })
      const client = warmProxy(rig, variant, [])
      rig.publish(2, { ...both, cds: { a: '1', b: '1', c: '1' } }, { base: true })
      expect(client.got()).toEqual([variant === 'sotw' ? 'CDS cds@2 a=1 b=1 c=1' : 'CDS cds@2 +a=1'])
    },
  )
})

// A proxy that is back while a cluster warms: Envoy asks for no clusters until that is over (see the transcripts
// reconnect-warming of test/sim).
import { describe, expect, it } from 'vitest'
import { limits } from '../../../src/base/index.ts'
import { short } from './support/content.ts'
import { createRig } from './support/rig.ts'

const blue = {
  cds: { blue: '1' },
  eds: { blue: '1' },
  lds: { l: '1 > r' },
  rds: { r: '1 > blue' },
}
const both = { ...blue, cds: { blue: '1', green: '1' }, eds: { blue: '1', green: '1' } }

describe('a proxy that is back while a cluster warms', () => {
  it('is told of empty endpoints when the cluster was withdrawn: it waited for them, and for all clusters, for ever', () => {
    const rig = createRig()
    rig.publish(1, blue)
    rig.publish(2, both, { base: true })
    rig.publish(3, blue, { base: true })
    const client = rig.client('sotw')
    client.ask('eds', ['blue', 'green'])
    client.ask('lds', [], rig.version('lds', blue))
    client.ask('rds', ['r'], rig.version('rds', blue))
    expect(client.got().filter((line) => line.startsWith('EDS'))).toEqual(['EDS eds@1 blue=1'])
    client.ack('eds', 'lds', 'rds')
    rig.pass(limits.clustersFirstMs)
    expect(client.got().filter((line) => line.startsWith('EDS'))).toEqual([expect.stringContaining('green')])
    client.ack('eds')
    rig.pass(60_000)
    expect(client.got().filter((line) => line.startsWith('EDS'))).toEqual([])
    client.ask('cds', [], rig.version('cds', both))
    expect(client.got()).toEqual(['CDS cds@1 blue=1', 'EDS eds@1 blue=1'])
  })

  it('is told so soon in delta, too: its routes went out when the same deadline let it ask for their clusters', () => {
    const rig = createRig()
    rig.publish(1, blue)
    rig.publish(2, both, { base: true })
    rig.publish(3, { ...blue, eds: { blue: '2' } }, { base: true })
    rig.publish(4, { ...blue, eds: { blue: '2' }, cds: { new: '1' }, rds: { r: '2 > new' } }, { base: true })
    const client = rig.client('delta')
    client.sub('eds', ['blue', 'green'], { blue: short('blue=1') })
    client.sub('rds', ['r'], { r: short('r=1 > blue') })
    client.got()
    rig.pass(limits.clustersFirstMs)
    expect(client.got()).toEqual([expect.stringMatching(/^EDS \S+ -green$/)])
    rig.pass(limits.orderDeadlineMs - limits.clustersFirstMs - 1)
    expect(client.got()).toEqual([])
  })

  it('is told nothing of a cluster that it may still route to, until the order of all has its deadline', () => {
    const rig = createRig()
    const old = { ...both, rds: { r: '0 > green' } }
    rig.publish(1, old)
    rig.publish(2, blue, { base: true })
    const client = rig.client('sotw')
    client.ask('eds', ['blue', 'green'])
    client.ask('rds', ['r'], rig.version('rds', old))
    client.got()
    rig.pass(limits.orderDeadlineMs - 1)
    expect(client.got().filter((line) => line.startsWith('EDS'))).toEqual([])
    rig.pass(1)
    expect(client.got().filter((line) => line.startsWith('EDS'))).toEqual([expect.stringContaining('green')])
  })

  it('is told nothing when it asks for clusters, or is no Envoy', () => {
    const rig = createRig()
    rig.publish(1, blue)
    const asks = rig.client('sotw')
    asks.ask('eds', ['blue', 'gone'])
    asks.ask('cds')
    const other = rig.client('sotw', { node: 'grpc', agent: 'gRPC Go 1.85' })
    other.ask('eds', ['blue', 'gone'])
    asks.got()
    other.got()
    rig.pass(60_000)
    expect([...asks.got(), ...other.got()]).toEqual([])
  })

  it.each(['sotw', 'delta'] as const)(
    'is not sent routes to clusters that it was never sent, before the deadline (%s)',
    (variant) => {
      const rig = createRig()
      rig.publish(1, blue)
      rig.decider.send({ kind: 'closed', group: 'g', lane: 'all', generation: 1 })
      const client = rig.client(variant)
      if (variant === 'sotw') client.ask('rds', ['r'], rig.version('rds', blue))
      else client.sub('rds', ['r'])
      rig.pass(limits.clustersFirstMs)
      client.ack('rds')
      client.got()
      rig.publish(2, { ...both, rds: { r: '2 > green' } }, { base: true })
      rig.pass(limits.orderDeadlineMs - 1)
      expect(client.got()).toEqual([])
      rig.pass(1)
      expect(client.got()).toEqual([expect.stringContaining('RDS')])
    },
  )
})

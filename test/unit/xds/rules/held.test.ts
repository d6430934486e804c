// Rules 28, 35 and 40: who is held, never backwards, and two of one name.
import { describe, expect, it } from 'vitest'
import { bad, good, one, variants } from '../support/refused.ts'
import { createRig } from '../support/rig.ts'

describe('held', () => {
  it.each(variants)(
    'rule 28: before the state is loaded a stream is held, never answered empty (%s)',
    (variant) => {
      const rig = createRig({ bare: true })
      const client = rig.client(variant)
      client.send('cds')
      client.send('lds')
      rig.decider.send({ kind: 'groups', groups: [{ group: 'g', selector: {} }] })
      rig.publish(1, one)
      expect(client.got()).toEqual([])
      rig.decider.send({ kind: 'ready' })
      expect(client.got()).toHaveLength(2)
    },
  )

  it.each(variants)('rule 28: a node that matches no group is held and reported (%s)', (variant) => {
    const rig = createRig({ bare: true })
    rig.decider.send({ kind: 'groups', groups: [{ group: 'g', selector: { cluster: 'edge' } }] })
    rig.publish(1, one)
    rig.decider.send({ kind: 'ready' })
    const client = rig.client(variant, { cluster: 'elsewhere' })
    client.send('cds')
    expect(client.got()).toEqual([])
    expect(rig.heard('placed').map(({ group }) => group)).toEqual([undefined])
    rig.decider.send({ kind: 'groups', groups: [{ group: 'g', selector: { cluster: 'elsewhere' } }] })
    expect(rig.heard('placed').map(({ group }) => group)).toEqual(['g'])
    expect(client.got()).toHaveLength(1)
  })
})

describe('a node', () => {
  it.each(variants)(
    'rule 35: a node is never sent a lower generation than before, also on a new stream (%s)',
    (variant) => {
      const rig = createRig()
      rig.publish(7, good)
      const first = rig.client(variant)
      first.send('cds')
      first.leave()
      // A decider that went back in time.
      rig.publish(6, one)
      const second = rig.client(variant)
      second.send('cds')
      expect(second.got()).toEqual([])
      rig.publish(8, bad)
      expect(second.got()).toHaveLength(1)
    },
  )

  it('rule 40: two streams of one node id are followed apart, both counted, and warned about', () => {
    const rig = createRig()
    rig.publish(1, one)
    const [left, right] = [rig.client('sotw'), rig.client('delta')]
    left.ask('cds')
    right.sub('cds')
    expect(rig.notes).toEqual([{ event: 'xds_node_twins', fields: { node: 'edge-1', streams: 2 } }])
    expect(rig.heard('opened').map(({ stream }) => stream)).toEqual([left.id, right.id])
    left.ack('cds')
    expect(rig.heard('holds').map(({ stream }) => stream)).toEqual([left.id])
    left.leave()
    right.ack('cds')
    expect(rig.heard('holds').map(({ stream }) => stream)).toEqual([right.id])
  })
})

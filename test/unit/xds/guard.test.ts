// Groups of which newer generations may be lost: nobody is taken back in time unasked.
import { describe, expect, it } from 'vitest'
import type { Spec } from './support/content.ts'
import { createRig, type Rig } from './support/rig.ts'

const blue: Spec = { cds: { a: 'static' }, lds: { l: '1 > r' }, rds: { r: '1 > a' } }
const green: Spec = { ...blue, rds: { r: '2 > a' } }

/** Blue is the newest that is known of the group. */
function guarded(): Rig {
  const rig = createRig({ bare: true })
  rig.decider.send({ kind: 'groups', groups: [{ group: 'g', selector: {} }] })
  rig.decider.send({ kind: 'guard', group: 'g', on: true })
  rig.publish(5, blue)
  rig.decider.send({ kind: 'ready' })
  return rig
}
const leftAlone = (rig: Rig): number => rig.notes.filter(({ event }) => event === 'xds_left_alone').length

describe('a proxy of a guarded group', () => {
  it('that comes with nothing gets the newest that is known', () => {
    const rig = guarded()
    const envoy = rig.client('sotw')
    envoy.ask('cds')
    expect(envoy.got()).toEqual(['CDS cds@5 a=static'])
    expect(leftAlone(rig)).toBe(0)
  })

  it('that holds other content is sent nothing of any type, in SotW', () => {
    const rig = guarded()
    const envoy = rig.client('sotw')
    envoy.ask('cds', [], rig.version('cds', blue))
    envoy.ask('lds', [], rig.version('lds', blue))
    envoy.got()
    envoy.ask('rds', ['r'], rig.version('rds', green))
    rig.pass(60_000)
    expect(envoy.got()).toEqual([])
    expect(leftAlone(rig)).toBe(1)
  })

  it('that holds other content is sent nothing of any type, in delta', () => {
    const rig = guarded()
    const envoy = rig.client('delta')
    envoy.sub('rds', ['r'], { r: 'something else' })
    envoy.sub('cds', [])
    rig.pass(60_000)
    expect(envoy.got()).toEqual([])
    expect(leftAlone(rig)).toBe(1)
  })

  it('is sent nothing although it once was sent exactly this: a rollback is old content', () => {
    const rig = createRig({ bare: true })
    rig.decider.send({ kind: 'groups', groups: [{ group: 'g', selector: {} }] })
    rig.decider.send({ kind: 'guard', group: 'g', on: true })
    rig.publish(4, blue)
    rig.publish(5, green, { base: true })
    rig.decider.send({ kind: 'ready' })
    const envoy = rig.client('sotw')
    envoy.ask('rds', ['r'], rig.version('rds', blue))
    rig.pass(60_000)
    expect(envoy.got()).toEqual([])
  })

  it('that holds exactly the newest follows, and so does one that was left alone once the operator has decided', () => {
    const rig = guarded()
    const same = rig.client('sotw', { node: 'same' })
    same.ask('rds', ['r'], rig.version('rds', blue))
    same.got()
    same.ack('rds')
    const ahead = rig.client('sotw', { node: 'ahead' })
    ahead.ask('rds', ['r'], rig.version('rds', green))
    expect(ahead.got()).toEqual([])
    rig.publish(9, blue, { base: true })
    rig.decider.send({ kind: 'guard', group: 'g', on: false })
    rig.pass(60_000)
    expect(ahead.got()).toEqual(['RDS rds@5 r=1'])
  })
})

import { describe, expect, it } from 'vitest'
import { memoryDisk } from '../store/memory-engine.ts'
import { createRig, environment, route, service, world } from './support/rig.ts'

const nodes = ['edge-1', 'edge-2']
const onlyBlue = service('checkout', [environment('blue')])
const both = 'default/checkout/blue.1'
const gone = 'default/checkout/green.1'

describe('a cluster that left intent', () => {
  it('stays until routes are ACKed away and the delay is over, then goes in a generation of its own', async () => {
    const rig = await createRig({ nodes })
    await rig.apply(world)
    await rig.talk()
    const answer = await rig.apply(onlyBlue)
    expect(answer.push).toBeUndefined()
    await rig.talk()
    expect(rig.fleet.clustersOf('edge-1')).toEqual([both, gone])
    await rig.clock.advance(29_000)
    expect(rig.delivery.retirements()).toEqual([
      { group: 'default/edge', name: gone, step: 'quiet', ageMs: 29_000 },
    ])
    expect(rig.fleet.newest('default/edge')?.number).toBe(1)
    await rig.clock.advance(2_000)
    await rig.talk()
    expect(rig.fleet.clustersOf('edge-1')).toEqual([both])
    expect(rig.store.view().generations.get('default/edge')?.at(-1)).toMatchObject({
      number: 2,
      cause: `retire ${gone}`,
    })
    expect(rig.store.view().records('retirement').size).toBe(0)
    expect(rig.delivery.retirements()).toEqual([])
    expect(rig.fleet.faults).toEqual([])
  })

  it('waits for a proxy that still has routes to it', async () => {
    const rig = await createRig({ nodes })
    await rig.apply(world)
    await rig.switchTo('green')
    await rig.talk()
    await rig.switchTo('blue')
    rig.fleet.deliver('edge-1')
    rig.fleet.disconnect('edge-2')
    await rig.clock.advance(61_000)
    await rig.apply(onlyBlue)
    await rig.clock.advance(120_000)
    await rig.talk()
    expect(rig.fleet.routesOf('edge-2')).toEqual([gone])
    expect(rig.fleet.clustersOf('edge-1')).toContain(gone)
    rig.fleet.connect('edge-2')
    await rig.talk()
    await rig.clock.advance(31_000)
    await rig.talk()
    expect(rig.fleet.clustersOf('edge-2')).toEqual([both])
    expect(rig.fleet.faults).toEqual([])
  })

  it('goes at the deadline all the same, and the record says who held it', async () => {
    const rig = await createRig({ nodes })
    await rig.apply(world)
    await rig.switchTo('green')
    await rig.talk()
    await rig.switchTo('blue')
    rig.fleet.deliver('edge-1')
    rig.fleet.disconnect('edge-2')
    await rig.clock.advance(61_000)
    await rig.apply(onlyBlue)
    await rig.clock.advance(15 * 60_000 + 1_000)
    await rig.talk()
    expect(rig.fleet.clustersOf('edge-1')).toEqual([both])
    expect(rig.logged.find(({ event }) => event === 'retirement_over')).toMatchObject({
      name: gone,
      why: 'deadline, held back by edge-2',
    })
  })

  it('does not go at once when the wall clock jumps: retries still look it up', async () => {
    const rig = await createRig({ nodes })
    await rig.apply(world)
    await rig.talk()
    await rig.apply(onlyBlue)
    await rig.talk()
    rig.clock.jumpWall(26 * 3_600_000)
    await rig.clock.advance(20_000)
    await rig.talk()
    expect(rig.fleet.clustersOf('edge-1')).toEqual([both, gone])
    await rig.clock.advance(12_000)
    await rig.talk()
    expect(rig.fleet.clustersOf('edge-1')).toEqual([both])
  })

  it('keeps its deadline over a restart, and the wall clock cannot put it off', async () => {
    const disk = memoryDisk()
    const first = await createRig({ disk, nodes })
    await first.apply(world)
    await first.switchTo('green')
    await first.talk()
    await first.switchTo('blue')
    first.fleet.deliver('edge-1')
    first.fleet.disconnect('edge-2')
    await first.clock.advance(61_000)
    await first.apply(onlyBlue)
    await first.clock.advance(10 * 60_000)
    const { fleet, clock } = first
    const second = await createRig({ disk: memoryDisk(disk.values), fleet, clock, nodes: ['edge-1'] })
    await clock.advance(4 * 60_000)
    await second.talk()
    expect(fleet.clustersOf('edge-1')).toContain(gone)
    clock.jumpWall(-26 * 3_600_000)
    await clock.advance(61_000)
    await second.talk()
    expect(fleet.clustersOf('edge-1')).toEqual([both])
  })

  it('retires no more when it comes back, and is sent nothing anew', async () => {
    const rig = await createRig({ nodes })
    await rig.apply(world)
    await rig.talk()
    rig.fleet.manner('edge-1', {
      kind: 'refuses',
      type: 'type.googleapis.com/envoy.config.cluster.v3.Cluster',
    })
    // Taken back: what left with the decision is intent again.
    const answer = await rig.apply(
      service('checkout', [environment('blue'), environment('amber', 'v5', [9501])]),
    )
    await rig.talk()
    expect(rig.push(answer).phase).toBe('aborted')
    await rig.clock.advance(60_000)
    await rig.talk()
    expect(rig.fleet.clustersOf('edge-2')).toEqual([both, gone])
  })

  it('is kept over a restart, and its wait begins anew', async () => {
    const disk = memoryDisk()
    const first = await createRig({ disk, nodes })
    await first.apply(world)
    await first.talk()
    await first.apply(onlyBlue)
    await first.clock.advance(20_000)
    const { fleet, clock } = first
    const second = await createRig({ disk: memoryDisk(disk.values), fleet, clock, nodes })
    await second.talk()
    await clock.advance(20_000)
    expect(fleet.clustersOf('edge-1')).toEqual([both, gone])
    await clock.advance(12_000)
    await second.talk()
    expect(fleet.clustersOf('edge-1')).toEqual([both])
  })

  it('was never applied: it goes at once, and takes what a proxy refused with it', async () => {
    const rig = await createRig({ nodes })
    await rig.apply(world)
    await rig.talk()
    rig.fleet.manner('edge-2', { kind: 'mute' })
    await rig.apply(
      service('checkout', [
        environment('blue'),
        environment('green', 'v2', [9201]),
        environment('amber', 'v5', [9501]),
      ]),
    )
    await rig.talk()
    expect(rig.fleet.clustersOf('edge-1')).toContain('default/checkout/amber.1')
    await rig.clock.advance(20_500)
    await rig.talk()
    expect(rig.fleet.clustersOf('edge-1')).toEqual([both, gone])
    expect(rig.store.view().records('retirement').size).toBe(0)
  })
})

describe('without what a retirement is for', () => {
  it('removeWithSwitch takes the old cluster away in the generation of the switch', async () => {
    const rig = await createRig({ nodes, unsafe: { removeWithSwitch: true } })
    await rig.apply(world)
    await rig.talk()
    expect(rig.fleet.clustersOf('edge-1')).toEqual([both])
    await rig.switchTo('green')
    await rig.talk()
    expect(rig.fleet.clustersOf('edge-1')).toEqual([gone])
    expect(rig.fleet.faults.length).toBeGreaterThan(0)
  })

  it('skipPrepare sends clusters and routes to them in one generation', async () => {
    const rig = await createRig({ nodes, unsafe: { skipPrepare: true } })
    await rig.apply(world)
    await rig.talk()
    await rig.apply(service('cart', [environment('blue', 'v1', [9400])]) + route('cart'))
    expect(rig.fleet.newest('default/edge')).toMatchObject({ number: 2 })
    expect([...(rig.store.view().generations.get('default/edge') ?? [])].map(({ cause }) => cause)).toEqual([
      'push/1 switched',
      'push/2 switched',
    ])
    expect(rig.fleet.faults.length).toBeGreaterThan(0)
  })
})

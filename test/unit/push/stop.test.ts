// The stop of the delivery engine: what is decided may arrive, what is not stays where it is on disk.
import { describe, expect, it } from 'vitest'
import { memoryDisk } from '../store/memory-engine.ts'
import { createRig, environment, type Rig, route, service, world } from './support/rig.ts'
import { settle } from './support/virtual-clock.ts'

const nodes = ['edge-1', 'edge-2']
const green3 = service('checkout', [environment('blue'), environment('green', 'v3', [9301])])

/** A live fleet, and the same disk for whoever starts after it. */
async function live(): Promise<{ rig: Rig; again: () => Promise<Rig> }> {
  const disk = memoryDisk()
  const rig = await createRig({ disk, nodes })
  await rig.apply(world)
  await rig.talk()
  await rig.clock.advance(1_000)
  const again = () => createRig({ disk: memoryDisk(disk.values), fleet: rig.fleet, clock: rig.clock, nodes })
  return { rig, again }
}

describe('the stop', () => {
  it('rule stop: waits for a push that is decided, and ends when it has arrived', async () => {
    const { rig } = await live()
    rig.fleet.manner('edge-2', { kind: 'mute' })
    const answer = await rig.switchTo('green')
    await rig.talk()
    let isOver = false
    const stopping = rig.delivery.stop(4_000).then(() => {
      isOver = true
    })
    await rig.clock.advance(500)
    expect([isOver, rig.push(answer).phase]).toEqual([false, 'switching'])
    rig.fleet.manner('edge-2', { kind: 'prompt' })
    await rig.talk()
    await rig.clock.advance(100)
    await stopping
    expect(rig.push(answer).phase).toBe('done')
  })

  it('rule stop: hands a push over whose proxy stays silent, in its time; it goes on at the next start', async () => {
    const { rig, again } = await live()
    rig.fleet.manner('edge-2', { kind: 'mute' })
    const answer = await rig.switchTo('green')
    await rig.talk()
    const began = rig.clock.mono()
    const stopping = rig.delivery.stop(2_000)
    await rig.clock.advance(2_000)
    await stopping
    expect(rig.clock.mono() - began).toBeLessThanOrEqual(2_000)
    await settle()
    expect(rig.logged).toContainEqual(
      expect.objectContaining({
        event: 'pushes_handed_over',
        pushes: [{ push: answer.push, step: 'switching' }],
      }),
    )
    const next = await again()
    rig.fleet.manner('edge-2', { kind: 'prompt' })
    await next.talk()
    expect(next.push(answer).phase).toBe('done')
    expect(rig.fleet.faults).toEqual([])
  })

  it('rule stop: decides nothing more: what becomes prepared meanwhile waits for the next start', async () => {
    const { rig, again } = await live()
    rig.fleet.manner('edge-2', { kind: 'mute' })
    // One that is decided keeps the stop open; one that prepares stands behind it.
    const switched = await rig.switchTo('green')
    await rig.talk()
    const routes = await rig.apply(`${world}`.replace('checkout.test', 'shop.test'))
    await rig.talk()
    const stopping = rig.delivery.stop(4_000)
    rig.fleet.manner('edge-2', { kind: 'prompt' })
    await rig.talk()
    await rig.clock.advance(4_000)
    await stopping
    expect(rig.push(switched).phase).toBe('done')
    expect(['preparing', 'prepared']).toContain(rig.push(routes).phase)
    const next = await again()
    await next.talk()
    await next.runOut()
    expect(next.push(routes).phase).toBe('done')
  })

  it('rule stop: passes no deadline of a push that is not decided', async () => {
    const rig = await createRig({ nodes })
    await rig.apply(world + service('shop') + route('shop'))
    await rig.talk()
    rig.fleet.manner('edge-2', { kind: 'mute' })
    const prepares = await rig.apply(green3)
    await rig.talk()
    await rig.clock.advance(17_000)
    // Decided, so that the stop stays open until after the deadline of the one before it.
    const switched = await rig.switchTo('green', 'shop')
    expect(rig.push(switched).phase).toBe('switching')
    const stopping = rig.delivery.stop(60_000)
    await rig.clock.advance(4_000)
    expect([rig.push(prepares).phase, rig.push(switched).phase]).toEqual(['preparing', 'switching'])
    await rig.clock.advance(60_000)
    await stopping
  })

  it('rule stop: refuses a change that waited for its turn when the stop came', async () => {
    const { rig } = await live()
    const by = { actor: 'ci', reason: '', namespace: 'default', service: 'checkout' } as const
    const first = rig.change({ ...by, verb: 'switch', weights: { green: 10_000 } })
    const second = rig.change({ ...by, verb: 'rollback' })
    const stopping = rig.delivery.stop(1_000)
    await rig.talk()
    await rig.clock.advance(1_000)
    await stopping
    expect(await first).toMatchObject({ ok: true })
    expect(await second).toMatchObject({
      ok: false,
      error: { kind: 'unavailable', message: expect.stringContaining('nothing was changed') },
    })
  })

  it('rule stop: writes down at once what everybody holds, so that the next start believes its proxies', async () => {
    const { rig } = await live()
    await rig.switchTo('green')
    await rig.talk()
    const newest = rig.fleet.newest('default/edge')?.number
    expect(rig.store.view().records('closed').get('default/edge')).not.toMatchObject({ generation: newest })
    await rig.delivery.stop(1_000)
    expect(rig.store.view().records('closed').get('default/edge')).toMatchObject({ generation: newest })
  })
})

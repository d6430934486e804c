import { describe, expect, it } from 'vitest'
import { createRig, environment, gateway, group, route, service, world } from './support/rig.ts'

const twoProxies = { nodes: ['edge-1', 'edge-2'] }
const newGreen = service('checkout', [environment('blue'), environment('green', 'v3', [9301])])

describe('time-outs', () => {
  it('abort a push that is not prepared in time, and say who held it up', async () => {
    const rig = await createRig(twoProxies)
    await rig.apply(world)
    await rig.talk()
    rig.fleet.manner('edge-2', { kind: 'mute' })
    const answer = await rig.apply(newGreen)
    await rig.talk()
    await rig.clock.advance(19_000)
    expect(rig.push(answer).phase).toBe('preparing')
    await rig.clock.advance(1_100)
    expect(rig.push(answer)).toMatchObject({
      phase: 'aborted',
      verdict: 'not prepared within 20000 ms: edge-2: CDS of generation 2 not ACKed',
    })
  })

  it('take a switch back that a connected proxy does not answer', async () => {
    const rig = await createRig(twoProxies)
    await rig.apply(world)
    await rig.talk()
    rig.fleet.manner('edge-2', { kind: 'mute' })
    const answer = await rig.switchTo('green')
    await rig.talk()
    expect(rig.fleet.routesOf('edge-1')).toEqual(['default/checkout/green.1'])
    await rig.clock.advance(5_100)
    expect(rig.push(answer)).toMatchObject({ phase: 'reverting' })
    rig.fleet.manner('edge-2', { kind: 'prompt' })
    await rig.talk()
    expect(rig.push(answer)).toMatchObject({
      phase: 'reverted',
      verdict: 'no answer within 5000 ms: edge-2: RDS of generation 2 not ACKed',
    })
    expect(rig.fleet.routesOf('edge-1')).toEqual(['default/checkout/blue.1'])
  })

  it('call a switch split when a proxy is out of reach, and the proxy gets the decided state when it is back', async () => {
    const rig = await createRig(twoProxies)
    await rig.apply(world)
    await rig.talk()
    rig.fleet.manner('edge-2', { kind: 'mute' })
    const answer = await rig.switchTo('green')
    rig.fleet.disconnect('edge-2')
    await rig.talk()
    expect(rig.push(answer).phase).toBe('switching')
    await rig.clock.advance(5_100)
    expect(rig.push(answer).phase).toBe('split')
    expect(rig.push(answer).verdict).toMatch(
      /^split 1 of 2: out of reach: edge-2: not connected since \d+ s$/,
    )
    rig.fleet.manner('edge-2', { kind: 'prompt' })
    rig.fleet.connect('edge-2')
    await rig.talk()
    expect(rig.fleet.routesOf('edge-2')).toEqual(['default/checkout/green.1'])
    expect(rig.fleet.faults).toEqual([])
  })

  it('wait for an absent proxy first, then do without it and count it', async () => {
    const rig = await createRig(twoProxies)
    await rig.apply(world)
    await rig.talk()
    rig.fleet.disconnect('edge-2')
    const first = await rig.switchTo('green')
    await rig.talk()
    expect(rig.push(first)).toMatchObject({
      phase: 'preparing',
      groups: [{ heldUpBy: ['edge-2: not connected since 0 s'] }],
    })
    await rig.clock.advance(20_100)
    expect(rig.push(first).phase).toBe('aborted')
    await rig.clock.advance(40_000)
    const second = await rig.switchTo('green')
    await rig.talk()
    expect(rig.push(second)).toMatchObject({ phase: 'split', verdict: 'split 1 of 2: out of reach: edge-2' })
  })

  it('wait for expected proxies that never came, then count them as out of reach', async () => {
    const rig = await createRig({ nodes: ['edge-1'] })
    const first = await rig.apply(group('edge', ', expected: {size: 2}') + gateway() + service() + route())
    await rig.talk()
    expect(rig.push(first).phase).toBe('done')
    const second = await rig.switchTo('green')
    expect(rig.push(second).groups[0]?.heldUpBy).toEqual(['1 expected proxy of default/edge never seen'])
    await rig.clock.advance(20_100)
    expect(rig.push(second).phase).toBe('aborted')
    await rig.clock.advance(60_000)
    const third = await rig.switchTo('green')
    await rig.talk()
    expect(rig.push(third)).toMatchObject({ phase: 'split', groups: [{ nodes: 2, switchedNodes: 1 }] })
  })

  it('do not matter to a group that has no proxy and expects none: the verdict says so', async () => {
    const rig = await createRig()
    await rig.apply(world)
    const answer = await rig.switchTo('green')
    expect(rig.push(answer)).toMatchObject({ phase: 'done', verdict: 'no proxy known yet in default/edge' })
  })
})

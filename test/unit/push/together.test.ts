import { describe, expect, it } from 'vitest'
import { createRig, environment, gateway, group, manifests, route, service, world } from './support/rig.ts'
import { settle } from './support/virtual-clock.ts'

const twoProxies = { nodes: ['edge-1', 'edge-2'] }
const green = (version: string, port: number): string =>
  service('checkout', [environment('blue'), environment('green', version, [port])])
const cart =
  service('cart', [environment('blue', 'v1', [9400]), environment('green', 'v2', [9401])]) + route('cart')

describe('several pushes at once', () => {
  it('prepare side by side and switch one after another in a node group', async () => {
    const rig = await createRig(twoProxies)
    await rig.apply(world + cart)
    await rig.talk()
    rig.fleet.manner('edge-2', { kind: 'mute' })
    const first = await rig.switchTo('green')
    const second = await rig.switchTo('green', 'cart')
    await rig.talk()
    expect(rig.push(first).phase).toBe('switching')
    expect(rig.push(second)).toMatchObject({
      phase: 'prepared',
      groups: [{ heldUpBy: [`waits for push/${first.push} to end its switch`] }],
    })
    rig.fleet.manner('edge-2', { kind: 'prompt' })
    await rig.talk()
    expect(rig.push(first).phase).toBe('done')
    expect(rig.push(second).phase).toBe('done')
    expect(rig.fleet.routesOf('edge-2')).toEqual(['default/cart/green.1', 'default/checkout/green.1'])
  })

  it('switch at the same time where they share no node group', async () => {
    const rig = await createRig({ nodes: ['edge-1'] })
    rig.fleet.add('side-1', 'side')
    rig.fleet.connect('side-1')
    await rig.apply(
      world +
        group('side') +
        gateway('side', 10_001) +
        service('cart', [environment('blue', 'v1', [9400]), environment('green', 'v2', [9401])]) +
        route('cart', ['side']),
    )
    await rig.talk()
    rig.fleet.manner('edge-1', { kind: 'mute' })
    const first = await rig.switchTo('green')
    const second = await rig.switchTo('green', 'cart')
    await rig.talk()
    expect(rig.push(first).phase).toBe('switching')
    expect(rig.push(second)).toMatchObject({ phase: 'done', groups: [{ group: 'default/side' }] })
  })

  it('of one object: the newer overtakes, and carries on what the older had brought', async () => {
    const rig = await createRig(twoProxies)
    await rig.apply(world)
    await rig.talk()
    rig.fleet.manner('edge-2', { kind: 'mute' })
    const first = await rig.apply(green('v3', 9301) + cart)
    await rig.talk()
    const second = await rig.apply(green('v4', 9302))
    expect(rig.push(first)).toMatchObject({ phase: 'overtaken', verdict: `overtaken by push/${second.push}` })
    rig.fleet.manner('edge-2', { kind: 'prompt' })
    await rig.talk()
    expect(rig.push(second).phase).toBe('done')
    expect(rig.fleet.routesOf('edge-1')).toEqual(['default/cart/blue.1', 'default/checkout/blue.1'])
    expect(rig.store.view().applied.get('default/Service/cart')).toBeDefined()
    expect(rig.fleet.clustersOf('edge-1')).not.toContain('default/checkout/green.2')
    expect(rig.fleet.faults).toEqual([])
  })

  it('of one service: a rollback waits for nobody', async () => {
    const rig = await createRig(twoProxies)
    await rig.apply(world + cart)
    await rig.talk()
    await rig.switchTo('green')
    await rig.talk()
    rig.fleet.manner('edge-2', { kind: 'mute' })
    const other = await rig.switchTo('green', 'cart')
    const back = await rig.rollback()
    expect(rig.push(other).phase).toBe('switching')
    expect(rig.push(back).phase).toBe('switching')
    rig.fleet.deliver('edge-1')
    expect(rig.fleet.routesOf('edge-1')).toEqual(['default/cart/green.1', 'default/checkout/blue.1'])
    rig.fleet.manner('edge-2', { kind: 'prompt' })
    await rig.talk()
    expect(rig.push(other).phase).toBe('done')
    expect(rig.push(back).phase).toBe('done')
  })

  it('a rollback overtakes the switch that it takes back, at whatever step that is', async () => {
    const rig = await createRig(twoProxies)
    await rig.apply(world)
    await rig.talk()
    rig.fleet.manner('edge-2', { kind: 'mute' })
    const there = await rig.switchTo('green')
    await rig.talk()
    const back = await rig.rollback()
    expect(rig.push(there).phase).toBe('overtaken')
    rig.fleet.manner('edge-2', { kind: 'prompt' })
    await rig.talk()
    expect(rig.push(back).phase).toBe('done')
    expect(rig.fleet.routesOf('edge-2')).toEqual(['default/checkout/blue.1'])
  })

  it('a refusal of what an overtaken push had brought is not held against the newer', async () => {
    const rig = await createRig(twoProxies)
    await rig.apply(world)
    await rig.talk()
    rig.fleet.manner('edge-2', { kind: 'mute' })
    await rig.switchTo('green')
    await rig.talk()
    const back = await rig.rollback()
    rig.fleet.manner('edge-2', { kind: 'prompt' })
    await rig.talk()
    expect(rig.push(back)).toMatchObject({ phase: 'done', refusals: [] })
  })
})

describe('a change while a push may still be taken back', () => {
  const twoToGo = async () => {
    const rig = await createRig(twoProxies)
    await rig.apply(world + cart)
    await rig.talk()
    rig.fleet.manner('edge-2', { kind: 'mute' })
    const there = await rig.switchTo('green')
    await rig.talk()
    expect(rig.push(there).phase).toBe('switching')
    return { rig, there }
  }
  const by = { verb: 'apply', actor: 'ops', reason: 'test' } as const
  const withoutBlue = service('checkout', [environment('green', 'v2', [9201])])

  it('that takes away what it goes back to is refused until it is over', async () => {
    const { rig, there } = await twoToGo()
    const refused = await rig.change({ ...by, manifests: manifests(withoutBlue) })
    if (refused.ok || refused.error.kind !== 'precondition') throw new Error(JSON.stringify(refused))
    expect(refused.error.message).toMatch(`push/${there.push} (switch) is not over and may be taken back`)
    await rig.clock.advance(5_100)
    rig.fleet.manner('edge-2', { kind: 'prompt' })
    await rig.talk()
    expect(rig.push(there).phase).toBe('reverted')
    expect(rig.fleet.routesOf('edge-2')).toEqual(['default/cart/blue.1', 'default/checkout/blue.1'])
    // Blue carries the traffic again: now it is refused for that reason, and other changes are taken.
    expect(await rig.change({ ...by, manifests: manifests(withoutBlue) })).toMatchObject({
      error: { kind: 'precondition', message: expect.stringContaining('carries') },
    })
    await rig.switchTo('green')
    await rig.talk()
    expect((await rig.change({ ...by, manifests: manifests(withoutBlue) })).ok).toBe(true)
  })

  it('of another service, or one that leaves the way back, is taken', async () => {
    const { rig } = await twoToGo()
    const other = service('cart', [environment('blue', 'v1', [9400])])
    expect((await rig.change({ ...by, manifests: manifests(other) })).ok).toBe(true)
    expect((await rig.change({ ...by, manifests: manifests(green('v2', 9202)) })).ok).toBe(true)
  })
})

describe('a decision', () => {
  it('is not taken when a proxy that is not prepared came in while it waited for its turn at the store', async () => {
    const rig = await createRig(twoProxies)
    await rig.apply(world)
    await rig.talk()
    rig.fleet.manner('edge-2', { kind: 'mute' })
    const answer = await rig.apply(green('v3', 9301))
    await rig.talk()
    rig.fleet.manner('edge-2', { kind: 'prompt' })
    // The last proxy is prepared while another commit is being written; then one joins before the decision is.
    const other = rig.apply(group('side'))
    rig.fleet.deliver('edge-2')
    expect(rig.push(answer).phase).toBe('prepared')
    rig.fleet.add('edge-3')
    rig.fleet.connect('edge-3')
    await other
    await settle()
    expect(rig.push(answer)).toMatchObject({
      phase: 'preparing',
      groups: [{ heldUpBy: ['edge-3: has not asked for clusters yet'] }],
    })
    expect(rig.fleet.newest('default/edge')?.number).toBe(2)
    await rig.talk()
    expect(rig.push(answer).phase).toBe('done')
    expect(rig.fleet.faults).toEqual([])
  })
})

describe('rolling back', () => {
  it('goes there and back, and past what was never switched to', async () => {
    const rig = await createRig(twoProxies)
    await rig.apply(world)
    await rig.talk()
    await rig.switchTo('green')
    await rig.talk()
    rig.fleet.manner('edge-2', { kind: 'mute' })
    await rig.switchTo('blue')
    await rig.clock.advance(5_100)
    rig.fleet.manner('edge-2', { kind: 'prompt' })
    await rig.talk()
    // The switch to blue was taken back: green serves, and the way back is to the first blue.
    expect(rig.fleet.routesOf('edge-1')).toEqual(['default/checkout/green.1'])
    await rig.rollback()
    await rig.talk()
    expect(rig.fleet.routesOf('edge-1')).toEqual(['default/checkout/blue.1'])
    await rig.rollback()
    await rig.talk()
    expect(rig.fleet.routesOf('edge-1')).toEqual(['default/checkout/green.1'])
  })
})

describe('an abort by command', () => {
  it('puts back what prepares, and takes back what switches', async () => {
    const rig = await createRig(twoProxies)
    await rig.apply(world)
    await rig.talk()
    rig.fleet.manner('edge-2', { kind: 'mute' })
    const preparing = await rig.apply(green('v3', 9301))
    await rig.talk()
    const aborted = await rig.delivery.abort(preparing.push ?? '', 'ops', 'not today')
    expect(aborted).toMatchObject({
      ok: true,
      value: { phase: 'aborted', verdict: 'aborted by ops: not today' },
    })
    rig.fleet.manner('edge-2', { kind: 'prompt' })
    await rig.talk()
    rig.fleet.manner('edge-2', { kind: 'mute' })
    const switching = await rig.switchTo('green')
    await rig.talk()
    expect(await rig.delivery.abort(switching.push ?? '', 'ops', '')).toMatchObject({
      ok: true,
      value: { phase: 'reverting' },
    })
    rig.fleet.manner('edge-2', { kind: 'prompt' })
    await rig.talk()
    expect(rig.push(switching)).toMatchObject({ phase: 'reverted', verdict: 'aborted by ops' })
    expect(rig.fleet.routesOf('edge-1')).toEqual(['default/checkout/blue.1'])
    expect(await rig.delivery.abort(switching.push ?? '', 'ops', '')).toMatchObject({
      ok: false,
      error: { kind: 'precondition' },
    })
    expect(await rig.delivery.abort('99', 'ops', '')).toMatchObject({
      ok: false,
      error: { kind: 'notFound' },
    })
  })
})

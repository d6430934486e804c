// What owners may say of endpoints, and what comes of it at the proxies.
import { describe, expect, it } from 'vitest'
import { typeUrls } from '../../../src/envoy-api/index.ts'
import { afterDeath, createRig, environment, type Rig, service } from '../push/support/rig.ts'
import { at, drain, listed, openScene, patch, registered, type Scene, set, world } from './scene.ts'

async function open(text = world()): Promise<{ readonly rig: Rig; readonly scene: Scene }> {
  const rig = await createRig({ nodes: ['edge-1'] })
  await rig.apply(text)
  await rig.talk()
  return { rig, scene: openScene(rig) }
}

const fields = (problem: object): unknown => 'violations' in problem && problem.violations
const hashOf = (rig: Rig, name: string): string | undefined =>
  rig.store.view().generations.get('default/edge')?.at(-1)?.types.get(typeUrls.eds)?.entries.get(name)

describe('registered endpoints', () => {
  it('are one generation, durable and at the proxies when they are answered', async () => {
    const { rig, scene } = await open()
    const before = scene.generations()
    expect(await scene.must(set('blue', [8082, 8081]))).toMatchObject({
      place: { environment: 'blue', incarnation: 1 },
      ...{ added: 2, changed: 0, removed: 0, renewed: 0, endpoints: 2 },
    })
    expect(scene.generations()).toBe(before + 1)
    expect(rig.fleet.nodes.get('edge-1')?.holds.get(typeUrls.eds)?.generation).toBe(before + 1)
    expect(listed(scene, 'blue')).toEqual(['8081', '8082'])
    const cause = rig.store.view().generations.get('default/edge')?.at(-1)?.cause
    expect(cause).toBe('endpoints of default/checkout')
  })

  it('give the same bytes in whatever order, and whoever says them', async () => {
    const { rig, scene } = await open()
    await scene.must(set('blue', [8081, 8082]))
    const one = hashOf(rig, 'default/checkout/blue.1')
    const other = await open()
    await other.scene.must(patch('blue', [8082], [], { owner: 'b' }))
    await other.scene.must(patch('blue', [8081], [], { owner: 'a' }))
    expect(hashOf(other.rig, 'default/checkout/blue.1')).toBe(one)
  })

  it('said again change nothing at any proxy, and renew', async () => {
    const { scene } = await open()
    await scene.must(set('blue', [8081], { ttlMs: 30_000 }))
    const before = scene.generations()
    expect(await scene.must(set('blue', [8081], { ttlMs: 30_000 }))).toMatchObject({ renewed: 1, changed: 0 })
    expect(scene.generations()).toBe(before)
  })

  it('stand beside static ones; a registered word about the same address wins', async () => {
    const fixed = ', static: [{address: 10.0.0.9, port: 9000}]'
    const { rig, scene } = await open(world([registered('blue', 'v1', fixed), registered('green')]))
    const both = set('blue', [8081])
    await scene.must(both)
    expect(listed(scene, 'blue')).toEqual(['8081', '9000'])
    // As from static to registered: first both, then one.
    await scene.must({ ...both, endpoints: [at(8081), at(9000, '10.0.0.9')] })
    expect(listed(scene, 'blue')).toEqual(['8081', '9000'])
    await scene.must({ ...drain('blue', []), verb: 'drain', endpoints: [at(9000, '10.0.0.9')], undo: false })
    expect(listed(scene, 'blue')).toEqual(['8081', '9000 draining'])
    await rig.apply(world())
    expect(listed(scene, 'blue')).toEqual(['8081', '9000 draining'])
  })

  it('belong to their owner: nobody else replaces or removes them', async () => {
    const { scene } = await open()
    await scene.must(set('blue', [8081], { owner: 'a' }))
    await scene.must(set('blue', [8082], { owner: 'b' }))
    expect(listed(scene, 'blue')).toEqual(['8081', '8082'])
    expect(fields(await scene.why(patch('blue', [8083, 8081], [], { owner: 'b' })))).toEqual([
      { path: 'put[1].address', message: '10.0.0.1:8081 is registered by "a" already' },
    ])
    expect(fields(await scene.why(patch('blue', [], [8081], { owner: 'b' })))).toEqual([
      {
        path: 'remove[0].address',
        message: '10.0.0.1:8081 is registered by "a", which alone may remove it; drain it instead',
      },
    ])
    expect(await scene.must(patch('blue', [], [8081, 9999], { owner: 'a' }))).toMatchObject({ removed: 1 })
    expect(listed(scene, 'blue')).toEqual(['8082'])
  })

  it('drain by an operator, whatever their owner says again, until they are put back', async () => {
    const { scene } = await open()
    await scene.must(set('blue', [8081, 8082]))
    await scene.must(drain('blue', [8081]))
    await scene.must(set('blue', [8081, 8082]))
    expect(listed(scene, 'blue')).toEqual(['8081 draining', '8082'])
    await scene.must(drain('blue', [8081], true))
    expect(listed(scene, 'blue')).toEqual(['8081', '8082'])
    expect(fields(await scene.why(drain('blue', [8081, 7000])))).toMatchObject([
      { path: 'endpoints[1].address' },
    ])
  })

  it('leave an environment that carries traffic with nobody only by force', async () => {
    const { scene } = await open()
    await scene.must(set('blue', [8081, 8082]))
    await scene.must(set('green', [8081]))
    for (const command of [set('blue', []), drain('blue', [8081, 8082]), patch('blue', [], [8081, 8082])]) {
      expect((await scene.why(command)).message).toMatch(/carries traffic and would have no endpoint left/)
    }
    expect(listed(scene, 'blue')).toEqual(['8081', '8082'])
    await scene.must(set('green', []))
    await scene.must({ ...set('blue', []), force: true })
    expect(listed(scene, 'blue')).toEqual([])
  })

  it('go to the incarnation that there is: another release, or one that is gone, is refused with what is there', async () => {
    const { rig, scene } = await open()
    await scene.must(set('blue', [8081]))
    await scene.must(set('green', [8082]))
    await rig.apply(service('checkout', [registered('blue'), registered('green', 'v2')]))
    await rig.talk()
    expect((await scene.why({ ...set('green', [8083]), incarnation: 1 })).message).toBe(
      'Service default/checkout: green.1 is gone; there is green.2 (release v2)',
    )
    expect((await scene.why({ ...set('green', [8083]), incarnation: 7 })).message).toMatch(/was never there/)
    expect((await scene.why({ ...set('green', [8083]), release: 'v1' })).message).toMatch(
      /has no release v1; there is green\.2 \(release v2\)/,
    )
    await expect(rig.switchTo('green')).rejects.toThrow(/none is registered for its release/)
    await scene.must({ ...set('green', [8083]), release: 'v2' })
    await rig.switchTo('green')
  })

  it.each([
    ['twice in one list', [at(8081), at(8081)], 'endpoints[1].address', /there twice \(also at \[0\]\)/],
    ['in another spelling', [at(1, '::1'), at(1, '0:0:0:0:0:0:0:1')], 'endpoints[1].address', /twice/],
    ['a host name', [at(1, 'backend.test')], 'endpoints[0].address', /wanted an IPv4 or IPv6 address/],
    ['without a port', [{ address: '10.0.0.1' }], 'endpoints[0].port', /missing/],
    ['of port 0', [at(0)], 'endpoints[0].port', /1 to 65535/],
    ['of weight 0', [{ ...at(1), weight: 0 }], 'endpoints[0].weight', /1 to 128/],
    ['with an unknown field', [{ ...at(1), wieght: 2 }], 'endpoints[0].wieght', /unknown field/],
  ] as const)('refuses an endpoint %s, with the field', async (_what, endpoints, path, message) => {
    const { scene } = await open()
    const problem = await scene.why({ ...set('green', []), endpoints })
    expect(fields(problem)).toMatchObject([{ path, message: expect.stringMatching(message) }])
    expect(scene.discovery.list({})).toEqual([])
  })

  it.each([0, -1, 999, 24 * 3_600_000 + 1, Number.NaN])('refuses a TTL of %d ms', async (ttlMs) => {
    const { scene } = await open()
    expect(fields(await scene.why(set('green', [8081], { ttlMs })))).toMatchObject([
      { path: 'ttl', message: expect.stringMatching(/^wanted 1s to 24h, found /) },
    ])
  })

  it('refuses owners without a name, unknown services and environments, and those that take none', async () => {
    const { scene } = await open(world([environment('blue'), registered('green')]))
    expect(fields(await scene.why(set('green', [8081], { owner: 'a b' })))).toMatchObject([{ path: 'owner' }])
    expect((await scene.why({ ...set('green', [1]), service: 'cart' })).message).toMatch(
      /no Service default\/cart/,
    )
    expect(fields(await scene.why(set('red', [1])))).toMatchObject([{ path: 'environment' }])
    expect((await scene.why(set('blue', [1]))).message).toMatch(/takes no registered endpoints: say/)
  })

  it('a dry run says all of that and changes nothing', async () => {
    const { scene } = await open()
    const outcome = await scene.ask(set('green', [8081]), true)
    expect(outcome).toMatchObject({ ok: true, value: { added: 1 } })
    expect(scene.discovery.list({})).toEqual([])
  })

  it('are known after a restart before anybody is served, and change nothing at any proxy', async () => {
    const { rig, scene } = await open()
    await scene.must(set('blue', [8081, 8082], { ttlMs: 5_000 }))
    await scene.must(drain('blue', [8082]))
    const hash = hashOf(rig, 'default/checkout/blue.1')
    const generation = scene.generations()
    rig.fleet.disconnect('edge-1')
    await scene.discovery.stop()
    await rig.delivery.stop(1_000)
    await rig.clock.advance(60_000)
    const next = await afterDeath(rig, ['edge-1'])
    const again = openScene(next)
    await next.clock.advance(4_000)
    await next.talk()
    expect(listed(again, 'blue')).toEqual(['8081', '8082 draining'])
    expect(again.generations()).toBe(generation)
    expect(hashOf(next, 'default/checkout/blue.1')).toBe(hash)
    // Leases run anew from the start: nobody could renew meanwhile.
    await next.clock.advance(2_000)
    expect(listed(again, 'blue')).toEqual(['8081 lapsed', '8082 draining lapsed'])
  })

  it('of an incarnation that is gone are forgotten after a while', async () => {
    const { rig, scene } = await open()
    await scene.must(set('green', [8082]))
    await rig.apply(service('checkout', [registered('blue'), registered('green', 'v2')]))
    await rig.talk()
    expect(scene.discovery.list({ environment: 'green' })).toMatchObject([{ release: '' }])
    await rig.clock.advance(16 * 60_000)
    expect(scene.discovery.list({})).toEqual([])
    expect([...rig.store.view().records('endpoint').keys()]).toEqual([])
  })

  it('what the disk does not take is not believed, and not served', async () => {
    const { rig, scene } = await open()
    await scene.must(set('blue', [8081], { ttlMs: 60_000 }))
    rig.disk.failAfter = 0
    expect((await scene.why(set('blue', [8081, 8082], { ttlMs: 60_000 }))).kind).toBe('unavailable')
    expect(listed(scene, 'blue')).toEqual(['8081'])
    // A lease needs no disk.
    expect(await scene.must(set('blue', [8081], { ttlMs: 60_000 }))).toMatchObject({ renewed: 1 })
  })
})

// Leases: one that dies goes, all that fall silent stay, and a burst is one generation.
import { expect, it } from 'vitest'
import { createRig, type Rig } from '../push/support/rig.ts'
import { at, listed, openScene, patch, type Scene, set, world } from './scene.ts'

async function open(collectMs = 0): Promise<{ readonly rig: Rig; readonly scene: Scene }> {
  const rig = await createRig({ nodes: ['edge-1'] })
  await rig.apply(world())
  await rig.talk()
  return { rig, scene: openScene(rig, collectMs) }
}

const leased = { ttlMs: 10_000 }

it('takes away an endpoint whose lease ran out while others are there', async () => {
  const { rig, scene } = await open()
  await scene.must(set('blue', [8081, 8082], { owner: 'b' }))
  await scene.must(patch('blue', [8083], [], { ...leased, owner: 'pod-3' }))
  await rig.clock.advance(9_000)
  expect(listed(scene, 'blue')).toEqual(['8081', '8082', '8083'])
  await rig.clock.advance(2_000)
  expect(listed(scene, 'blue')).toEqual(['8081', '8082'])
  expect(rig.logged).toContainEqual(
    expect.objectContaining({ event: 'endpoints_lapsed', place: 'default/checkout/blue.1', count: 1 }),
  )
})

it('keeps a renewed one', async () => {
  const { rig, scene } = await open()
  await scene.must(set('blue', [8081, 8082], { owner: 'b' }))
  for (let round = 0; round < 5; round++) {
    await scene.must(patch('blue', [8083], [], { ...leased, owner: 'pod-3' }))
    await rig.clock.advance(9_000)
  }
  expect(listed(scene, 'blue')).toEqual(['8081', '8082', '8083'])
})

it('keeps an owner that falls silent whole, says so again and again, and believes the next word', async () => {
  const { rig, scene } = await open()
  await scene.must(set('blue', [8081, 8082], leased))
  const before = scene.generations()
  await rig.clock.advance(11_000)
  await rig.talk()
  expect(listed(scene, 'blue')).toEqual(['8081 lapsed', '8082 lapsed'])
  expect(scene.discovery.counts()).toEqual({ live: 0, draining: 0, lapsed: 2 })
  expect(scene.generations()).toBe(before)
  const said = () => rig.logged.filter(({ event }) => event === 'endpoints_kept').length
  expect(said()).toBeGreaterThanOrEqual(1)
  const once = said()
  await rig.clock.advance(70_000)
  expect(said()).toBeGreaterThan(once)
  await scene.must(set('blue', [8081], leased))
  expect(listed(scene, 'blue')).toEqual(['8081'])
  expect(scene.discovery.counts()).toEqual({ live: 1, draining: 0, lapsed: 0 })
})

it('keeps more than half that fall silent one after another: whoever renews has lost the way', async () => {
  const { rig, scene } = await open()
  for (let port = 8081; port <= 8086; port++) {
    await scene.must(patch('blue', [port], [], { ...leased, owner: `pod-${port}` }))
    await rig.clock.advance(1_000)
  }
  await rig.clock.advance(20_000)
  expect(listed(scene, 'blue')).toEqual(['8084 lapsed', '8085 lapsed', '8086 lapsed'])
  // Enough of them come back: the one that does not is gone.
  await scene.must(patch('blue', [8084], [], { ...leased, owner: 'pod-8084' }))
  await scene.must(patch('blue', [8085], [], { ttlMs: 600_000, owner: 'pod-8085' }))
  await scene.must(patch('blue', [8084], [], { ttlMs: 600_000, owner: 'pod-8084' }))
  await rig.clock.advance(70_000)
  expect(listed(scene, 'blue')).toEqual(['8084', '8085'])
})

it('lets another owner take what lapsed', async () => {
  const { rig, scene } = await open()
  await scene.must(set('green', [8081], { ...leased, owner: 'a' }))
  await rig.clock.advance(11_000)
  expect(listed(scene, 'green')).toEqual(['8081 lapsed'])
  await scene.must(set('green', [8081], { owner: 'b' }))
  expect(scene.discovery.list({ environment: 'green' })).toMatchObject([{ owner: 'b', ttlMs: undefined }])
})

it('makes one generation of a burst, and answers the first word of a quiet time at once', async () => {
  const { rig, scene } = await open(250)
  const before = scene.generations()
  await scene.must(set('blue', [8081]))
  expect(scene.generations()).toBe(before + 1)
  const answers = Array.from({ length: 100 }, (_, index) =>
    scene.discovery.ask(patch('blue', [9_000 + index]), { actor: 'ci' }),
  )
  await rig.clock.advance(100)
  expect(scene.generations()).toBe(before + 1)
  await rig.clock.advance(200)
  expect((await Promise.all(answers)).every(({ ok }) => ok)).toBe(true)
  expect(scene.generations()).toBe(before + 2)
  expect(listed(scene, 'blue')).toHaveLength(101)
})

it('bounds what waits', async () => {
  const { rig, scene } = await open(250)
  await scene.must(set('blue', [8081]))
  const answers = Array.from({ length: 1_001 }, () =>
    scene.discovery.ask({ ...set('green', []), endpoints: [at(8081)] }, { actor: 'ci' }),
  )
  await rig.clock.advance(300)
  const refused = (await Promise.all(answers)).filter(({ ok }) => !ok)
  expect(refused).toMatchObject([{ error: { kind: 'limit', limit: 'endpointChangesWaiting' } }])
})

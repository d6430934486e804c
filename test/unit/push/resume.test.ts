import { describe, expect, it } from 'vitest'
import { memoryDisk } from '../store/memory-engine.ts'
import { createRig, environment, service, world } from './support/rig.ts'

const nodes = ['edge-1', 'edge-2']
const newGreen = service('checkout', [environment('blue'), environment('green', 'v3', [9301])])

/** A world that is switched; then what `act` does, cut at a commit; then a new process on what is left. */
async function cut(
  at: number,
  when: 'before' | 'after',
  act: (rig: Awaited<ReturnType<typeof createRig>>) => Promise<void>,
) {
  const disk = memoryDisk()
  const first = await createRig({ disk, nodes })
  await first.apply(world)
  await first.talk()
  await first.clock.advance(1_000)
  await first.delivery.stop(0)
  const { fleet, clock } = first
  const dying = await createRig({ disk, fleet, clock, nodes, crash: { at, when } })
  // It never answers: the process dies under it.
  void act(dying)
  for (let turn = 0; turn < 8; turn++) {
    await dying.talk()
    await clock.advance(1_000)
  }
  const after = await createRig({ disk, fleet, clock, nodes })
  await after.talk()
  await after.runOut()
  return after
}

/** Everybody has the same routes, and they are those that are applied; nothing is half. */
function expectWhole(rig: Awaited<ReturnType<typeof createRig>>): void {
  expect(rig.fleet.faults).toEqual([])
  expect(rig.delivery.pushes(10).map(({ phase }) => phase)).not.toContain('switching')
  const { heads, applied } = rig.store.view()
  expect([...heads]).toEqual([...applied])
  const traffic = applied.get('default/Traffic/checkout')
  const serving = traffic?.kind === 'Traffic' ? Object.keys(traffic.spec.weights) : []
  for (const id of nodes)
    expect(rig.fleet.routesOf(id)).toEqual(serving.map((name) => `default/checkout/${name}.1`))
}

describe('after a crash', () => {
  for (const when of ['before', 'after'] as const) {
    for (const at of [1, 2, 3, 4]) {
      it(`${when} commit ${at} of a switch it goes on or back, never half`, async () => {
        const rig = await cut(at, when, async (dying) => {
          await dying.switchTo('green')
        })
        expectWhole(rig)
      })

      it(`${when} commit ${at} of a push that prepares it goes on or back, never half`, async () => {
        const rig = await cut(at, when, async (dying) => {
          await dying.apply(newGreen)
        })
        expectWhole(rig)
      })

      it(`${when} commit ${at} of a push that is aborted it goes on or back, never half`, async () => {
        const rig = await cut(at, when, async (dying) => {
          dying.fleet.manner('edge-2', {
            kind: 'refuses',
            type: 'type.googleapis.com/envoy.config.cluster.v3.Cluster',
            when: (names) => names.some((name) => name.endsWith('green.2')),
          })
          await dying.apply(newGreen)
        })
        expectWhole(rig)
      })

      it(`${when} commit ${at} of a switch that is taken back it goes on or back, never half`, async () => {
        const rig = await cut(at, when, async (dying) => {
          dying.fleet.manner('edge-2', { kind: 'mute' })
          await dying.switchTo('green')
          await dying.clock.advance(6_000)
          dying.fleet.manner('edge-2', { kind: 'prompt' })
        })
        expectWhole(rig)
      })
    }
  }

  it('goes on taking back until every proxy has said so', async () => {
    const disk = memoryDisk()
    const first = await createRig({ disk, nodes })
    await first.apply(world)
    await first.talk()
    first.fleet.manner('edge-2', { kind: 'mute' })
    const answer = await first.switchTo('green')
    await first.talk()
    await first.clock.advance(5_250)
    expect(first.push(answer).phase).toBe('reverting')
    const { fleet, clock } = first
    const second = await createRig({ disk: memoryDisk(disk.values), fleet, clock, nodes })
    await second.talk()
    expect(second.push(answer)).toMatchObject({ phase: 'reverting', groups: [{ before: 1, switched: 2 }] })
    fleet.manner('edge-2', { kind: 'prompt' })
    await second.talk()
    expect(second.push(answer)).toMatchObject({ phase: 'reverted', compensatedBy: 3 })
    expect(fleet.routesOf('edge-2')).toEqual(['default/checkout/blue.1'])
  })

  it('changes nothing on any proxy when nothing was under way', async () => {
    const disk = memoryDisk()
    const first = await createRig({ disk, nodes })
    await first.apply(world)
    await first.talk()
    await first.clock.advance(1_000)
    const { fleet, clock } = first
    const before = fleet.newest('default/edge')
    const heard = fleet.heard.length
    const second = await createRig({ disk: memoryDisk(disk.values), fleet, clock, nodes })
    await second.talk()
    const after = second.fleet.newest('default/edge')
    expect(after?.number).toBe(before?.number)
    expect(second.fleet.heard.slice(heard).filter(({ kind }) => kind === 'closed')).toMatchObject([
      { generation: 1 },
    ])
    expect([...(after?.types ?? [])].map(([type, { version }]) => [type, version])).toEqual(
      [...(before?.types ?? [])].map(([type, { version }]) => [type, version]),
    )
  })

  it('says groups, doubts, generations and what is closed, and serves nobody before that', async () => {
    const disk = memoryDisk()
    const first = await createRig({ disk, nodes })
    await first.apply(world)
    await first.talk()
    await first.switchTo('green')
    await first.talk()
    first.fleet.manner('edge-2', {
      kind: 'refuses',
      type: 'type.googleapis.com/envoy.config.route.v3.RouteConfiguration',
    })
    await first.switchTo('blue')
    await first.talk()
    const { fleet, clock } = first
    const heard = fleet.heard.length
    await createRig({ disk: memoryDisk(disk.values), fleet, clock })
    expect(
      fleet.heard
        .slice(heard)
        .map((message) =>
          message.kind === 'publish' ? `publish ${message.generation} on ${message.base}` : message.kind,
        ),
    ).toEqual([
      'groups',
      'doubt',
      'publish 1 on undefined',
      'publish 2 on 1',
      'publish 3 on 2',
      'publish 4 on 3',
      'ready',
    ])
  })

  it('holds the first push until the fleet is back, or the settling is over', async () => {
    const disk = memoryDisk()
    const first = await createRig({ disk, nodes })
    await first.apply(world)
    await first.talk()
    await first.clock.advance(1_000)
    await first.delivery.stop(0)
    const { fleet, clock } = first
    const second = await createRig({ disk, fleet, clock, nodes: ['edge-1'] })
    const answer = await second.switchTo('green')
    await second.talk()
    expect(second.push(answer)).toMatchObject({
      phase: 'preparing',
      groups: [{ heldUpBy: ['edge-2: not connected since our start 0 s ago'] }],
    })
    await clock.advance(29_000)
    expect(second.push(answer).phase).toBe('preparing')
    await clock.advance(2_000)
    await second.talk()
    expect(second.push(answer)).toMatchObject({ phase: 'split', verdict: 'split 1 of 2: out of reach' })
  })

  it('gives a retried request the answer it had, and another body an error', async () => {
    const disk = memoryDisk()
    const first = await createRig({ disk, nodes })
    await first.apply(world)
    await first.talk()
    const command = {
      actor: 'ci',
      reason: '',
      requestId: 'r-1',
      verb: 'switch',
      namespace: 'default',
      service: 'checkout',
      weights: { green: 10_000 },
    } as const
    const answer = await first.change(command)
    await first.talk()
    const { fleet, clock } = first
    const second = await createRig({ disk: memoryDisk(disk.values), fleet, clock, nodes })
    expect(await second.change(command)).toEqual(answer)
    expect(second.store.view().revision).toBe(2)
    expect(await second.change({ ...command, weights: { blue: 10_000 } })).toMatchObject({
      ok: false,
      error: { kind: 'conflict' },
    })
  })
})

// Back to a stored generation while the store takes no changes.
import { describe, expect, it } from 'vitest'
import { createRig, type Rig, world } from './support/rig.ts'

const nodes = ['edge-1', 'edge-2']
const group = 'default/edge'
const by = { actor: 'on-call', reason: 'green is sick' }

/** On green; generation of blue's routes given. Its disk takes nothing any more. */
async function fullDisk(): Promise<{ rig: Rig; blue: number }> {
  const rig = await createRig({ nodes })
  await rig.apply(world)
  await rig.talk()
  const blue = rig.store.view().generations.get(group)?.at(-1)?.number ?? 0
  await rig.switchTo('green')
  await rig.talk()
  rig.disk.failAfter = 0
  await rig.store.commit({})
  await rig.store.commit({
    records: { put: [{ table: 'closed', key: 'x', value: { group: 'x', generation: 1 } }] },
  })
  return { rig, blue }
}

describe('a stored generation', () => {
  it('is not served while the store takes changes: there is rollback', async () => {
    const rig = await createRig({ nodes })
    await rig.apply(world)
    await rig.talk()
    const served = await rig.delivery.serveStored({ group, ...by })
    expect(served).toMatchObject({ ok: false, error: { kind: 'precondition' } })
    expect(JSON.stringify(served)).toContain('verdigris rollback')
  })

  it('is served under a higher number when the disk is full, to every proxy, and written in log and events', async () => {
    const { rig, blue } = await fullDisk()
    expect(rig.fleet.routesOf('edge-1')).toEqual(['default/checkout/green.1'])
    const newest = rig.store.view().generations.get(group)?.at(-1)?.number ?? 0
    const served = await rig.delivery.serveStored({ group, generation: blue, ...by })
    expect(served).toEqual({ ok: true, value: { group, generation: newest + 1, content: blue, resting: [] } })
    await rig.talk()
    for (const node of nodes) expect(rig.fleet.routesOf(node)).toEqual(['default/checkout/blue.1'])
    expect(rig.store.view().generations.get(group)?.at(-1)?.number).toBe(newest + 1)
    expect(rig.logged).toContainEqual(
      expect.objectContaining({
        level: 'error',
        event: 'stored_generation_served',
        content: blue,
        actor: 'on-call',
      }),
    )
    // And on again, above that.
    expect(await rig.delivery.serveStored({ group, generation: newest, ...by })).toMatchObject({
      ok: true,
      value: { generation: newest + 2 },
    })
    await rig.talk()
    expect(rig.fleet.routesOf('edge-2')).toEqual(['default/checkout/green.1'])
    // A proxy that comes late gets it too.
    rig.fleet.disconnect('edge-1')
    rig.fleet.connect('edge-1')
    await rig.talk()
    expect(rig.fleet.routesOf('edge-1')).toEqual(['default/checkout/green.1'])
  })

  it('must be there, and so must its group', async () => {
    const { rig } = await fullDisk()
    expect(await rig.delivery.serveStored({ group, generation: 99, ...by })).toMatchObject({
      ok: false,
      error: { kind: 'notFound', message: expect.stringMatching(/no generation 99 .* there are 1, /) },
    })
    expect(await rig.delivery.serveStored({ group: 'default/none', ...by })).toMatchObject({
      ok: false,
      error: { kind: 'notFound', message: expect.stringContaining('default/edge') },
    })
  })
})

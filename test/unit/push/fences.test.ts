// Fences through the engine: durable, without a push, over a rollback and a restart.
import { describe, expect, it } from 'vitest'
import type { Rig } from './support/rig.ts'
import { afterDeath, appliedRig } from './support/rig.ts'

const named = { actor: 'ada', namespace: 'default', service: 'checkout' }
const fence = (rig: Rig) => rig.change({ ...named, verb: 'fence', reason: 'orders.v2 migration' })
const rollback = (rig: Rig, force = false) =>
  rig.change({ ...named, verb: 'rollback', reason: 'on fire', force })

describe('a fence', () => {
  it('is a revision without a push; what it refuses has changed nothing, also after a restart', async () => {
    const rig = await appliedRig({ nodes: ['edge-1'] })
    await rig.switchTo('green')
    await rig.talk()
    const before = rig.fleet.newest('default/edge')?.number
    const outcome = await fence(rig)
    expect(outcome).toMatchObject({ ok: true, value: { revision: 3 } })
    expect(outcome.ok && outcome.value.push).toBeUndefined()
    expect(rig.fleet.newest('default/edge')?.number).toBe(before)
    const next = await afterDeath(rig, ['edge-1'])
    await next.talk()
    expect(await rollback(next)).toMatchObject({
      ok: false,
      error: { kind: 'precondition', message: expect.stringContaining('"orders.v2 migration" (ada, ') },
    })
    expect(next.store.view().revision).toBe(3)
  })

  it('is gone past by force, and the revision says so', async () => {
    const rig = await appliedRig({ nodes: ['edge-1'] })
    await rig.switchTo('green')
    await rig.talk()
    await fence(rig)
    const outcome = await rollback(rig, true)
    await rig.talk()
    expect(outcome).toMatchObject({ ok: true, value: { revision: 4 } })
    expect(await rig.store.revision(4)).toMatchObject({ reason: 'on fire (forced past fence 1)' })
    expect(rig.store.view().applied.get('default/Traffic/checkout')?.spec).toMatchObject({
      weights: { blue: 10_000 },
      fences: [{ id: 1 }],
    })
  })

  it('waits for the end of a push that moves the traffic', async () => {
    const rig = await appliedRig({ nodes: ['edge-1'] })
    rig.fleet.manner('edge-1', { kind: 'mute' })
    await rig.switchTo('green')
    expect(await fence(rig)).toMatchObject({
      ok: false,
      error: { message: 'push/2 (switch) moves this traffic: send it again when it has ended' },
    })
  })
})

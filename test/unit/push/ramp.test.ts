// Ramps: one push whose weights move in steps, each after every proxy has the one before, and all ways out of it.
import { describe, expect, it } from 'vitest'
import { decodeJson, splitAny, typeUrls } from '../../../src/envoy-api/index.ts'
import type { ChangeCommand } from '../../../src/push/index.ts'
import { memoryDisk } from '../store/memory-engine.ts'
import type { Rig } from './support/rig.ts'
import { afterDeath, appliedRig, environment, service } from './support/rig.ts'

const nodes = ['edge-1', 'edge-2']
const moved = {
  ...{ actor: 'ada', reason: '', namespace: 'default', service: 'checkout' },
  verb: 'switch' as const,
}
const ramped = (ms: number): ChangeCommand => ({ ...moved, weights: { green: 10_000 }, ramp: ms })

/** Share of green in what is served, in percent. */
async function served(rig: Rig): Promise<number> {
  const newest = rig.store.view().generations.get('default/edge')?.at(-1)
  const [hash] = newest?.types.get(typeUrls.rds)?.entries.values() ?? []
  const body = await rig.store.resource(hash ?? '')
  const { value } = splitAny(body ?? new Uint8Array())
  const text = JSON.stringify(decodeJson('envoy.config.route.v3.RouteConfiguration', value))
  const shares = [...text.matchAll(/"name":"default\/checkout\/(\w+)\.\d+","weight":(?:\{"value":)?(\d+)/g)]
  const of = (name: string): number =>
    shares.reduce((sum, [, each, weight]) => (each === name ? sum + Number(weight) : sum), 0)
  expect(of('blue') + of('green')).toBe(10_000)
  return of('green') / 100
}

/** Lets time pass in small steps; what was served, one after another. */
async function pass(rig: Rig, ms: number): Promise<number[]> {
  const seen: number[] = []
  const note = async (): Promise<void> => {
    const now = await served(rig)
    if (seen.at(-1) !== now) seen.push(now)
  }
  await note()
  for (let at = 0; at < ms; at += 250) {
    await rig.clock.advance(250)
    await rig.talk()
    await note()
  }
  return seen
}

async function begun(ms = 2_000): Promise<{ readonly rig: Rig; readonly push: string }> {
  const rig = await appliedRig({ nodes, disk: memoryDisk() })
  const outcome = await rig.change(ramped(ms))
  if (!outcome.ok) throw new Error(outcome.error.message)
  await rig.talk()
  return { rig, push: outcome.value.push ?? '' }
}

describe('a ramp', () => {
  it('moves the weights in equal steps over its time, in one push and one revision', async () => {
    const { rig, push } = await begun()
    expect(rig.delivery.push(push)).toMatchObject({
      phase: 'switching',
      ramp: { ms: 2_000, steps: 5, step: 1 },
    })
    expect(rig.store.view().applied.get('default/Traffic/checkout')?.spec).toMatchObject({
      weights: { green: 10_000 },
    })
    const revision = rig.store.view().revision
    expect(await pass(rig, 4_000)).toEqual([20, 40, 60, 80, 100])
    expect(rig.delivery.push(push)).toMatchObject({ phase: 'done', ramp: { step: 5 } })
    expect(rig.store.view().revision).toBe(revision)
    expect(rig.fleet.faults).toEqual([])
  })

  it('takes no step before every proxy has the one before', async () => {
    const { rig, push } = await begun()
    expect(await pass(rig, 500)).toEqual([20, 40])
    rig.fleet.manner('edge-2', { kind: 'mute' })
    expect(await pass(rig, 2_000)).toEqual([40, 60])
    rig.fleet.manner('edge-2', { kind: 'prompt' })
    expect(await pass(rig, 2_000)).toEqual([60, 80, 100])
    expect(rig.delivery.push(push)?.phase).toBe('done')
  })

  it('is taken back by a refusal in its middle, and by silence', async () => {
    for (const kind of ['refuses', 'mute'] as const) {
      const { rig, push } = await begun()
      await pass(rig, 500)
      let asked = 0
      const when = (): boolean => asked++ === 0
      rig.fleet.manner('edge-2', kind === 'mute' ? { kind } : { kind, type: typeUrls.rds, when })
      const seen = await pass(rig, kind === 'mute' ? 7_000 : 750)
      expect(seen.at(-1), kind).toBe(0)
      expect(Math.max(...seen), kind).toBeLessThan(100)
      rig.fleet.manner('edge-2', { kind: 'prompt' })
      await rig.runOut()
      expect(rig.delivery.push(push)?.phase, kind).toBe('reverted')
      expect(rig.store.view().heads.get('default/Traffic/checkout')?.spec).toMatchObject({
        weights: { blue: 10_000 },
      })
    }
  })

  it('is taken back by an abort', async () => {
    const { rig, push } = await begun()
    await pass(rig, 500)
    expect((await rig.delivery.abort(push, 'ada', 'enough')).ok).toBe(true)
    await rig.talk()
    expect(await served(rig)).toBe(0)
    expect(rig.delivery.push(push)?.phase).toBe('reverted')
  })

  it('is overtaken by a rollback at once, which goes back to where the ramp came from', async () => {
    const { rig, push } = await begun()
    await pass(rig, 500)
    const back = await rig.rollback()
    expect(await served(rig)).toBe(0)
    await rig.talk()
    expect(rig.delivery.push(push)).toMatchObject({ phase: 'overtaken' })
    expect(rig.push(back).phase).toBe('done')
    expect(await pass(rig, 3_000)).toEqual([0])
  })

  it('is overtaken by another switch without a jump: what that prepares leaves the shares where they are', async () => {
    const red = service('checkout', [
      environment('blue'),
      environment('green', 'v2', [9201]),
      environment('red', 'v3', [9301]),
    ])
    const { rig } = await begun()
    await pass(rig, 500)
    await rig.apply(red)
    await rig.talk()
    // Nobody knows whether it is still prepared.
    rig.fleet.disconnect('edge-2')
    const overtaking = await rig.change({ ...moved, weights: { red: 10_000 } })
    expect(overtaking).toMatchObject({ ok: true, value: { push: expect.any(String) } })
    expect(await served(rig)).toBe(40)
    expect(rig.store.view().applied.get('default/Traffic/checkout')?.spec).toMatchObject({
      weights: { blue: 6_000, green: 4_000 },
    })
  })

  it('goes on from its durable step after a crash, whatever the step', async () => {
    for (const ms of [0, 500, 1_000, 1_500]) {
      const { rig, push } = await begun()
      const [reached = 0] = (await pass(rig, ms)).slice(-1)
      const next = await afterDeath(rig, nodes)
      await next.talk()
      expect(await served(next)).toBe(reached)
      const seen = await pass(next, 5_000)
      expect(seen).toEqual([...seen].sort((a, b) => a - b))
      expect(seen.at(-1)).toBe(100)
      expect(next.delivery.push(push)?.phase).toBe('done')
    }
  })

  it('lets other changes of its proxies pass between its steps', async () => {
    const { rig, push } = await begun(20_000)
    const added = await rig.apply(
      service('checkout', [environment('blue', 'v1', [9101, 9102]), environment('green', 'v2', [9201])]),
    )
    await rig.talk()
    expect(rig.push(added).phase).toBe('done')
    expect(await served(rig)).toBe(5)
    expect(rig.delivery.push(push)?.phase).toBe('switching')
  })

  it('keeps the release that it still sends traffic to', async () => {
    const { rig } = await begun()
    const next = service('checkout', [environment('blue', 'v9'), environment('green', 'v2', [9201])])
    const refusal = 'push/2 (ramp 20 %) still sends traffic to \\"blue\\"'
    await expect(rig.apply(next)).rejects.toThrow(refusal)
    // A dry run that says yes to what is then refused is worth nothing.
    await expect(rig.apply(next, { dryRun: true })).rejects.toThrow(refusal)
  })

  it.each([0, 499, 3_600_001, Number.NaN])('is refused over %s ms', async (ms) => {
    const rig = await appliedRig({ nodes })
    expect(await rig.change(ramped(ms))).toMatchObject({
      ok: false,
      error: {
        kind: 'invalid',
        violations: [{ path: 'ramp', message: expect.stringContaining('wanted 500 ms to 1 h') }],
      },
    })
  })
})

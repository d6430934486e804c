// Undo: what one revision changed is put back, what others changed since stays, and everything that guards a change guards this.
import { describe, expect, it } from 'vitest'
import type { Problem, Result } from '../../../src/base/index.ts'
import { typeUrls } from '../../../src/envoy-api/index.ts'
import type { ChangeAnswer, ChangeCommand } from '../../../src/push/index.ts'
import {
  appliedRig,
  createRig,
  environment,
  gateway,
  group,
  type Rig,
  route,
  service,
} from './support/rig.ts'

const by = { actor: 'lena', reason: '' }
const undo = (
  rig: Rig,
  revision: number | undefined,
  more: Partial<Extract<ChangeCommand, { verb: 'undo' | 'restore' }>> = {},
): Promise<Result<ChangeAnswer, Problem>> =>
  rig.change({ ...by, ...more, verb: 'undo', revision: revision ?? 0 })
const must = (answer: Result<ChangeAnswer, Problem>): ChangeAnswer => {
  if (!answer.ok) throw new Error(JSON.stringify(answer.error))
  return answer.value
}
const refused = (answer: Result<ChangeAnswer, Problem>): string =>
  answer.ok ? 'it was not refused' : answer.error.message

const trafficOf = (rig: Rig, name = 'checkout') => {
  const traffic = rig.store.view().heads.get(`default/Traffic/${name}`)
  return traffic?.kind === 'Traffic' ? traffic.spec : undefined
}
const serviceOf = (rig: Rig, name = 'checkout') => {
  const found = rig.store.view().heads.get(`default/Service/${name}`)
  if (found?.kind !== 'Service') throw new Error(`no service ${name}`)
  return found
}
/** The service with settings of its own. */
const withUpstream = (upstream: string, green = environment('green', 'v2', [9201])): string =>
  service('checkout', [environment('blue'), green]).replace(
    'ports: [{name: http}],',
    `ports: [{name: http}], upstream: ${upstream},`,
  )
const settled = async (rig: Rig, answer: ChangeAnswer): Promise<string> => {
  await rig.runOut()
  return answer.push === undefined ? 'no push' : rig.push(answer).phase
}

describe('undo of a move of traffic', () => {
  it('puts the shares back, on every proxy, as one revision that names what it undoes', async () => {
    const rig = await appliedRig({ nodes: ['edge-1', 'edge-2'] })
    const moved = await rig.switchTo('green')
    await rig.runOut()
    const undone = must(await undo(rig, moved.revision, { reason: 'errors' }))
    expect(await settled(rig, undone)).toBe('done')
    expect(trafficOf(rig)?.weights).toEqual({ blue: 10_000 })
    expect(rig.store.view().applied.get('default/Traffic/checkout')).toBe(
      rig.store.view().heads.get('default/Traffic/checkout'),
    )
    expect(await rig.store.revision(undone.revision ?? 0)).toMatchObject({
      verb: 'undo',
      actor: 'lena',
      reason: 'undo of r2: errors',
    })
    expect(undone.revision).toBe(3)
    expect(undone.notes[0]).toBe('undoes r2 (switch by deploy-bot: test)')
  })

  it('is undone itself, there and back', async () => {
    const rig = await appliedRig({ nodes: ['edge-1'] })
    const moved = await rig.switchTo('green')
    await rig.runOut()
    const undone = must(await undo(rig, moved.revision))
    await rig.runOut()
    const again = must(await undo(rig, undone.revision))
    expect(await settled(rig, again)).toBe('done')
    expect(trafficOf(rig)?.weights).toEqual({ green: 10_000 })
    const back = must(await undo(rig, again.revision))
    await settled(rig, back)
    expect(trafficOf(rig)?.weights).toEqual({ blue: 10_000 })
  })

  it('is a conflict where the shares were moved again, and says by whom', async () => {
    const rig = await appliedRig({ nodes: ['edge-1'] })
    const moved = await rig.switchTo('green')
    await rig.runOut()
    must(
      await rig.change({
        ...by,
        verb: 'split',
        namespace: 'default',
        service: 'checkout',
        weights: { blue: 5_000, green: 5_000 },
      }),
    )
    await rig.runOut()
    const before = rig.store.view().revision
    const answer = await undo(rig, moved.revision)
    expect(answer.ok ? undefined : answer.error).toMatchObject({ kind: 'conflict', winner: 'r3 by lena' })
    expect(refused(answer)).toMatch(
      /^r2 cannot be undone: Traffic default\/checkout was changed since, last by r3 by lena: traffic is blue 50 %, green 50 %, not green 100 %/,
    )
    expect(rig.store.view().revision).toBe(before)
  })

  it('is refused where the release that it went away from is gone', async () => {
    const rig = await appliedRig({ nodes: ['edge-1'] })
    const moved = await rig.switchTo('green')
    await rig.runOut()
    await rig.apply(service('checkout', [environment('blue', 'v3'), environment('green', 'v2', [9201])]))
    await rig.runOut()
    expect(refused(await undo(rig, moved.revision))).toBe(
      'Service default/checkout: the traffic of r1 went to blue.1, which is gone; there are blue.2 (v3), green.1 (v2): apply that release to an environment without traffic, and switch',
    )
  })

  it('does not go back over a fence, unless forced, and says so for ever', async () => {
    const rig = await appliedRig({ nodes: ['edge-1'] })
    const moved = await rig.switchTo('green')
    await rig.runOut()
    must(
      await rig.change({ ...by, verb: 'fence', namespace: 'default', service: 'checkout', reason: 'column' }),
    )
    expect(refused(await undo(rig, moved.revision))).toMatch(/blue\.1 is behind fence 1: "column"/)
    const forced = must(await undo(rig, moved.revision, { force: true }))
    expect((await rig.store.revision(forced.revision ?? 0))?.reason).toBe('undo of r2 (forced past fence 1)')
    expect(trafficOf(rig)?.fences).toHaveLength(1)
  })

  it('stands before the gate of switches: too few endpoints are refused', async () => {
    const rig = await createRig({ nodes: ['edge-1'] })
    const many = [9101, 9102, 9103, 9104, 9105]
    const both = (blue: readonly number[]): string =>
      service('checkout', [environment('blue', 'v1', blue), environment('green', 'v2', many)])
    await rig.apply(group() + gateway() + both(many) + route())
    await rig.talk()
    const moved = await rig.switchTo('green')
    await rig.runOut()
    await rig.apply(both([9101]))
    await rig.runOut()
    expect(refused(await undo(rig, moved.revision))).toMatch(
      /"blue" has 1 usable endpoint, wanted at least 4/,
    )
    expect(must(await undo(rig, moved.revision, { force: true })).revision).toBeDefined()
  })

  it('takes a fence away that the revision put, and puts one back that it took', async () => {
    const rig = await appliedRig({ nodes: ['edge-1'] })
    await rig.switchTo('green')
    await rig.runOut()
    const fence = must(
      await rig.change({ ...by, verb: 'fence', namespace: 'default', service: 'checkout', reason: 'column' }),
    )
    const undone = must(await undo(rig, fence.revision))
    expect(trafficOf(rig)?.fences).toBeUndefined()
    expect(trafficOf(rig)?.weights).toEqual({ green: 10_000 })
    must(await undo(rig, undone.revision))
    expect(trafficOf(rig)?.fences).toMatchObject([{ id: 1, text: 'column' }])
  })

  it('counts a ramp that was overtaken as what its switch has come to', async () => {
    const rig = await appliedRig({ nodes: ['edge-1'] })
    const ramp = must(
      await rig.change({
        ...by,
        verb: 'switch',
        namespace: 'default',
        service: 'checkout',
        weights: { green: 10_000 },
        ramp: 60_000,
      }),
    )
    for (let half = 0; half < 40; half++) {
      await rig.talk()
      await rig.clock.advance(500)
    }
    const undone = must(await undo(rig, ramp.revision))
    expect(await settled(rig, undone)).toBe('done')
    expect(trafficOf(rig)?.weights).toEqual({ blue: 10_000 })
    const hold = await rig.store.revision((undone.revision ?? 0) - 1)
    expect(hold?.verb).toBe('hold')
    expect(refused(await undo(rig, hold?.number))).toMatch(
      /^r3 wrote down how far the ramp of push\/2 had come/,
    )
  })
})

describe('undo of a change of objects', () => {
  it('puts fields back and leaves those that others changed since', async () => {
    const rig = await createRig({ nodes: ['edge-1'] })
    await rig.apply(group() + gateway() + withUpstream('{connectTimeout: 1s}') + route())
    const first = await rig.apply(withUpstream('{connectTimeout: 2s}'))
    await rig.apply(withUpstream('{connectTimeout: 2s, loadBalancing: {policy: Random}}'))
    await rig.runOut()
    const dry = must(await undo(rig, first.revision, { dryRun: true }))
    expect(dry.objects).toMatchObject([
      { key: 'default/Service/checkout', lines: ['spec.upstream.connectTimeout: 2s → 1s'] },
    ])
    expect(rig.store.view().revision).toBe(3)
    const undone = must(await undo(rig, first.revision))
    expect(await settled(rig, undone)).toBe('done')
    expect(serviceOf(rig).spec.upstream).toMatchObject({
      connectTimeout: 1_000,
      loadBalancing: { policy: 'Random' },
    })
  })

  it('is a conflict where the same field was changed since, and changes nothing of the rest', async () => {
    const rig = await createRig({ nodes: ['edge-1'] })
    await rig.apply(group() + gateway() + withUpstream('{connectTimeout: 1s}') + route())
    const first = await rig.apply(
      withUpstream('{connectTimeout: 2s}') + route('checkout', ['edge'], 'other.test'),
    )
    await rig.apply(withUpstream('{connectTimeout: 3s}'))
    await rig.runOut()
    const answer = await undo(rig, first.revision)
    expect(refused(answer)).toBe(
      'r2 cannot be undone: Service default/checkout was changed since, last by r3 by deploy-bot: spec.upstream.connectTimeout is 3s, not 2s: undo what came later first, or apply what is wanted',
    )
    expect(rig.store.view().revision).toBe(3)
  })

  it('keeps an environment that came since, and gives the one that comes back an incarnation of its own', async () => {
    const rig = await createRig({ nodes: ['edge-1'] })
    const [blue, green, red] = [
      environment('blue'),
      environment('green', 'v2', [9201]),
      environment('red', 'v9', [9301]),
    ]
    await rig.apply(group() + gateway() + service('checkout', [blue, green]) + route())
    const without = await rig.apply(service('checkout', [blue]))
    await rig.apply(service('checkout', [blue, red]))
    await rig.runOut()
    must(await undo(rig, without.revision))
    await rig.runOut()
    expect(serviceOf(rig).spec.environments.map(({ name }) => name)).toEqual(['blue', 'green', 'red'])
    expect(serviceOf(rig).incarnations).toEqual({ blue: 1, green: 2, red: 1 })
  })

  it('takes away what the revision made, with its traffic, and refuses where others lean on it by then', async () => {
    const rig = await appliedRig({ nodes: ['edge-1'] })
    const cart = await rig.apply(service('cart', [environment('blue', 'v1', [9111])]))
    const leaning = await rig.apply(route('cart'))
    await rig.runOut()
    expect(refused(await undo(rig, cart.revision))).toMatch(
      /Service default\/cart cannot be deleted: Route default\/cart refers to it/,
    )
    must(await undo(rig, leaning.revision))
    await rig.runOut()
    const undone = must(await undo(rig, cart.revision))
    await rig.runOut()
    expect([...rig.store.view().heads.keys()].filter((key) => key.endsWith('/cart'))).toEqual([
      'default/Tombstone/cart',
    ])
    // And comes again, in an incarnation that was never given.
    must(await undo(rig, undone.revision))
    expect(serviceOf(rig, 'cart').incarnations).toEqual({ blue: 2 })
    expect(trafficOf(rig, 'cart')?.weights).toEqual({ blue: 10_000 })
  })

  it('brings a deleted service back with the traffic that it had', async () => {
    const rig = await appliedRig({ nodes: ['edge-1'] })
    await rig.apply(service('cart', [environment('blue', 'v1', [9111]), environment('green', 'v2', [9112])]))
    await rig.switchTo('green', 'cart')
    const deleted = must(await rig.change({ ...by, verb: 'delete', keys: [{ key: 'default/Service/cart' }] }))
    await rig.runOut()
    const undone = must(await undo(rig, deleted.revision))
    expect(await settled(rig, undone)).toMatch(/done|no push/)
    expect(trafficOf(rig, 'cart')).toMatchObject({ weights: { green: 10_000 }, incarnations: { green: 2 } })
  })

  it('is refused where it would change a release under traffic, unless in place', async () => {
    const rig = await appliedRig({ nodes: ['edge-1'] })
    const rolled = await rig.apply(
      service('checkout', [environment('blue', 'v1b'), environment('green', 'v2', [9201])]),
      {
        inPlace: true,
      },
    )
    await rig.runOut()
    expect(refused(await undo(rig, rolled.revision))).toMatch(/its release cannot change from v1b to v1/)
    must(await undo(rig, rolled.revision, { inPlace: true }))
    expect(serviceOf(rig).spec.environments[0]?.release.version).toBe('v1')
    expect(serviceOf(rig).incarnations).toMatchObject({ blue: 1 })
  })

  it('asks before listeners drain, as apply does', async () => {
    const rig = await appliedRig({ nodes: ['edge-1'] })
    const more = await rig.apply(
      gateway().replace('{name: http, port: 10000}', '{name: http, port: 10000}, {name: more, port: 10001}'),
    )
    await rig.runOut()
    expect(refused(await undo(rig, more.revision))).toMatch(
      /listener more \(.*\) drains on 1 proxy of default\/edge.*--allow-drain/,
    )
    expect(must(await undo(rig, more.revision, { dryRun: true })).notes[0]).toMatch(/listener more .* drains/)
    must(await undo(rig, more.revision, { allowDrain: true }))
  })
})

describe('a revision that cannot be undone', () => {
  it('is not there yet, or is no longer kept', async () => {
    const rig = await appliedRig({ nodes: ['edge-1'] })
    expect(refused(await undo(rig, 7))).toBe('there is no revision r7: the newest is r1')
    expect((await undo(rig, 7)).ok).toBe(false)
  })

  it('took something back itself: that is said, and so is that the other is taken back already', async () => {
    const rig = await appliedRig({ nodes: ['edge-1'] })
    const isGreen = (names: readonly string[]): boolean => names.length > 0 && !over
    let over = false
    rig.fleet.manner('edge-1', { kind: 'refuses', type: typeUrls.rds, when: isGreen })
    const moved = await rig.switchTo('green')
    await rig.talk()
    over = true
    await rig.runOut()
    expect(rig.push(moved).phase).toBe('reverted')
    rig.fleet.manner('edge-1', { kind: 'prompt' })
    expect(refused(await undo(rig, 3))).toBe(
      'r3 took back the change of push/2: there is nothing of its own to undo. Send that change again',
    )
    const again = must(await undo(rig, moved.revision))
    expect(again.revision).toBeUndefined()
    expect(again.notes[0]).toMatch(/^r2 was taken back already, by r3/)
    await rig.switchTo('green')
    await rig.runOut()
    expect(must(await undo(rig, moved.revision)).revision).toBeUndefined()
  })

  it('is undone already: nothing is written', async () => {
    const rig = await appliedRig({ nodes: ['edge-1'] })
    const moved = await rig.switchTo('green')
    await rig.runOut()
    await rig.rollback()
    await rig.runOut()
    const again = must(await undo(rig, moved.revision))
    expect(again.revision).toBeUndefined()
    expect(again.notes[0]).toMatch(/^r2 is undone already/)
  })
})

describe('the same request', () => {
  it('sent twice is one undo', async () => {
    const rig = await appliedRig({ nodes: ['edge-1'] })
    const moved = await rig.switchTo('green')
    await rig.runOut()
    const first = must(await undo(rig, moved.revision, { requestId: 'u-1' }))
    await rig.runOut()
    expect(must(await undo(rig, moved.revision, { requestId: 'u-1' }))).toEqual(first)
    expect(rig.store.view().revision).toBe(3)
  })
})

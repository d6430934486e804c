// Restore: the world as it was at a revision, as one change that everything guards; what cannot come back is named.
import { describe, expect, it } from 'vitest'
import type { Problem, Result } from '../../../src/base/index.ts'
import { keyOf, type StoredObject } from '../../../src/model/index.ts'
import type { ChangeAnswer, ChangeCommand } from '../../../src/push/index.ts'
import { appliedRig, environment, type Rig, route, service } from './support/rig.ts'

const by = { actor: 'lena', reason: '' }
const restore = (
  rig: Rig,
  revision: number,
  more: Partial<Extract<ChangeCommand, { verb: 'undo' | 'restore' }>> = {},
): Promise<Result<ChangeAnswer, Problem>> => rig.change({ ...by, ...more, verb: 'restore', revision })
const must = (answer: Result<ChangeAnswer, Problem>): ChangeAnswer => {
  if (!answer.ok) throw new Error(JSON.stringify(answer.error))
  return answer.value
}
const refused = (answer: Result<ChangeAnswer, Problem>): string =>
  answer.ok ? 'it was not refused' : answer.error.message
const green = environment('green', 'v2', [9201])

/** What people wrote of every object, and where its traffic is. */
const written = (rig: Rig): readonly string[] =>
  [...rig.store.view().heads.values()].filter(({ kind }) => kind !== 'Tombstone').map(wordOf)
const wordOf = (object: StoredObject): string => {
  const spec = object.kind === 'Traffic' ? object.spec.weights : object.spec
  return `${keyOf(object)} ${JSON.stringify(spec)}`
}
const move = (rig: Rig, weights: Readonly<Record<string, number>>, name = 'checkout') =>
  rig.change({ ...by, verb: 'split', namespace: 'default', service: name, weights }).then(must)
const policy = (spec: string): string =>
  `---\napiVersion: verdigris.dev/v1alpha1\nkind: TrafficPolicy\nmetadata: {name: checkout}\nspec: {service: checkout, ${spec}}\n`
const beta = 'cohorts: [{name: beta, environment: green, matches: [{headers: [{name: x-beta, exact: "1"}]}]}]'

describe('restore', () => {
  it('brings objects, deletions and traffic back as one revision and one push, and the fleet with them', async () => {
    const rig = await appliedRig({ nodes: ['edge-1', 'edge-2'] })
    await rig.apply(service('cart', [environment('blue', 'v1', [9111])]) + route('cart'))
    await rig.runOut()
    const then = written(rig)
    const routes = rig.fleet.routesOf('edge-1')
    const at = rig.store.view().revision
    await move(rig, { blue: 9_000, green: 1_000 })
    await rig.apply(route('checkout', ['edge'], 'other.test'))
    await rig.apply(service('pay', [environment('blue', 'v1', [9121])]) + route('pay'))
    await rig.runOut()
    must(await rig.change({ ...by, verb: 'delete', keys: [{ key: 'default/Route/cart' }] }))
    await rig.runOut()

    const dry = must(await restore(rig, at, { dryRun: true }))
    expect(dry.objects.map(({ key, change }) => `${change} ${key}`).sort()).toEqual([
      'changed default/Route/checkout',
      'changed default/Traffic/checkout',
      'created default/Route/cart',
      'deleted default/Route/pay',
      'deleted default/Service/pay',
      'deleted default/Traffic/pay',
    ])
    expect(dry.notes).toEqual([
      `everything goes back to as it was at r${at}`,
      'default/checkout blue/green: traffic moves from 90/10 to 100/0, as of r1',
    ])
    const before = rig.store.view().revision
    const answer = must(await restore(rig, at))
    expect(answer.revision).toBe(before + 1)
    await rig.runOut()
    expect(rig.push(answer).phase).toBe('done')
    expect(written(rig)).toEqual(then)
    expect(rig.fleet.routesOf('edge-2')).toEqual(routes)
    expect(await rig.store.revision(before + 1)).toMatchObject({
      verb: 'restore',
      reason: `restore of r${at}`,
    })
    const again = must(await restore(rig, at))
    expect(again.revision).toBeUndefined()
    expect(again.notes).toEqual([`everything is as it was at r${at}`])
  })

  it('is undone by one command', async () => {
    const rig = await appliedRig({ nodes: ['edge-1'] })
    await move(rig, { green: 10_000 })
    await rig.apply(route('checkout', ['edge'], 'other.test'))
    await rig.runOut()
    const then = written(rig)
    const restored = must(await restore(rig, 1))
    await rig.runOut()
    expect(written(rig)).not.toEqual(then)
    must(await rig.change({ ...by, verb: 'undo', revision: restored.revision ?? 0 }))
    await rig.runOut()
    expect(written(rig)).toEqual(then)
  })

  it('of a namespace leaves the others alone', async () => {
    const rig = await appliedRig({ nodes: ['edge-1'] })
    const secret = `---\napiVersion: verdigris.dev/v1alpha1\nkind: NodeGroup\nmetadata: {name: other, namespace: shop}\nspec: {selector: {cluster: other}}\n`
    await rig.apply(secret)
    await rig.apply(route('checkout', ['edge'], 'other.test'))
    await rig.runOut()
    const answer = must(await restore(rig, 1, { namespace: 'default' }))
    expect(answer.objects.map(({ key }) => key)).toEqual(['default/Route/checkout'])
    expect(rig.store.view().heads.has('shop/NodeGroup/other')).toBe(true)
    expect(answer.notes[0]).toBe('everything in namespace "default" goes back to as it was at r1')
  })

  it('names releases that served then and are gone, and changes nothing', async () => {
    const rig = await appliedRig({ nodes: ['edge-1'] })
    await move(rig, { green: 10_000 })
    await rig.runOut()
    await rig.apply(
      service('checkout', [environment('blue', 'v3'), green]) + route('checkout', ['edge'], 'x.test'),
    )
    await rig.runOut()
    const before = rig.store.view().revision
    expect(refused(await restore(rig, 1))).toMatch(
      /^Service default\/checkout: the traffic of r1 went to blue\.1, which is gone; there are blue\.2 \(v3\), green\.1 \(v2\)/,
    )
    expect(rig.store.view().revision).toBe(before)
    // The same environment serves, and what runs in it is another release.
    await move(rig, { blue: 10_000 })
    await rig.runOut()
    expect(refused(await restore(rig, 1))).toMatch(/went to blue\.1, which is gone/)
  })

  it('lets an environment go back to its release when its traffic goes in the same change', async () => {
    const rig = await appliedRig({ nodes: ['edge-1'] })
    await rig.apply(service('checkout', [environment('blue'), environment('green', 'v3', [9201])]))
    await rig.runOut()
    await move(rig, { green: 10_000 })
    await rig.runOut()
    const answer = must(await restore(rig, 1))
    await rig.runOut()
    expect(rig.push(answer).phase).toBe('done')
    const checkout = rig.store.view().heads.get('default/Service/checkout')
    expect(checkout?.kind === 'Service' && checkout.incarnations).toEqual({ blue: 1, green: 3 })
    expect(rig.fleet.routesOf('edge-1')).toEqual(['default/checkout/blue.1'])
  })

  it('does not move a fence, nor traffic over it', async () => {
    const rig = await appliedRig({ nodes: ['edge-1'] })
    await move(rig, { green: 10_000 })
    await rig.runOut()
    must(
      await rig.change({ ...by, verb: 'fence', namespace: 'default', service: 'checkout', reason: 'column' }),
    )
    expect(refused(await restore(rig, 1))).toMatch(/blue\.1 is behind fence 1: "column"/)
    expect(must(await restore(rig, 2)).revision).toBeUndefined()
    must(await restore(rig, 1, { force: true }))
    const traffic = rig.store.view().heads.get('default/Traffic/checkout')
    expect(traffic?.kind === 'Traffic' && traffic.spec).toMatchObject({
      weights: { blue: 10_000 },
      fences: [{ id: 1 }],
    })
  })

  it('turns off a cohort with the policy that knows it, and brings both back together', async () => {
    const rig = await appliedRig({ nodes: ['edge-1'] })
    await rig.apply(policy('managedBy: operator'))
    await rig.apply(policy(`managedBy: operator, ${beta}`))
    must(
      await rig.change({
        ...by,
        verb: 'cohort',
        namespace: 'default',
        service: 'checkout',
        cohorts: { beta: true },
      }),
    )
    await rig.runOut()
    const on = rig.store.view().revision
    must(await restore(rig, 2))
    await rig.runOut()
    const cohorts = (): unknown => {
      const traffic = rig.store.view().heads.get('default/Traffic/checkout')
      return traffic?.kind === 'Traffic' ? traffic.spec.cohorts : 'no traffic'
    }
    expect(cohorts()).toBeUndefined()
    must(await restore(rig, on))
    await rig.runOut()
    expect(cohorts()).toEqual(['beta'])
  })

  it('of a revision that is not there, or too old, says so', async () => {
    const rig = await appliedRig({ nodes: ['edge-1'] })
    expect(refused(await restore(rig, 9))).toBe('there is no revision r9: the newest is r1')
  })

  it('is held to the manager of the traffic', async () => {
    const rig = await appliedRig({ nodes: ['edge-1'] })
    await rig.apply(policy('managedBy: "external:shipper"'))
    const moved = await rig.change({
      ...by,
      verb: 'switch',
      namespace: 'default',
      service: 'checkout',
      weights: { green: 10_000 },
      manager: 'shipper',
    })
    must(moved)
    await rig.runOut()
    expect(refused(await restore(rig, 2))).toMatch(/managed by "shipper"/)
    expect(must(await restore(rig, 2, { manager: 'shipper' })).revision).toBe(4)
  })
})

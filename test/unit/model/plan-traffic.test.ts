// Switch, split, rollback and delete: what is planned, and what is refused with which words.
import { describe, expect, it } from 'vitest'
import {
  type EarlierTraffic,
  planApply,
  planDelete,
  planRollback,
  planTraffic,
  type TrafficCommand,
  type World,
} from '../../../src/model/index.ts'
import {
  applied,
  commit,
  environment,
  gateway,
  group,
  lines,
  policy,
  problem,
  read,
  service,
  shop,
  trafficOf,
  value,
} from './fixtures.ts'

const name = { namespace: 'default', service: 'checkout' }
const set = (world: World, weights: Record<string, number>, more: Partial<TrafficCommand> = {}) =>
  planTraffic(world, { ...name, weights, ...more })
const moved = (world: World, weights: Record<string, number>): World =>
  commit(world, value(set(world, weights)))
const blue = environment('blue')

describe('moving traffic', () => {
  it('puts the Traffic of the service and nothing else, with the incarnations that the shares mean', () => {
    const plan = value(set(shop(), { blue: 9000, green: 1000 }))
    expect(plan.puts).toEqual([
      {
        kind: 'Traffic',
        ...{ namespace: 'default', name: 'checkout', labels: {} },
        spec: { weights: { blue: 9000, green: 1000 }, incarnations: { blue: 1, green: 1 } },
      },
    ])
    expect(plan.notes).toEqual(['default/checkout blue/green: traffic moves from 100/0 to 90/10'])
    expect(plan.diffs).toEqual([
      {
        key: 'default/Traffic/checkout',
        change: 'changed',
        lines: ['traffic.blue: 100 % → 90 %', 'traffic.green: 0 % → 10 %'],
      },
    ])
    expect(plan.expects.map(({ key }) => key)).toEqual([
      'default/Traffic/checkout',
      'default/Service/checkout',
      'default/TrafficPolicy/checkout',
    ])
  })

  it('plans nothing when the traffic is there already, and says since when', () => {
    const plan = value(set(shop(), { blue: 10_000 }, { who: () => 'deploy-bot' }))
    expect([plan.puts, plan.expects]).toEqual([[], []])
    expect(plan.notes).toEqual([
      'default/checkout blue/green: traffic unchanged: 100/0, set by deploy-bot in r1',
    ])
  })

  it('lists the environments when one is unknown', () => {
    expect(lines(set(shop(), { gren: 10_000 }))).toEqual([
      'weights.gren: there is no environment "gren"; did you mean "green"? There are "blue", "green"',
    ])
    expect(lines(set(shop(), { canary: 10_000 }))).toEqual([
      'weights.canary: there is no environment "canary"; wanted one of "blue", "green"',
    ])
  })

  it('does not pass over an environment named __proto__ in silence', () => {
    const refusal = 'weights.__proto__: there is no environment "__proto__"; wanted one of "blue", "green"'
    expect(lines(set(shop(), { ['__proto__']: 10_000 }))).toEqual([refusal])
    expect(lines(set(shop(), { blue: 10_000, ['__proto__']: 1 }))).toEqual([refusal])
  })

  it('names a service that was nearly right', () => {
    expect(problem(planTraffic(shop(), { namespace: 'default', service: 'chekout', weights: {} }))).toEqual({
      kind: 'notFound',
      message: 'there is no Service "chekout" in namespace "default"; did you mean "checkout"?',
    })
  })

  it.each([
    [
      { blue: 0, green: 10_000 },
      'weights.blue: wanted a whole number from 1 to 10000 (1/10,000: 2500 is 25 %); an environment that gets nothing is left out, found the number 0',
    ],
    [
      { blue: -1 },
      'weights.blue: wanted a whole number from 1 to 10000 (1/10,000: 2500 is 25 %); an environment that gets nothing is left out, found the number -1',
    ],
    [
      { blue: 0.5, green: 9999.5 },
      'weights.blue: wanted a whole number from 1 to 10000 (1/10,000: 2500 is 25 %), found the number 0.5',
    ],
    [
      { blue: 90, green: 10 },
      'weights: shares sum to 100, wanted 10000: shares are in 1/10,000, 90 % is 9000',
    ],
    [{}, 'weights: shares sum to 0, wanted 10000'],
    [
      { constructor: 10_000 },
      'weights.constructor: the name "constructor" is refused: every JavaScript object has a member of that name, found "constructor"',
    ],
  ])('refuses shares such as %o', (weights, message) => {
    expect(lines(set(shop(), weights))[0]).toBe(message)
  })

  it('compares the etag of the traffic', () => {
    expect(set(shop(), { green: 10_000 }, { etag: trafficOf(shop()).etag }).ok).toBe(true)
    expect(problem(set(moved(shop(), { green: 10_000 }), { blue: 10_000 }, { etag: 'e1' }))).toMatchObject({
      kind: 'conflict',
      winner: 'r2',
    })
  })

  it('does not move to an environment without endpoints', () => {
    const world = applied([service([blue, environment('green', 'v2', [])])])
    expect(problem(set(world, { blue: 5000, green: 5000 }))).toEqual({
      kind: 'precondition',
      message: 'Service default/checkout: traffic cannot move there: environment "green" has no endpoints',
    })
  })

  it('is refused where Git or another system manages it, saying who', () => {
    const git = applied([service(), policy('managedBy: manifest\ninitial: {weights: {blue: 10000}}')])
    expect(problem(set(git, { green: 10_000 })).message).toBe(
      'the traffic of checkout is managed by its manifest: change initial.weights there and apply it (TrafficPolicy default/checkout says managedBy: manifest)',
    )
    const argo = applied([service(), policy('managedBy: external:argo', 'other-name')])
    expect(problem(set(argo, { green: 10_000 })).message).toBe(
      'the traffic of checkout is managed by "argo", the request names no manager (TrafficPolicy default/other-name says managedBy: external:argo)',
    )
    expect(problem(set(argo, { green: 10_000 }, { manager: 'flux' })).message).toContain(
      'the request\'s manager is "flux"',
    )
    expect(set(argo, { green: 10_000 }, { manager: 'argo' }).ok).toBe(true)
  })
})

describe('a rollback', () => {
  const history = (...worlds: World[]): EarlierTraffic[] => worlds.map(trafficOf)

  it('goes to the newest earlier shares that differ, and there and back when done twice', () => {
    const first = shop()
    const second = moved(first, { blue: 9000, green: 1000 })
    const third = moved(second, { green: 10_000 })
    const plan = value(planRollback(third, { ...name, history: history(third, second, first) }))
    expect(plan.puts[0]?.spec).toMatchObject({ weights: { blue: 9000, green: 1000 } })
    expect(plan.notes).toEqual(['default/checkout blue/green: traffic moves from 0/100 to 90/10, as of r2'])
    const back = commit(third, plan)
    const again = value(planRollback(back, { ...name, history: history(back, third, second, first) }))
    expect(again.puts[0]?.spec).toMatchObject({ weights: { green: 10_000 } })
  })

  it('says so when there is nothing to go back to', () => {
    const world = shop()
    expect(problem(planRollback(world, { ...name, history: history(world) })).message).toBe(
      'Service default/checkout has nothing to roll back to: it is at 100/0 and was never elsewhere',
    )
  })

  it('does not go back into an earlier life of the service', () => {
    const world = shop()
    const other: EarlierTraffic = { ...trafficOf(moved(world, { green: 10_000 })), uid: 'another' }
    expect(problem(planRollback(world, { ...name, history: [other] })).kind).toBe('precondition')
  })

  it('is refused when the environment, its incarnation or its endpoints are gone, and says what is there', () => {
    const first = applied([service()])
    const second = moved(first, { green: 10_000 })
    const grown = (environments: readonly string[]): World =>
      commit(second, value(planApply(second, read(service(environments)))))
    const green = environment('green', 'v2', [9201])
    const refusal = (world: World): string =>
      problem(planRollback(world, { ...name, history: history(world, first) })).message
    expect(refusal(grown([green]))).toBe(
      'Service default/checkout cannot roll back to blue=100 (r1): environment "blue" is gone; there is green.1 (v2, 1 endpoint)',
    )
    expect(refusal(grown([environment('blue', 'v3'), green]))).toBe(
      'Service default/checkout cannot roll back to 100/0 (r1): "blue.1" is gone; there are blue.2 (v3, 1 endpoint), green.1 (v2, 1 endpoint)',
    )
    expect(refusal(grown([environment('blue', 'v1', []), green]))).toBe(
      'Service default/checkout cannot roll back to 100/0 (r1): environment "blue" has no endpoints; there are blue.1 (v1, 0 endpoints), green.1 (v2, 1 endpoint)',
    )
  })

  it('is refused where the verbs are', () => {
    const world = applied([service(), policy('managedBy: external:argo')])
    const earlier: EarlierTraffic[] = [{ ...trafficOf(world), spec: { weights: { green: 10_000 } } }]
    expect(problem(planRollback(world, { ...name, history: earlier })).message).toContain('managed by "argo"')
    expect(planRollback(world, { ...name, history: earlier, manager: 'argo' }).ok).toBe(true)
  })
})

describe('a deletion', () => {
  const remove = (world: World, ...keys: string[]) =>
    planDelete(
      world,
      keys.map((key) => ({ key })),
    )

  it('is refused while others refer to the object, naming them', () => {
    expect(problem(remove(shop(), 'default/Service/checkout')).message).toBe(
      'Service default/checkout cannot be deleted: Route default/checkout, TrafficPolicy default/checkout refer to it',
    )
    expect(problem(remove(shop(), 'default/NodeGroup/edge')).message).toBe(
      'NodeGroup default/edge cannot be deleted: Gateway default/edge refers to it',
    )
  })

  it('takes objects together that refer to each other', () => {
    const plan = value(
      remove(shop(), 'default/Service/checkout', 'default/Route/checkout', 'default/TrafficPolicy/checkout'),
    )
    expect(plan.deletes).toEqual([
      'default/Service/checkout',
      'default/Route/checkout',
      'default/TrafficPolicy/checkout',
      'default/Traffic/checkout',
    ])
    expect(plan.diffs.map(({ change }) => change)).toEqual(Array(4).fill('deleted'))
  })

  it('is refused for what is not there, was changed since, or is no key', () => {
    const world = applied([group(), gateway()])
    expect(problem(remove(world, 'default/Gateway/other'))).toEqual({
      kind: 'notFound',
      message: 'there is no Gateway default/other',
    })
    expect(problem(planDelete(world, [{ key: 'default/Gateway/edge', etag: 'old' }])).kind).toBe('conflict')
    expect(lines(remove(world, 'default/Gatway/edge'))).toEqual([
      'key: wanted namespace/Kind/name, found "default/Gatway/edge"',
    ])
    expect(lines(remove(world))).toEqual([': found no object to delete, wanted at least one'])
    expect(lines(remove(shop(), 'default/Traffic/checkout'))).toEqual([
      'key: kind "Traffic" cannot be deleted: it lives and dies with its Service',
    ])
  })
})

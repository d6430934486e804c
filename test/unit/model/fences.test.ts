// Fences: what stands behind one, what they refuse, and what goes past them.
import { describe, expect, it } from 'vitest'
import {
  type FenceCommand,
  planApply,
  planFence,
  planFenceRemoval,
  planRollback,
  planTraffic,
  type World,
} from '../../../src/model/index.ts'
import { applied, commit, environment, problem, read, service, shop, trafficOf, value } from './fixtures.ts'

const name = { namespace: 'default', service: 'checkout' }
const at = Date.UTC(2026, 10, 24)
const move = (world: World, weights: Record<string, number>, force = false): World =>
  commit(world, value(planTraffic(world, { ...name, weights, force })))
const fence = (world: World, past: readonly World[], more: Partial<FenceCommand> = {}) =>
  planFence(world, {
    ...name,
    ...{ text: 'orders.v2 migration', actor: 'ada', at, wholeHistory: true },
    history: [world, ...past].map(trafficOf),
    ...more,
  })
/** All on green, blue behind a fence. */
function fenced(): { readonly world: World; readonly first: World } {
  const first = shop()
  const green = move(first, { green: 10_000 })
  return { first, world: commit(green, value(fence(green, [first]))) }
}

describe('a fence', () => {
  it('stands before what has carried traffic and does not now, and moves nothing', () => {
    const first = shop()
    const green = move(first, { green: 10_000 })
    const plan = value(fence(green, [first]))
    expect(plan.puts.map(({ spec }) => spec)).toEqual([
      {
        weights: { green: 10_000 },
        incarnations: { green: 1 },
        fences: [{ id: 1, text: 'orders.v2 migration', actor: 'ada', at, incarnations: { blue: 1 } }],
      },
    ])
    expect(plan.notes).toEqual(['default/checkout: fence 1 stands before blue.1: orders.v2 migration'])
    expect(plan.diffs[0]?.lines).toEqual(['traffic.fences[1]: added orders.v2 migration'])
  })

  it('refuses every way back, with its text, who and when', () => {
    const { world, first } = fenced()
    const refusal =
      'Service default/checkout: traffic cannot go back: blue.1 is behind fence 1: "orders.v2 migration" (ada, 2026-11-24T00:00:00.000Z): use force if that is no harm, or remove the fence (verdigris fence remove checkout ID)'
    for (const weights of [{ blue: 10_000 }, { blue: 1, green: 9_999 }])
      expect(problem(planTraffic(world, { ...name, weights }))).toEqual({
        kind: 'precondition',
        message: refusal,
      })
    const history = [trafficOf(world), trafficOf(first)]
    expect(problem(planRollback(world, { ...name, history })).message).toBe(refusal)
  })

  it('is gone past by force, which the notes and the revision say; it stands all the same', () => {
    const { world, first } = fenced()
    const plan = value(planRollback(world, { ...name, force: true, history: [world, first].map(trafficOf) }))
    expect(plan.forced).toEqual(['fence 1'])
    expect(plan.notes[1]).toContain('forced, although blue.1 is behind fence 1')
    const back = commit(world, plan)
    expect(trafficOf(back).spec.fences).toHaveLength(1)
    const again = move(back, { green: 10_000 })
    expect(problem(planTraffic(again, { ...name, weights: { blue: 10_000 } })).message).toContain('fence 1')
  })

  it('lets the next release pass, which is another incarnation', () => {
    const { world } = fenced()
    const manifests = read(service([environment('blue', 'v3'), environment('green', 'v2', [9201])]))
    const next = commit(world, value(planApply(world, manifests)))
    expect(trafficOf(move(next, { blue: 10_000 })).spec.weights).toEqual({ blue: 10_000 })
  })

  it('does not stand before what never carried traffic, unless nobody can know', () => {
    const first = applied([
      service([environment('blue'), environment('green', 'v2', [9201]), environment('red', 'v3', [9301])]),
    ])
    const green = move(first, { green: 10_000 })
    const behind = (more: Partial<FenceCommand>) =>
      value(fence(green, [first], more)).puts.map((put) => put.kind === 'Traffic' && put.spec.fences?.[0])
    expect(behind({})).toMatchObject([{ incarnations: { blue: 1 } }])
    expect(behind({ wholeHistory: false })).toMatchObject([{ incarnations: { blue: 1, red: 1 } }])
  })

  it('is refused without words, or with nothing to stand before', () => {
    const first = shop()
    const green = move(first, { green: 10_000 })
    expect(problem(fence(green, [first], { text: ' ' }))).toMatchObject({
      kind: 'invalid',
      violations: [{ path: 'options.reason' }],
    })
    expect(problem(fence(first, [])).message).toContain('has nothing to put behind a fence')
    const half = move(first, { blue: 5_000, green: 5_000 })
    expect(problem(fence(half, [first])).kind).toBe('precondition')
  })

  it('is removed by its number; the next one gets another', () => {
    const { world, first } = fenced()
    expect(problem(planFenceRemoval(world, { ...name, fence: 7 }))).toEqual({
      kind: 'notFound',
      message: 'Service default/checkout has no fence 7: there are 1',
    })
    const second = commit(world, value(fence(world, [first])))
    const open = commit(second, value(planFenceRemoval(second, { ...name, fence: 1 })))
    expect(trafficOf(open).spec.fences?.map(({ id }) => id)).toEqual([2])
    const free = commit(open, value(planFenceRemoval(open, { ...name, fence: 2 })))
    expect(trafficOf(free).spec).not.toHaveProperty('fences')
    expect(planTraffic(free, { ...name, weights: { blue: 10_000 } }).ok).toBe(true)
  })

  it('is one of at most 16', () => {
    const { world, first } = fenced()
    let now = world
    for (let id = 2; id <= 16; id++) now = commit(now, value(fence(now, [first])))
    expect(problem(fence(now, [first]))).toMatchObject({ kind: 'limit', limit: 'fencesPerService' })
  })

  it('holds where Git moves the traffic too', () => {
    const { world } = fenced()
    const git = 'service: checkout\nmanagedBy: manifest\ninitial: {weights: {blue: 10000}}'
    const text = `apiVersion: verdigris.dev/v1alpha1\nkind: TrafficPolicy\nmetadata: {name: checkout}\nspec:\n  ${git.replaceAll('\n', '\n  ')}\n`
    expect(problem(planApply(world, read(text))).message).toContain('blue.1 is behind fence 1')
    expect(value(planApply(world, read(text), { force: true })).notes.join()).toContain('forced, although')
  })
})

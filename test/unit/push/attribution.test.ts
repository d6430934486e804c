import { describe, expect, it } from 'vitest'
import { limits } from '../../../src/base/index.ts'
import { typeUrls } from '../../../src/envoy-api/index.ts'
import { countsAgainst, resourcesMeant } from '../../../src/push/attribution.ts'
import type { Needs } from '../../../src/push/needs.ts'
import type { Push, PushGroupState } from '../../../src/push/push-state.ts'

const group = 'default/edge'
const { cds, rds } = typeUrls
const needs = (names: readonly string[] = ['default/edge/http']): Needs => ({
  changed: new Map([
    [rds, new Set(names)],
    [cds, new Set(['default/checkout/green.2'])],
  ]),
  clusters: new Set(),
  empty: [],
  moves: true,
})
const push = (state: Partial<PushGroupState> = { prepared: 4, switched: 5 }): Push => ({
  id: '7',
  number: 7,
  revision: 41,
  verb: 'apply',
  actor: 'deploy-bot',
  reason: '',
  objects: [],
  startedAt: 0,
  arrivedAt: 0,
  step: { kind: 'deciding' },
  groups: new Map([[group, { group, before: 3, nodes: 1, preparedNodes: 1, switchedNodes: 0, ...state }]]),
  timings: {},
  refusals: [],
})
const refusal = (more: object = {}) => ({
  node: 'edge-1',
  group,
  type: rds,
  generation: 5,
  changed: ['default/edge/http'],
  ...more,
})

describe('a refusal counts against a push', () => {
  it('when it is of something that the push changed, in a generation of its own', () => {
    expect(countsAgainst(push(), needs(), undefined, refusal())).toBe(true)
    expect(
      countsAgainst(
        push({ prepared: 4 }),
        needs(),
        undefined,
        refusal({ type: cds, generation: 4, changed: ['default/checkout/green.2'] }),
      ),
    ).toBe(true)
  })

  it('not when it is of an earlier generation: newer content is under way', () => {
    expect(countsAgainst(push(), needs(), undefined, refusal({ generation: 4 }))).toBe(false)
    expect(
      countsAgainst(
        push(),
        needs(),
        undefined,
        refusal({ type: cds, generation: 3, changed: ['default/checkout/green.2'] }),
      ),
    ).toBe(false)
  })

  it('not when it is of routes that the push has not sent yet', () => {
    expect(countsAgainst(push({ prepared: 4 }), needs(), undefined, refusal())).toBe(false)
  })

  it('not when it is of other resources, another group or another proxy', () => {
    expect(countsAgainst(push(), needs(), undefined, refusal({ changed: ['default/side/http'] }))).toBe(false)
    expect(countsAgainst(push(), needs(), undefined, refusal({ changed: [] }))).toBe(false)
    expect(countsAgainst(push(), needs(), undefined, refusal({ group: 'default/side' }))).toBe(false)
    expect(countsAgainst(push(), needs(), new Set(['edge-2']), refusal())).toBe(false)
    expect(countsAgainst(push(), undefined, undefined, refusal())).toBe(false)
  })

  it('when the report was cut off and the push changed more than a report holds', () => {
    const cut = Array.from({ length: limits.namesPerReport }, (_, index) => `other-${index}`)
    const many = Array.from({ length: limits.namesPerReport }, (_, index) => `mine-${index}`)
    expect(countsAgainst(push(), needs(many), undefined, refusal({ changed: cut }))).toBe(true)
    expect(countsAgainst(push(), needs(['mine']), undefined, refusal({ changed: cut }))).toBe(false)
  })
})

describe('what a refusal may mean', () => {
  const clusters = ['shop/checkout/green.1', 'shop/checkout/green.10', 'shop/cart/green.2']
  const told = (detail: string, changed: readonly string[] = clusters) =>
    resourcesMeant(needs(clusters), { type: rds, changed }, detail)

  it('is what the text names', () => {
    expect(told('Error adding/updating cluster(s) shop/checkout/green.10: no such thing')).toEqual([
      'shop/checkout/green.10',
    ])
    expect(told("cluster 'shop/cart/green.2'.")).toEqual(['shop/cart/green.2'])
  })

  it('is everything that this push changed in the response, where the text names nothing', () => {
    expect(told('no argument for repetition operator: *')).toEqual(clusters)
    expect(told('no good', ['shop/cart/green.2', 'shop/other/blue.1'])).toEqual(['shop/cart/green.2'])
  })

  it('is nothing where nobody knows', () => {
    expect(told('no good', [])).toEqual([])
    expect(resourcesMeant(undefined, { type: rds, changed: clusters }, clusters.join())).toEqual([])
  })

  it('is bounded', () => {
    const many = Array.from({ length: 50 }, (_, index) => `shop/s${index}/blue.1`)
    const meant = resourcesMeant(needs(many), { type: rds, changed: many }, 'no good')
    expect(meant).toHaveLength(limits.resourcesNamed)
  })
})

// Names, keys, durations, suggestions, and which group a node belongs to.
import { describe, expect, it } from 'vitest'
import { nearest, parseDuration, printDuration, suggestion } from '../../../src/base/index.ts'
import {
  clusterName,
  clusterNameOf,
  keyOf,
  matchingOrder,
  type NodeGroupSelector,
  parseClusterName,
  parseKey,
  type SelectableNode,
  selectGroup,
} from '../../../src/model/index.ts'
import { applied, serviceOf, shop, text } from './fixtures.ts'

describe('keys', () => {
  it('come back as their parts', () => {
    const parts = { namespace: 'shop', kind: 'Service', name: 'checkout' } as const
    expect(parseKey(keyOf(parts))).toEqual(parts)
  })
  it.each([
    '',
    'a',
    'a/Service',
    'a/Service/',
    '/Service/b',
    'a/Service/b/c',
    'a/service/b',
    'a/__proto__/b',
    'a/constructor/b',
  ])('are refused when they are %j', (key) => {
    expect(parseKey(key)).toBeUndefined()
  })
})

describe('cluster names', () => {
  it('are made of namespace, service, environment, incarnation, and the port where there are several', () => {
    const identity = { namespace: 'shop', service: 'checkout', environment: 'blue', incarnation: 4 }
    expect(clusterName(identity)).toBe('shop/checkout/blue.4')
    expect(clusterName({ ...identity, port: 'grpc' })).toBe('shop/checkout/blue.4/grpc')
    expect(parseClusterName('shop/checkout/blue.4/grpc')).toEqual({ ...identity, port: 'grpc' })
    expect(parseClusterName('shop/checkout/blue.4')).toEqual(identity)
    expect(parseClusterName('verdigris')).toBeUndefined()
  })
  it('follow the current incarnation, and crash for an environment that is not there', () => {
    expect(clusterNameOf(serviceOf(shop()), 'blue')).toBe('default/checkout/blue.1')
    expect(() => clusterNameOf(serviceOf(shop()), 'red')).toThrow('no environment red')
  })
})

describe('durations', () => {
  it.each([
    ['0s', 0],
    ['250ms', 250],
    ['1s', 1_000],
    ['1.5s', 1_500],
    ['1m', 60_000],
    ['1m30s', 90_000],
    ['24h', 86_400_000],
    ['1h0.001s', 3_600_001],
  ])('%s are %i ms, and back', (written, ms) => {
    expect(parseDuration(written)).toBe(ms)
    expect(printDuration(ms)).toBe(written)
  })
  it('may be written in other ways', () => {
    expect(['90s', '1000ms', '1s500ms', '0h1m'].map(parseDuration)).toEqual([90_000, 1_000, 1_500, 60_000])
  })
  it.each(['', '5', 's', '-1s', '1 s', '1s1m', '1.5m', '1.0001s', '1e3s', '١s'])(
    'are none when they are %j',
    (written) => {
      expect(parseDuration(written)).toBeUndefined()
    },
  )
})

describe('suggestions', () => {
  it('are the nearest name, over swaps, gaps and case', () => {
    expect(nearest('listners', ['listeners', 'nodeGroups'])).toBe('listeners')
    expect(nearest('LISTENERS', ['listeners'])).toBe('listeners')
    expect(nearest('prot', ['port', 'ports'])).toBe('port')
  })
  it('are nothing when nothing is near, and then the names there are', () => {
    expect(nearest('zzz', ['port'])).toBeUndefined()
    expect(nearest('p'.repeat(100_000), ['port'])).toBeUndefined()
    expect(suggestion('zzz', ['port', 'name'])).toBe('; wanted one of "port", "name"')
    expect(suggestion('zzz', [])).toBe('')
  })
})

describe('the node group of a node', () => {
  const node: SelectableNode = {
    cluster: 'edge',
    metadata: { tier: 'front', zone: 'a' },
    locality: { region: 'r1', zone: 'z1', subZone: '' },
  }
  const pick = (...selectors: NodeGroupSelector[]): string | undefined =>
    selectGroup(
      selectors.map((selector, index) => ({ group: `${index}`, selector })),
      node,
    )

  it('is the first whose every condition holds', () => {
    expect(
      pick(
        { cluster: 'other' },
        { cluster: 'edge', metadata: { tier: 'back' } },
        { metadata: { tier: 'front' } },
        {},
      ),
    ).toBe('2')
    expect(pick({ locality: { zone: 'z2' } }, { locality: { region: 'r1', zone: 'z1' } })).toBe('1')
    expect(pick({ locality: { subZone: 'x' } }, { cluster: 'edge' })).toBe('1')
  })
  it('is none when none selects it, and an empty selector selects all', () => {
    expect(pick({ cluster: 'other' })).toBeUndefined()
    expect(pick()).toBeUndefined()
    expect(pick({})).toBe('0')
  })
  it('looks at own members of the metadata only', () => {
    expect(selectGroup([{ group: 'a', selector: { metadata: { valueOf: 'x' } } }], node)).toBeUndefined()
  })
  it('is looked for from more conditions to fewer, then by key, whatever the order of the world', () => {
    const groups = [
      text('NodeGroup', 'any', 'selector: {}'),
      text('NodeGroup', 'b-cluster', 'selector: {cluster: edge}'),
      text('NodeGroup', 'a-tier', 'selector: {metadata: {tier: front}}'),
      text('NodeGroup', 'exact', 'selector: {cluster: edge, metadata: {tier: front}, locality: {zone: z1}}'),
    ]
    const order = ['default/exact', 'default/a-tier', 'default/b-cluster', 'default/any']
    expect(matchingOrder(applied(groups)).map(({ group }) => group)).toEqual(order)
    expect(matchingOrder(applied([...groups].reverse())).map(({ group }) => group)).toEqual(order)
  })
})

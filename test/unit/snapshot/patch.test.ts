// Patches, from manifests to the resources of a node group: what is merged, what is refused, what it costs.
import { describe, expect, it } from 'vitest'
import { typeUrls } from '../../../src/envoy-api/index.ts'
import { parseManifests, planApply, planTraffic, type World } from '../../../src/model/index.ts'
import { createCompiler } from '../../../src/snapshot/index.ts'
import { commit, value } from '../model/fixtures.ts'
import {
  cluster,
  compiled,
  group,
  json,
  listener,
  patch,
  raw,
  said,
  shop,
  tcpTo,
  worldOf,
} from './raw-worlds.ts'

describe('a Patch', () => {
  it('is merged into every cluster of a service, whatever its incarnation', () => {
    const world = worldOf(
      shop,
      patch(
        '{ type: Cluster, service: shop }',
        '{ connectTimeout: 7s, metadata: { filterMetadata: { a: { b: 1 } } } }',
      ),
    )
    const of = compiled(world)
    for (const name of ['default/shop/blue.1', 'default/shop/green.1']) {
      expect(json(of, typeUrls.cds, name)).toMatchObject({ connectTimeout: '7s', type: 'EDS' })
    }
    expect(of.types.get(typeUrls.cds)?.get('default/shop/blue.1')?.origins).toEqual([
      'default/Patch/patch',
      'default/Service/shop',
    ])
    const released = value(
      planApply(
        world,
        value(parseManifests([{ file: 'x', text: shop.replace('version: v2', 'version: v3') }])),
      ),
    )
    const after = compiled(commit(world, released))
    expect(json(after, typeUrls.cds, 'default/shop/green.2')).toMatchObject({ connectTimeout: '7s' })
  })

  it('of one environment leaves the others as they are', () => {
    const of = compiled(
      worldOf(shop, patch('{ type: Cluster, service: shop, environment: green }', '{ connectTimeout: 7s }')),
    )
    expect(json(of, typeUrls.cds, 'default/shop/green.1')).toMatchObject({ connectTimeout: '7s' })
    expect(json(of, typeUrls.cds, 'default/shop/blue.1')).not.toMatchObject({ connectTimeout: '7s' })
  })

  it('is merged after those of lower priority, and after those before it in the alphabet', () => {
    const target = '{ type: Cluster, service: shop }'
    const at = (name: string, time: string, priority: number): string =>
      patch(target, `{ connectTimeout: ${time} }`, name, `, priority: ${priority}`)
    const timeOf = (...objects: readonly string[]) =>
      json(compiled(worldOf(shop, ...objects)), typeUrls.cds, 'default/shop/blue.1').connectTimeout
    expect(timeOf(at('a', '2s', 0), at('b', '3s', 0))).toBe('3s')
    expect(timeOf(at('b', '3s', 0), at('a', '2s', 0))).toBe('3s')
    expect(timeOf(at('a', '2s', 1), at('b', '3s', 0))).toBe('2s')
  })

  it.each([
    ['Listener', 'default/edge/http', '{ connectionBalanceConfig: { exactBalance: {} } }', typeUrls.lds],
    ['RouteConfiguration', 'default/edge/http', '{ maxDirectResponseBodySizeBytes: 100 }', typeUrls.rds],
    [
      'ClusterLoadAssignment',
      'default/shop/blue.1',
      '{ policy: { overprovisioningFactor: 200 } }',
      typeUrls.eds,
    ],
    ['Runtime', 'verdigris-flags', '{ layer: { a.b: 1 } }', typeUrls.rtds],
  ] as const)('changes a %s and nothing else', (type, name, merge, typeUrl) => {
    const plain = compiled(worldOf(shop))
    const of = compiled(worldOf(shop, patch(`{ type: ${type}, name: ${name} }`, merge)))
    for (const [each, resources] of plain.types) {
      for (const [resource, { hash }] of resources) {
        const same = of.types.get(each)?.get(resource)?.hash === hash
        expect([resource, same]).toEqual([resource, !(each === typeUrl && resource === name)])
      }
    }
    json(of, typeUrl, name)
  })

  it('gives a route configuration that it changes nothing in byte for byte as it was', () => {
    const plain = compiled(worldOf(shop))
    const of = compiled(
      worldOf(
        shop,
        patch('{ type: RouteConfiguration, name: default/edge/http }', '{ validateClusters: true }'),
      ),
    )
    const [before, after] = [plain, of].map(({ types }) => types.get(typeUrls.rds)?.get('default/edge/http'))
    expect(after?.hash).toBe(before?.hash)
    expect(of.notes).toEqual([
      {
        origin: 'default/Patch/patch',
        text: 'Patch default/patch changes nothing: RouteConfiguration "default/edge/http" is so already',
      },
    ])
  })

  it.each([
    [
      '{ type: Cluster, name: default/shop/blue.9 }',
      '{ connectTimeout: 7s }',
      'default/Patch/patch spec.target.name: no Cluster "default/shop/blue.9" is generated for node group default/edge; there are default/shop/blue.1, default/shop/green.1, verdigris-floor',
    ],
    [
      '{ type: Cluster, service: shop }',
      '{ transportSocket: { typedConfig: { sni: x } } }',
      'default/Patch/patch spec.merge.transportSocket.typedConfig["@type"]: wanted the type URL of an Any, found none',
    ],
    [
      '{ type: Cluster, service: shop }',
      '{ connectTimeout: 0s }',
      'default/Patch/patch spec.merge.connectTimeout: Cluster "default/shop/blue.1": Envoy would refuse it: wanted more than 0s, found 0s',
    ],
    [
      '{ type: RouteConfiguration, name: default/edge/http }',
      '{ requestMirrorPolicies: [{ cluster: gone }] }',
      'default/Patch/patch spec.merge: RouteConfiguration "default/edge/http" refers to cluster "gone", which is not among the resources',
    ],
  ])('of %s with %s is refused', (target, merge, text) => {
    expect(said(worldOf(shop, patch(target, merge)))).toContain(text)
  })

  it('costs nothing where nothing of its target changes, and nothing at all where there is none', () => {
    const compiler = createCompiler()
    const world = worldOf(shop, patch('{ type: Cluster, service: shop }', '{ connectTimeout: 7s }'))
    value(compiler.compile(world, group))
    const before = compiler.encodeCounts()
    const switched = value(
      planTraffic(world, { namespace: 'default', service: 'shop', weights: { green: 10_000 } }),
    )
    value(compiler.compile(commit(world, switched), group))
    expect(compiler.encodeCounts()).toEqual({
      resources: before.resources + 1,
      virtualHosts: before.virtualHosts + 1,
      routes: before.routes + 1,
    })
  })

  it('of endpoints is not gone past when endpoints change', () => {
    const compiler = createCompiler()
    const observed = { endpoints: new Map(), secrets: new Map() }
    const refreshed = (...objects: readonly string[]) => {
      const world = worldOf(shop, ...objects)
      const of = value(compiler.compile(world, group, observed))
      return compiler.refresh(world, of, ['default/shop'], observed) !== undefined
    }
    expect(refreshed()).toBe(true)
    const merge = '{ policy: { overprovisioningFactor: 200 } }'
    expect(refreshed(patch('{ type: ClusterLoadAssignment, service: shop }', merge))).toBe(false)
  })

  it('says what it does to connections before it is made, changed and taken away', () => {
    const world = worldOf(shop)
    const planned = (from: World, text: string) =>
      value(
        planApply(
          from,
          value(parseManifests([{ file: 'x', text: `apiVersion: verdigris.dev/v1alpha1\n${text}` }])),
        ),
      )
    const onListener = patch('{ type: Listener, name: default/edge/http }', '{ tcpBacklogSize: 10 }')
    const made = planned(world, onListener)
    expect(made.diffs).toMatchObject([{ change: 'created', effect: 'drains', drains: ['default/edge/http'] }])
    const after = commit(world, made)
    expect(planned(after, onListener.replace('10', '11')).diffs).toMatchObject([{ effect: 'drains' }])
    const onCluster = patch('{ type: Cluster, service: shop }', '{ connectTimeout: 7s }')
    expect(planned(world, onCluster).diffs).toMatchObject([{ change: 'created', effect: 'reconnects' }])
    const [one, other] = [
      raw(`${cluster('one')}, ${listener(tcpTo('one'))}`),
      raw(`${cluster('one')}, ${listener(tcpTo('one'), 16_000)}`),
    ]
    expect(planned(planned2(world, one), other).diffs).toMatchObject([{ effect: 'drains', drains: ['raw'] }])
    expect(
      planned(planned2(world, raw(cluster('one'))), raw(cluster('one', ', type: STATIC'))).diffs,
    ).toMatchObject([{ effect: 'reconnects' }])
    function planned2(from: World, text: string): World {
      return commit(from, planned(from, text))
    }
  })
})

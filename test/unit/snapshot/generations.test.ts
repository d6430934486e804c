// Versions, differences, and what a group is served of several worlds.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { typeUrls } from '../../../src/envoy-api/index.ts'
import {
  type CompiledGroup,
  composeTypes,
  createCompiler,
  diffTypes,
  type EncodedResource,
  restoreResource,
  versionOf,
} from '../../../src/snapshot/index.ts'
import { edited, group, serviceOf, small } from '../translate/world.ts'
import { largeWorld, switched, withEndpoint } from './large-world.ts'

const compiler = createCompiler()
function compiled(world: ReturnType<typeof small>): CompiledGroup {
  const result = compiler.compile(world, group)
  if (!result.ok) throw new Error(JSON.stringify(result.error))
  return result.value
}
const alone = (routes: CompiledGroup) => composeTypes({ routes, warm: [], retiring: [] })
const names = (types: ReturnType<typeof alone>['types'], typeUrl: string) => [
  ...(types.get(typeUrl)?.entries.keys() ?? []),
]

/** The small world with green in its next incarnation. */
function nextGreen() {
  return edited(small(), serviceOf, (service) => ({
    ...service,
    incarnations: { ...service.incarnations, green: 2 },
  }))
}

describe('a version', () => {
  it('is the same for the same names and hashes, in whatever order they came', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.string()), fc.nat(), (entries, seed) => {
        const pairs = Object.entries(entries)
        const shuffled = [...pairs].sort(
          (a, b) => ((a[0].length * 31 + seed) % 7) - ((b[0].length * 31 + seed) % 7),
        )
        expect(versionOf(new Map(shuffled))).toBe(versionOf(new Map(pairs)))
      }),
    )
  })

  it('differs when a hash, a name or their number differs', () => {
    const versions = [
      [],
      [['a', '1']],
      [['a', '2']],
      [['b', '1']],
      [
        ['a', '1'],
        ['b', '1'],
      ],
    ].map((pairs) => versionOf(new Map(pairs.map(([name = '', hash = '']) => [name, hash]))))
    expect(new Set(versions).size).toBe(versions.length)
  })

  it('of a type that did not change is shared with the generation before', () => {
    const world = largeWorld(3, 1)
    const before = alone(compiled(world))
    const again = composeTypes({
      routes: compiled(switched(world, 1, 'green')),
      warm: [],
      retiring: [],
      previous: before.types,
    })
    for (const typeUrl of Object.values(typeUrls)) {
      expect(again.types.get(typeUrl) === before.types.get(typeUrl)).toBe(typeUrl !== typeUrls.rds)
    }
  })

  it('of equal content is shared even when it was read from somewhere else', () => {
    const before = alone(compiled(small())).types
    const read = new Map(
      [...before].map(([typeUrl, type]) => [typeUrl, { ...type, entries: new Map(type.entries) }]),
    )
    const after = composeTypes({ routes: compiled(small()), warm: [], retiring: [], previous: read })
    for (const typeUrl of Object.values(typeUrls)) expect(after.types.get(typeUrl)).toBe(read.get(typeUrl))
  })
})

describe('the difference of two generations', () => {
  it('names what to put and what to remove, per type that changed', () => {
    const world = small()
    const before = alone(compiled(world)).types
    const after = alone(compiled(nextGreen())).types
    expect(diffTypes(before, after)).toEqual(
      new Map(
        [typeUrls.cds, typeUrls.eds].map((typeUrl) => [
          typeUrl,
          { put: ['default/checkout/green.2'], remove: ['default/checkout/green.1'] },
        ]),
      ),
    )
  })

  it('is nothing between equal ones, and everything from none', () => {
    const { types } = alone(compiled(small()))
    expect(diffTypes(types, types).size).toBe(0)
    expect(diffTypes(undefined, types).get(typeUrls.lds)).toEqual({
      put: ['default/public/http'],
      remove: [],
    })
    expect(diffTypes(types, new Map()).get(typeUrls.lds)).toEqual({
      put: [],
      remove: ['default/public/http'],
    })
  })

  it('of one endpoint is one load assignment', () => {
    const world = largeWorld(5, 1)
    const diff = diffTypes(
      alone(compiled(world)).types,
      alone(compiled(withEndpoint(world, 2, 'blue', '10.7.7.7'))).types,
    )
    expect(diff).toEqual(new Map([[typeUrls.eds, { put: ['default/service-2/blue.1'], remove: [] }]]))
  })
})

describe('what a group is served of several worlds', () => {
  it('is old and new clusters under the old routes while a push prepares', () => {
    const routes = compiled(small())
    const { types, resources } = composeTypes({ routes, warm: [compiled(nextGreen())], retiring: [] })
    const wanted = ['default/checkout/blue.1', 'default/checkout/green.1', 'default/checkout/green.2']
    expect(names(types, typeUrls.cds)).toEqual([...wanted, 'verdigris-floor'])
    expect(names(types, typeUrls.eds)).toEqual([...wanted, 'verdigris-local'])
    expect(resources.get(typeUrls.rds)).toBe(routes.types.get(typeUrls.rds))
    expect(resources.get(typeUrls.cds)?.get('default/checkout/green.2')?.facts).toEqual({ discovery: 'eds' })
  })

  it('keeps what retires, below everything that is intended', () => {
    const old = compiled(small())
    const retiring = [typeUrls.cds, typeUrls.eds].flatMap((typeUrl): readonly EncodedResource[] => [
      ...(old.types.get(typeUrl)?.values() ?? []),
    ])
    const grown = compiled(
      edited(nextGreen(), serviceOf, (service) => ({
        ...service,
        spec: { ...service.spec, upstream: { idleTimeout: 1_000 } },
      })),
    )
    const { types, resources } = composeTypes({ routes: grown, warm: [], retiring })
    expect(names(types, typeUrls.cds)).toContain('default/checkout/green.1')
    const blue = 'default/checkout/blue.1'
    expect(resources.get(typeUrls.cds)?.get(blue)).toBe(grown.types.get(typeUrls.cds)?.get(blue))
  })

  it('takes a changed cluster from the newest push that changes it, never back to an older content', () => {
    const world = largeWorld(2, 1)
    const mine = compiled(withEndpoint(world, 0, 'blue', '10.6.0.1'))
    const other = compiled(withEndpoint(world, 1, 'blue', '10.6.0.2'))
    const { resources } = composeTypes({ routes: compiled(world), warm: [mine, other], retiring: [] })
    const eds = resources.get(typeUrls.eds)
    expect(eds?.get('default/service-0/blue.1')).toBe(
      mine.types.get(typeUrls.eds)?.get('default/service-0/blue.1'),
    )
    expect(eds?.get('default/service-1/blue.1')).toBe(
      other.types.get(typeUrls.eds)?.get('default/service-1/blue.1'),
    )
  })

  it('is the same maps when nothing is warm or retiring', () => {
    const routes = compiled(small())
    const { resources } = composeTypes({ routes, warm: [routes], retiring: [] })
    for (const [typeUrl, held] of resources) expect(held).toBe(routes.types.get(typeUrl))
  })
})

describe('a resource read back from its bytes', () => {
  it('has the hash, the facts and the Service that it had when it was made', () => {
    for (const resources of compiled(small()).types.values()) {
      for (const made of resources.values()) {
        const { typeUrl, name, hash, facts } = restoreResource(made.name, made.hash, made.body)
        expect({ typeUrl, name, hash, facts }).toEqual({
          typeUrl: made.typeUrl,
          name: made.name,
          hash: made.hash,
          facts: made.facts,
        })
      }
    }
    const cluster = compiled(small()).types.get(typeUrls.cds)?.get('default/checkout/blue.1')
    expect(cluster && restoreResource(cluster.name, cluster.hash, cluster.body).origins).toEqual(
      cluster?.origins,
    )
  })
})

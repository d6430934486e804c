// References, caps, shared addresses and the guard against empty or sharply shrunken sets.
import { describe, expect, it } from 'vitest'
import { limits } from '../../../src/base/index.ts'
import { typeUrls } from '../../../src/envoy-api/index.ts'
import type { GenerationTypes } from '../../../src/store/index.ts'
import { createTranslator } from '../../../src/translate/index.ts'
import {
  type CheckedResource,
  checkResources,
  createDraftChecks,
  guardTypes,
} from '../../../src/validate/index.ts'
import { changed } from '../../golden/world.ts'
import { edited, gatewayOf, group, routeOf, serviceOf, small } from '../translate/world.ts'

function resource(
  typeUrl: string,
  name: string,
  facts: CheckedResource['facts'] = {},
  bytes = 10,
): CheckedResource {
  return { typeUrl, name, body: new Uint8Array(bytes), facts, origins: ['default/Route/checkout'] }
}
const typesOf = (...resources: readonly CheckedResource[]) => {
  const types = new Map<string, Map<string, CheckedResource>>()
  for (const each of resources) {
    const held = types.get(each.typeUrl) ?? new Map()
    types.set(each.typeUrl, held.set(each.name, each))
  }
  return types
}
const messages = (...resources: readonly CheckedResource[]) =>
  checkResources(typesOf(...resources)).map(({ message }) => message)

describe('every name that a resource refers to is there', () => {
  it.each([
    [
      'listener → route configuration',
      resource(typeUrls.lds, 'l', { routes: ['r'] }),
      resource(typeUrls.rds, 'r'),
      'route configuration "r"',
    ],
    [
      'route configuration → cluster',
      resource(typeUrls.rds, 'r', { clusters: ['c'] }),
      resource(typeUrls.cds, 'c'),
      'cluster "c"',
    ],
    [
      'listener → cluster',
      resource(typeUrls.lds, 'l', { clusters: ['c'] }),
      resource(typeUrls.cds, 'c'),
      'cluster "c"',
    ],
    [
      'cluster → load assignment',
      resource(typeUrls.cds, 'c', { discovery: 'eds' }),
      resource(typeUrls.eds, 'c'),
      'load assignment "c"',
    ],
    [
      'cluster → load assignment of another name',
      resource(typeUrls.cds, 'c', { discovery: 'eds', edsName: 'e' }),
      resource(typeUrls.eds, 'e'),
      'load assignment "e"',
    ],
    [
      'cluster → secret',
      resource(typeUrls.cds, 'c', { secrets: ['s'] }),
      resource(typeUrls.sds, 's'),
      'secret "s"',
    ],
    [
      'listener → secret',
      resource(typeUrls.lds, 'l', { secrets: ['s'] }),
      resource(typeUrls.sds, 's'),
      'secret "s"',
    ],
  ])('%s', (_, from, to, named) => {
    expect(messages(from, to)).toEqual([])
    expect(checkResources(typesOf(from))).toEqual([
      {
        object: 'default/Route/checkout',
        path: 'spec',
        message: expect.stringContaining(`refers to ${named}`),
      },
    ])
  })

  it('a static cluster needs no load assignment', () => {
    expect(messages(resource(typeUrls.cds, 'c', { discovery: 'static' }))).toEqual([])
  })

  it('is looked at again when the other side changed', () => {
    const types = typesOf(resource(typeUrls.rds, 'r', { clusters: ['c'] }), resource(typeUrls.cds, 'c'))
    expect(checkResources(types)).toEqual([])
    expect(checkResources(new Map([...types, [typeUrls.cds, new Map()]]))).toHaveLength(1)
    expect(checkResources(types)).toEqual([])
  })
})

describe('nothing is larger or more than a proxy should get', () => {
  it('bytes of a resource', () => {
    expect(messages(resource(typeUrls.rds, 'r', {}, limits.resourceBytes))).toEqual([])
    expect(messages(resource(typeUrls.rds, 'r', {}, limits.resourceBytes + 1))).toEqual([
      `RouteConfiguration "r" has ${limits.resourceBytes + 1} bytes, wanted at most ${limits.resourceBytes}`,
    ])
  })

  it('resources of a type', () => {
    const many = Array.from({ length: limits.resourcesPerType + 1 }, (_, at) =>
      resource(typeUrls.cds, `c${at}`),
    )
    expect(messages(...many)).toEqual([
      `found ${limits.resourcesPerType + 1} resources of type Cluster, wanted at most ${limits.resourcesPerType}`,
    ])
  })

  it('characters of a name, which is not repeated whole', () => {
    const [message = ''] = messages(resource(typeUrls.cds, 'x'.repeat(limits.resourceNameLength + 1)))
    expect(message).toContain(`a name of ${limits.resourceNameLength + 1} characters`)
    expect(message.length).toBeLessThan(300)
  })
})

describe('listeners of one node group', () => {
  const checks = (world: ReturnType<typeof small>) =>
    createDraftChecks()(createTranslator().translate(world, group))

  it('cannot have one address', () => {
    expect(checks(small())).toEqual([])
    const second = { ...gatewayOf(small()), name: 'second' }
    expect(checks(changed(small(), [second]))).toEqual([
      {
        object: 'default/Gateway/second',
        path: 'spec.listeners',
        message:
          'listener default/second/http wants 0.0.0.0:8080, which listener default/public/http of the same node group has',
      },
    ])
  })

  it('are refused by the words of their Gateway where Envoy would refuse them', () => {
    const world = edited(small(), gatewayOf, (gateway) => ({
      ...gateway,
      spec: { ...gateway.spec, listeners: gateway.spec.listeners.map((each) => ({ ...each, port: 70_000 })) },
    }))
    expect(checks(world)).toMatchObject([{ object: 'default/Gateway/public', path: 'spec.listeners[].port' }])
  })

  it('and hosts that Envoy would refuse are named by their place in the Route', () => {
    const world = edited(small(), routeOf, (route) => ({
      ...route,
      spec: { ...route.spec, hosts: ['a\nb'] },
    }))
    expect(checks(world)).toMatchObject([{ object: 'default/Route/checkout', path: 'spec.hosts[0]' }])
  })
})

describe('what Envoy asks beyond its constraints', () => {
  it('is asked of every draft, by the words of its object', () => {
    const world = edited(small(), serviceOf, (service) => ({
      ...service,
      spec: {
        ...service.spec,
        environments: service.spec.environments.map((each) => ({
          ...each,
          endpoints: { static: [{ address: 'backend.internal', port: 80 }] },
        })),
      },
    }))
    expect(createDraftChecks()(createTranslator().translate(world, group))[0]).toMatchObject({
      object: 'default/Service/checkout',
      path: 'spec.environments[].endpoints',
      message: expect.stringContaining('wanted an IP address, found "backend.internal"'),
    })
  })
})

describe('the guard against empty and shrunken sets', () => {
  const generation = (sizes: Readonly<Partial<Record<keyof typeof typeUrls, number>>>): GenerationTypes =>
    new Map(
      Object.entries(typeUrls).map(([key, typeUrl]) => {
        const size = Object.entries(sizes).find(([name]) => name === key)?.[1] ?? 0
        const entries = new Map(Array.from({ length: size }, (_, at) => [`${key}-${at}`, 'h'] as const))
        return [typeUrl, { version: `${key}-${size}`, entries }] as const
      }),
    )
  const guard = (before: GenerationTypes | undefined, after: GenerationTypes, force = false) =>
    guardTypes('default/edge', before, after, { force })

  it('lets a first generation, growth and small losses through', () => {
    expect(guard(undefined, generation({}))).toEqual([])
    expect(guard(generation({}), generation({ lds: 1, cds: 20 }))).toEqual([])
    expect(guard(generation({ cds: 20 }), generation({ cds: 10 }))).toEqual([])
    expect(guard(generation({ cds: limits.shrinkGuardFrom - 1 }), generation({ cds: 1 }))).toEqual([])
  })

  it('holds back a type that would be empty but for what every group has', () => {
    const rest = new Map([[typeUrls.cds, { version: 'v', entries: new Map([['verdigris-floor', 'h']]) }]])
    expect(guard(generation({ lds: 1, cds: 1 }), rest)).toEqual([
      {
        object: 'default/NodeGroup/edge',
        path: 'cds',
        message: expect.stringContaining('would take away all 1 clusters'),
      },
      {
        object: 'default/NodeGroup/edge',
        path: 'lds',
        message: expect.stringContaining('would take away all 1 listeners'),
      },
    ])
  })

  it('holds back a type that would lose more than half, counted by names', () => {
    const [violation] = guard(generation({ cds: 20 }), generation({ cds: 9 }))
    expect(violation?.message).toContain('would take away 11 of 20 clusters of node group default/edge')
  })

  it('lets both through by force', () => {
    expect(guard(generation({ cds: 20 }), generation({ cds: 1 }), true)).toEqual([])
    expect(guard(generation({ lds: 2, cds: 20 }), generation({}), true)).toEqual([])
  })
})

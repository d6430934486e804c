// Each thing is encoded once, and what a person broke is said in their words.
import { describe, expect, it } from 'vitest'
import { type Json, limits } from '../../../src/base/index.ts'
import {
  decodeJson,
  encodeAny,
  encodeJson,
  messageOfTypeUrl,
  splitAny,
  typeUrls,
} from '../../../src/envoy-api/index.ts'
import { type CompiledGroup, type Compiler, createCompiler } from '../../../src/snapshot/index.ts'
import { changed } from '../../golden/world.ts'
import { edited, group, routeOf, serviceOf, small } from '../translate/world.ts'
import { largeWorld, switched, withEndpoint } from './large-world.ts'

function compiled(compiler: Compiler, world: ReturnType<typeof small>): CompiledGroup {
  const result = compiler.compile(world, group)
  if (!result.ok) throw new Error(JSON.stringify(result.error))
  return result.value
}
/** What was encoded by running this. */
function encodedBy(compiler: Compiler, run: () => void) {
  const before = compiler.encodeCounts()
  run()
  const after = compiler.encodeCounts()
  return {
    resources: after.resources - before.resources,
    virtualHosts: after.virtualHosts - before.virtualHosts,
    routes: after.routes - before.routes,
  }
}

describe('each thing is encoded once', () => {
  const world = largeWorld(50, 2)
  const compiler = createCompiler()
  const first = compiled(compiler, world)

  it('a switch encodes one virtual host, and the one route configuration that holds it', () => {
    const count = encodedBy(compiler, () => {
      const after = compiled(compiler, switched(world, 7, 'green'))
      for (const typeUrl of [
        typeUrls.lds,
        typeUrls.cds,
        typeUrls.eds,
        typeUrls.sds,
        typeUrls.rtds,
        typeUrls.ecds,
      ]) {
        expect(after.types.get(typeUrl)).toBe(first.types.get(typeUrl))
      }
    })
    expect(count).toEqual({ resources: 1, virtualHosts: 1, routes: 1 })
  })

  it('a one-endpoint change encodes one resource', () => {
    const count = encodedBy(compiler, () => {
      const after = compiled(compiler, withEndpoint(world, 7, 'blue', '10.9.9.9'))
      expect(after.types.get(typeUrls.cds)).toBe(first.types.get(typeUrls.cds))
      expect(after.types.get(typeUrls.rds)).toBe(first.types.get(typeUrls.rds))
    })
    expect(count).toEqual({ resources: 1, virtualHosts: 0, routes: 0 })
  })

  it('a world that was compiled before encodes nothing, another group with the same content neither', () => {
    expect(encodedBy(compiler, () => compiled(compiler, world))).toEqual({
      resources: 0,
      virtualHosts: 0,
      routes: 0,
    })
    const both = changed(world, [
      {
        kind: 'NodeGroup',
        namespace: 'default',
        name: 'other',
        labels: {},
        spec: { selector: {}, expected: { within: 1 } },
      },
    ])
    expect(encodedBy(compiler, () => compiler.compile(both, 'default/other'))).toEqual({
      resources: 0,
      virtualHosts: 0,
      routes: 0,
    })
  })

  it('a switch back gives the bytes of before', () => {
    const back = compiled(compiler, switched(switched(world, 7, 'green'), 7, 'blue'))
    const hashes = (types: CompiledGroup['types']) =>
      [...types].map(([typeUrl, resources]) => [typeUrl, [...resources.values()].map(({ hash }) => hash)])
    expect(hashes(back.types)).toEqual(hashes(first.types))
  })
})

describe('bytes put together from parts', () => {
  it('equal those of the whole message encoded at once', () => {
    const { types } = compiled(createCompiler(), largeWorld(20, 1))
    for (const resources of types.values()) {
      for (const resource of resources.values()) {
        const { typeUrl, value } = splitAny(resource.body)
        const message = messageOfTypeUrl(typeUrl)
        const whole: Json = decodeJson(message, value)
        expect(Buffer.from(encodeAny(typeUrl, encodeJson(message, whole))).equals(resource.body)).toBe(true)
      }
    }
  })
})

describe('compiling what is not in order', () => {
  it('says notFound for a node group that is not there', () => {
    expect(createCompiler().compile(small(), 'default/nowhere')).toEqual({
      ok: false,
      error: { kind: 'notFound', message: 'there is no NodeGroup default/nowhere' },
    })
  })

  it('names the object behind a constraint of Envoy, once for all its clusters', () => {
    const world = edited(small(), serviceOf, (service) => ({
      ...service,
      spec: { ...service.spec, upstream: { connectTimeout: 0 } },
    }))
    const result = createCompiler().compile(world, group)
    expect(result).toMatchObject({
      ok: false,
      error: {
        kind: 'invalid',
        violations: [{ object: 'default/Service/checkout', path: 'spec.upstream.connectTimeout' }],
      },
    })
  })

  it('names the object behind what cannot be encoded', () => {
    const world = edited(small(), routeOf, (route) => ({
      ...route,
      spec: { ...route.spec, rules: [{ matches: [], service: { name: 'checkout' }, timeout: Number.NaN }] },
    }))
    expect(createCompiler().compile(world, group)).toMatchObject({
      ok: false,
      error: {
        violations: [
          {
            object: 'default/Route/checkout',
            path: 'spec.rules[0]',
            message: expect.stringContaining('cannot become a Route'),
          },
        ],
      },
    })
  })

  it('is not remembered: the world in order compiles as before', () => {
    const compiler = createCompiler()
    const before = compiled(compiler, small())
    compiler.compile(changed(small(), [], ['default/Service/checkout']), group)
    expect([...compiled(compiler, small()).types.keys()]).toEqual([...before.types.keys()])
  })
})

describe('the memory of a compiler', () => {
  it('is bounded: results of the last worlds are shared, older ones are made again', () => {
    const compiler = createCompiler()
    const base = largeWorld(3, 1)
    const worlds = limits.compilesRemembered * 3
    const world = (last: number) => withEndpoint(base, 1, 'green', `10.8.0.${last}`)
    for (let last = 1; last <= worlds; last++) compiled(compiler, world(last))
    expect(encodedBy(compiler, () => compiled(compiler, world(worlds))).resources).toBe(0)
    expect(encodedBy(compiler, () => compiled(compiler, world(1))).resources).toBe(1)
  })
})

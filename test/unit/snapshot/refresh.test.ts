// Endpoints that come and go past translation: the same as compiling anew, and one resource encoded.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type {
  Observed,
  ObservedEndpoint,
  ServiceEndpoints,
  StoredObject,
  World,
} from '../../../src/model/index.ts'
import { keyOf, parseManifests, planApply } from '../../../src/model/index.ts'
import { type CompiledGroup, createCompiler, versionOf } from '../../../src/snapshot/index.ts'

const head = (kind: string, name: string): string =>
  `---\napiVersion: verdigris.dev/v1alpha1\nkind: ${kind}\nmetadata: {name: ${name}}\nspec: `
const environments = (more: string): string =>
  ['blue', 'green']
    .map((name) => `{name: ${name}, release: {version: v1}, endpoints: {registered: true}${more}}`)
    .join(', ')

/** Four services behind one gateway; `more` is said of every environment. */
function worldOf(more = ''): World {
  const text = [
    `${head('NodeGroup', 'edge')}{selector: {cluster: edge}}\n`,
    `${head('Gateway', 'edge')}{nodeGroups: [edge], listeners: [{name: http, port: 8080}]}\n`,
    ...['a', 'b', 'c', 'd'].map(
      (name) =>
        `${head('Service', name)}{ports: [{name: http}], environments: [${environments(more)}]}\n` +
        `${head('Route', name)}{gateways: [{name: edge}], hosts: [${name}.test], rules: [{service: {name: ${name}}}]}\n`,
    ),
  ].join('')
  const read = parseManifests([{ file: 'test', text }])
  if (!read.ok) throw new Error(JSON.stringify(read.error))
  const plan = planApply(new Map(), read.value)
  if (!plan.ok) throw new Error(JSON.stringify(plan.error))
  return new Map(
    plan.value.puts.map((put): [string, StoredObject] => [
      keyOf(put),
      { ...put, uid: '', etag: '', revision: 1 },
    ]),
  )
}

const versions = ({ types }: CompiledGroup): Record<string, string> =>
  Object.fromEntries(
    [...types].map(([type, resources]) => [
      type,
      versionOf(new Map([...resources].map(([name, { hash }]) => [name, hash]))),
    ]),
  )
const seen = (endpoints: ReadonlyMap<string, ServiceEndpoints>): Observed => ({
  endpoints,
  secrets: new Map(),
})
const must = <T>(value: T | undefined): T => {
  if (value === undefined) throw new Error('not refreshed')
  return value
}

const endpoint: fc.Arbitrary<ObservedEndpoint> = fc.record(
  {
    address: fc.constantFrom('10.0.0.1', '10.0.0.2', '10.0.0.3', '::1'),
    ports: fc.record({ http: fc.integer({ min: 1, max: 3 }) }),
    weight: fc.integer({ min: 2, max: 4 }),
    priority: fc.integer({ min: 1, max: 3 }),
    locality: fc.record({ zone: fc.constantFrom('a', 'b') }),
    draining: fc.boolean(),
  },
  { requiredKeys: ['address', 'ports'] },
)
const change = fc.record({
  service: fc.constantFrom('a', 'b', 'c', 'd'),
  slot: fc.constantFrom('blue.1', 'green.1', 'green.2'),
  endpoints: fc.option(
    fc.uniqueArray(endpoint, { maxLength: 4, selector: ({ address, ports }) => `${address} ${ports.http}` }),
  ),
})

describe('a refreshed group', () => {
  it('is what compiling anew gives, after any changes and ways back', () => {
    const world = worldOf()
    fc.assert(
      fc.property(fc.array(change, { maxLength: 12 }), (changes) => {
        const compiler = createCompiler()
        let endpoints = new Map<string, ServiceEndpoints>()
        const first = compiler.compile(world, 'default/edge', seen(endpoints))
        if (!first.ok) throw new Error(JSON.stringify(first.error))
        let held = first.value
        const earlier: Map<string, ServiceEndpoints>[] = []
        for (const [index, { service, slot, endpoints: next }] of changes.entries()) {
          const name = `default/${service}`
          earlier.push(endpoints)
          // Now and then back to the very objects of before.
          const past = index % 4 === 3 ? earlier.at(-2) : undefined
          const after = new Map(past ?? endpoints)
          if (past === undefined) {
            const slots = new Map(after.get(name))
            if (next === null) slots.delete(slot)
            else slots.set(slot, next)
            after.set(name, slots)
          }
          const differ = ['a', 'b', 'c', 'd']
            .map((each) => `default/${each}`)
            .filter((each) => after.get(each) !== endpoints.get(each))
          endpoints = after
          held = must(compiler.refresh(world, held, differ, seen(endpoints)))
          const anew = createCompiler().compile(world, 'default/edge', seen(endpoints))
          if (!anew.ok) throw new Error(JSON.stringify(anew.error))
          expect(versions(held)).toEqual(versions(anew.value))
          // What was remembered on the way misleads no compile that follows.
          const again = compiler.compile(world, 'default/edge', seen(endpoints))
          expect(again.ok && versions(again.value)).toEqual(versions(anew.value))
        }
      }),
      { numRuns: 60 },
    )
  })

  it('misleads no compile of what was observed before', () => {
    const world = worldOf()
    const compiler = createCompiler()
    const before = seen(new Map())
    const first = compiler.compile(world, 'default/edge', before)
    if (!first.ok) throw new Error(JSON.stringify(first.error))
    const one: ServiceEndpoints = new Map([['blue.1', [{ address: '10.0.0.1', ports: { http: 1 } }]]])
    compiler.refresh(world, first.value, ['default/a'], seen(new Map([['default/a', one]])))
    const again = compiler.compile(world, 'default/edge', before)
    expect(again.ok && versions(again.value)).toEqual(versions(first.value))
  })

  it('encodes one resource for one endpoint', () => {
    const world = worldOf()
    const compiler = createCompiler()
    const first = compiler.compile(world, 'default/edge', seen(new Map()))
    if (!first.ok) throw new Error(JSON.stringify(first.error))
    const before = compiler.encodeCounts()
    const one: ServiceEndpoints = new Map([['blue.1', [{ address: '10.0.0.1', ports: { http: 1 } }]]])
    const made = must(
      compiler.refresh(
        world,
        first.value,
        ['default/a', 'default/none'],
        seen(new Map([['default/a', one]])),
      ),
    )
    expect(compiler.encodeCounts()).toEqual({ ...before, resources: before.resources + 1 })
    for (const [type, resources] of made.types)
      if (!type.includes('ClusterLoadAssignment')) expect(resources).toBe(first.value.types.get(type))
  })

  it('is not made where zones are told to other services too', () => {
    const world = worldOf(', upstream: {loadBalancing: {zones: Local}}')
    const compiler = createCompiler()
    const first = compiler.compile(world, 'default/edge', seen(new Map()))
    if (!first.ok) throw new Error(JSON.stringify(first.error))
    // Nor when the last zone goes.
    expect(compiler.refresh(world, first.value, ['default/a'], seen(new Map()))).toBeUndefined()
    const one: ServiceEndpoints = new Map([
      ['blue.1', [{ address: '10.0.0.1', ports: { http: 1 }, locality: { zone: 'a' } }]],
    ])
    expect(
      compiler.refresh(world, first.value, ['default/a'], seen(new Map([['default/a', one]]))),
    ).toBeUndefined()
  })
})

// Properties of the model over generated worlds: printing and parsing undo each other, applying twice changes nothing,
// cluster names never come to mean something else, and no garbage throws or pollutes anything.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson } from '../../src/base/index.ts'
import {
  type Manifest,
  manifestText,
  parseManifests,
  parseObject,
  planApply,
  planDelete,
  planTraffic,
  printManifest,
  type World,
} from '../../src/model/index.ts'
import { commit, value } from '../unit/model/fixtures.ts'

const name = fc.constantFrom('a', 'b', 'blue', 'green', 'x-1', '0')
const names = (least = 1) => fc.uniqueArray(name, { minLength: least, maxLength: 4 })
const duration = fc.oneof(
  fc.integer({ min: 1, max: 999 }).map((ms) => `${ms}ms`),
  fc.integer({ min: 1, max: 9_999 }).map((s) => `${s}s`),
)
const words = fc
  .string({ minLength: 1, maxLength: 12, unit: 'grapheme' })
  .filter((text) => !/\p{Cc}|\p{Surrogate}/u.test(text) && !(text in Object.prototype) && text !== '<<')
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined })

const selector = fc.record({
  cluster: optional(words),
  metadata: optional(fc.dictionary(words, words, { maxKeys: 3 })),
})
const upstream = fc.record({ connectTimeout: optional(duration), idleTimeout: optional(duration) })
const serviceSpec = fc.tuple(names(), names(), upstream).chain(([ports, environments, settings]) =>
  fc
    .tuple(
      ...environments.map((environment) =>
        fc.record({
          name: fc.constant(environment),
          release: fc.record({ version: words }),
          endpoints: fc
            .uniqueArray(fc.integer({ min: 1, max: 65_535 }), { minLength: 1, maxLength: 3 })
            .map((numbers) => ({
              static: numbers.map((port) =>
                ports.length === 1
                  ? { address: '10.0.0.1', port }
                  : { address: '10.0.0.1', ports: Object.fromEntries(ports.map((each) => [each, port])) },
              ),
            })),
        }),
      ),
    )
    .map((list) => ({
      ports: ports.map((each) => ({ name: each })),
      upstream: settings,
      environments: list,
    })),
)
const object = fc
  .oneof(
    fc.record({ kind: fc.constant('NodeGroup'), spec: fc.record({ selector }) }),
    fc.record({ kind: fc.constant('Service'), spec: serviceSpec }),
  )
  .chain(({ kind, spec }) =>
    fc.record({
      apiVersion: fc.constant('verdigris.dev/v1alpha1'),
      kind: fc.constant(kind),
      metadata: fc.record({
        name,
        namespace: optional(name),
        labels: optional(fc.dictionary(words, words, { maxKeys: 3 })),
      }),
      spec: fc.constant<unknown>(spec),
    }),
  )
const plain = (json: unknown): unknown => JSON.parse(JSON.stringify(json))
const parsed = (json: unknown): Manifest => value(parseObject(plain(json)))
const bare = ({ source: _, ...manifest }: Manifest): unknown => manifest

describe('manifests', () => {
  it.each(['yaml', 'json'] as const)('come back from %s as they were printed', (format) => {
    fc.assert(
      fc.property(
        fc.uniqueArray(object, {
          minLength: 1,
          maxLength: 5,
          selector: (one) =>
            canonicalJson([one.kind, one.metadata.name, one.metadata.namespace ?? 'default']),
        }),
        (objects) => {
          const manifests = objects.map(parsed)
          const contents = manifests.map((manifest) =>
            manifest.kind === 'Service' ? { ...manifest, incarnations: {}, incarnationsEver: {} } : manifest,
          )
          const text = manifestText(
            contents.map((content) => printManifest(content)),
            format,
          )
          expect(value(parseManifests([{ file: 'f', text }])).map(bare)).toEqual(manifests)
        },
      ),
    )
  })

  it('read the same as JSON, as YAML and as objects', () => {
    fc.assert(
      fc.property(object, (json) => {
        const text = JSON.stringify(json)
        const asJson = value(parseManifests([{ file: 'f', text }]))
        const asYaml = value(parseManifests([{ file: 'f', text: `# not JSON\n${text}` }]))
        expect([asJson.map(bare), asYaml.map(bare)]).toEqual([[parsed(json)], [parsed(json)]])
      }),
    )
  })
})

describe('garbage', () => {
  const before = Reflect.ownKeys(Object.prototype).length
  const unharmed = (): void => {
    expect(Reflect.ownKeys(Object.prototype)).toHaveLength(before)
  }
  const fragment = fc.constantFrom(
    'apiVersion: verdigris.dev/v1alpha1\n',
    'kind: Service\n',
    'metadata:\n  name: a\n',
    'spec:\n',
    '__proto__:\n  x: 1\n',
    '  - ',
    ': ',
    '&a ',
    '*a ',
    '<<: ',
    '!!js ',
    '---\n',
    '...\n',
    '%YAML 1.1\n',
    '[',
    ']',
    '{',
    '}',
    '"',
    "'",
    '|\n',
    '>\n',
    '\t',
    '\u0000',
    '\ufeff',
    '? ',
    '#',
  )

  it('of characters never throws', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary', maxLength: 200 }),
          fc
            .array(fc.oneof(fragment, fc.string({ maxLength: 5 })), { maxLength: 30 })
            .map((parts) => parts.join('')),
        ),
        (text) => {
          const result = parseManifests([{ file: 'f', text }])
          if (!result.ok && result.error.kind === 'invalid')
            expect(result.error.violations.length).toBeGreaterThan(0)
        },
      ),
      { numRuns: 500 },
    )
    unharmed()
  })

  it('of JSON never throws, neither whole nor grafted onto a manifest', () => {
    const key = fc.oneof(
      fc.constantFrom(
        '__proto__',
        'constructor',
        'prototype',
        'spec',
        'name',
        'selector',
        'metadata',
        'kind',
      ),
      fc.string({ maxLength: 5 }),
    )
    const tree = fc.letrec((tie) => ({
      node: fc.oneof(
        { maxDepth: 4 },
        fc.jsonValue({ maxDepth: 1 }),
        fc.array(tie('node'), { maxLength: 4 }),
        fc
          .array(fc.tuple(key, tie('node')), { maxLength: 4 })
          .map((entries) =>
            JSON.parse(
              `{${entries.map(([name, member]) => `${JSON.stringify(name)}:${JSON.stringify(member)}`).join(',')}}`,
            ),
          ),
      ),
    })).node
    fc.assert(
      fc.property(tree, object, (garbage, json) => {
        parseObject(garbage)
        for (const grafted of [
          { ...json, spec: garbage },
          { ...json, metadata: garbage },
          { ...json, kind: garbage },
        ]) {
          parseObject(grafted)
          parseManifests([{ file: 'f', text: JSON.stringify(grafted) }])
        }
      }),
      { numRuns: 300 },
    )
    unharmed()
  })
})

describe('plans', () => {
  const services = fc.uniqueArray(serviceSpec, { minLength: 1, maxLength: 6 })
  const manifestOf = (spec: unknown): Manifest =>
    parsed({ apiVersion: 'verdigris.dev/v1alpha1', kind: 'Service', metadata: { name: 's' }, spec })

  it('of an apply are empty the second time', () => {
    fc.assert(
      fc.property(services, (specs) => {
        let world: World = new Map()
        for (const spec of specs) {
          const plan = planApply(world, [manifestOf(spec)], { inPlace: true, force: true })
          if (!plan.ok) continue
          world = commit(world, plan.value)
          const again = value(planApply(world, [manifestOf(spec)], { inPlace: true }))
          expect([again.puts, again.deletes]).toEqual([[], []])
        }
      }),
    )
  })

  it('never give a cluster name a second meaning, over applies, switches and deletions', () => {
    const step = fc.oneof(
      serviceSpec.map((spec) => ({ kind: 'apply' as const, spec })),
      name.map((environment) => ({ kind: 'switch' as const, environment })),
      fc.constant({ kind: 'delete' as const }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
        let world: World = new Map()
        const meanings = new Map<string, string>()
        for (const each of steps) {
          const plan =
            each.kind === 'apply'
              ? planApply(world, [manifestOf(each.spec)])
              : each.kind === 'switch'
                ? planTraffic(world, {
                    namespace: 'default',
                    service: 's',
                    weights: { [each.environment]: 10_000 },
                  })
                : planDelete(world, [{ key: 'default/Service/s' }])
          if (!plan.ok) continue
          world = commit(world, plan.value)
          const service = world.get('default/Service/s')
          if (service?.kind !== 'Service') continue
          for (const environment of service.spec.environments) {
            for (const port of service.spec.ports) {
              const suffix = service.spec.ports.length === 1 ? '' : `/${port.name}`
              const cluster = `${environment.name}.${service.incarnations[environment.name]}${suffix}`
              const meaning = canonicalJson([environment.release, port.name])
              expect(meanings.get(cluster) ?? meaning).toBe(meaning)
              meanings.set(cluster, meaning)
            }
          }
        }
      }),
      { numRuns: 200 },
    )
  })
})

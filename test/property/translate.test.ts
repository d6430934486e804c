// Whatever a compiler remembers, it says what a fresh one would say: over random histories of objects, with worlds
// that come back (heads, applied and worlds of running pushes are compiled in turn).
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type ObjectContent,
  type ObjectKey,
  routeSpec,
  sidecarSpec,
  trafficPolicySpec,
  type World,
} from '../../src/model/index.ts'
import { type Compiler, composeTypes, createCompiler } from '../../src/snapshot/index.ts'
import { changed, traffic, worldOf } from '../golden/world.ts'

const frame = worldOf(
  ['edge-1', 'edge-2']
    .map((name) => `kind: NodeGroup\nmetadata: { name: ${name} }\nspec: { selector: { cluster: ${name} } }`)
    .join('\n---\n'),
)
const groups = ['default/edge-1', 'default/edge-2', 'default/nowhere']
const envelope = (name: string) => ({ namespace: 'default', name, labels: {} })
const pick = <T>(...items: readonly T[]) => fc.constantFrom(...items)
const some = <T>(...items: readonly T[]) => fc.subarray([...items], { minLength: 1 })

const gateway = fc
  .record({
    name: pick('a', 'b'),
    nodeGroups: some('edge-1', 'edge-2'),
    listeners: some('http', 'alt'),
    port: pick(80, 81),
  })
  .map(
    ({ name, nodeGroups, listeners, port }): ObjectContent => ({
      ...envelope(name),
      kind: 'Gateway',
      spec: {
        nodeGroups,
        listeners: listeners.map((listener, at) => ({
          name: listener,
          address: '0.0.0.0',
          port: (name === 'a' ? 1_000 : 2_000) + port + at * 10,
          protocol: 'HTTP',
        })),
      },
    }),
  )
const serviceNames = ['s', 's-t', 'u'] as const
const sidecar = fc
  .record({
    name: pick('a', 'c'),
    nodeGroups: some('edge-1', 'edge-2'),
    localPort: pick(8_080, 9_090),
    stands: pick(...serviceNames),
    // The port is needed where the service has several: others are for translation to find.
    calls: some<(typeof serviceNames)[number]>(...serviceNames),
    port: pick(undefined, 'http'),
    environment: pick(undefined, 'blue'),
    accessLog: pick(undefined, { enabled: true }),
  })
  .map(({ name, nodeGroups, localPort, stands, calls, port, environment, accessLog }): ObjectContent => {
    const at = name === 'a' ? 15_000 : 16_000
    const service = (each: string) => ({ name: each, ...(port === undefined ? {} : { port }) })
    const outbound = { port: at + 1, services: calls.map(service), environment, accessLog }
    const spec = sidecarSpec.parse({
      nodeGroups,
      inbound: [{ name: 'in', port: at, localPort, service: service(stands), environment: 'blue' }],
      outbound: [
        { name: 'out', ...outbound },
        { name: 'more', ...outbound, port: at + 2 },
      ],
    })
    return { ...envelope(name), kind: 'Sidecar', spec }
  })
const service = fc
  .record({
    name: pick(...serviceNames),
    environments: some('blue', 'green', 'grey'),
    endpoints: fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 3 }),
    incarnation: pick(1, 2),
    ports: some('http', 'grpc'),
    idleTimeout: pick(undefined, 2_000),
  })
  .map(
    ({ name, environments, endpoints, incarnation, ports, idleTimeout }): ObjectContent => ({
      ...envelope(name),
      kind: 'Service',
      spec: {
        ports: ports.map((port) => ({ name: port, protocol: port === 'grpc' ? 'HTTP2' : 'HTTP' })),
        ...(idleTimeout === undefined ? {} : { upstream: { idleTimeout } }),
        environments: environments.map((environment) => ({
          name: environment,
          release: { version: '1' },
          endpoints: {
            static: endpoints.map((last) =>
              ports.length === 1
                ? { address: `10.0.0.${last}`, port: 80 }
                : { address: `10.0.0.${last}`, ports: { http: 80, grpc: 90 } },
            ),
          },
        })),
      },
      incarnations: Object.fromEntries(environments.map((each) => [each, incarnation])),
      incarnationsEver: {},
    }),
  )
const route = fc
  .record({
    name: pick('r', 'r-s', 'q'),
    gateways: fc.uniqueArray(pick('a', 'b'), { minLength: 1 }),
    listener: pick(undefined, 'http'),
    sidecars: pick<readonly object[]>([], [{ name: 'a' }], [{ name: 'a', listener: 'out' }, { name: 'c' }]),
    hosts: some('x.example.com', 'y.example.com', '*', 's'),
    rules: fc.array(
      fc.record({
        path: pick('/', '/cart', '/cart/', '/pay'),
        kind: pick('prefix', 'exact', 'regex'),
        methods: pick(undefined, ['GET'], ['GET', 'HEAD']),
        service: pick(...serviceNames),
        does: pick<object>(
          ...[{}, { retry: { on: ['5xx'] } }, { rewrite: { path: '/x' } }, { cors: { origins: ['*'] } }],
          ...[{ rateLimit: { requests: 5 } }, { responseHeaders: { set: { 'x-a': 'b' } } }],
          ...[{ redirect: { path: '/y' } }, { directResponse: { status: 200 } }],
        ),
      }),
      { minLength: 1, maxLength: 3 },
    ),
  })
  .map(
    ({ name, gateways, listener, sidecars, hosts, rules }): ObjectContent => ({
      ...envelope(name),
      kind: 'Route',
      spec: {
        gateways: gateways.map((each) =>
          listener === undefined ? { name: each } : { name: each, listener },
        ),
        ...(sidecars.length === 0 ? {} : { sidecars: routeSpec.shape.sidecars.parse(sidecars) ?? [] }),
        hosts,
        rules: rules.flatMap(({ path, kind, methods, service, does }) => {
          const answers = 'redirect' in does || 'directResponse' in does
          const rule = {
            matches: [{ path: { [kind]: path }, ...(methods === undefined ? {} : { methods }) }],
            ...(answers ? {} : { service: { name: service } }),
            ...does,
          }
          // Each by itself: matches that leave others nothing are for translation to find here.
          return routeSpec.parse({ gateways: [{ name: 'a' }], hosts: ['*'], rules: [rule] }).rules
        }),
      },
    }),
  )
const policy = fc
  .record({
    service: pick(...serviceNames),
    stickiness: pick<object | undefined>(
      ...[undefined, { header: 'x-user' }, { bucket: true }, { cookie: 'c', bucket: true }],
    ),
    cohorts: some<'near' | 'beta' | 'inside'>('near', 'beta', 'inside'),
    environment: pick('blue', 'green'),
    to: pick('green', 'grey'),
    carried: pick(undefined, true),
    mirror: pick<object>({}, { includeWrites: true }, { methods: ['GET', 'POST'], maxBodyBytes: 10 }),
  })
  .map(({ service: name, stickiness, cohorts, environment, to, carried, mirror }): ObjectContent => {
    const matches = {
      near: [{ locality: { zone: 'a' } }, { geography: { values: ['NO'] } }],
      beta: [{ cookies: [{ name: 'beta', present: true }], claims: [{ path: ['g'], value: 'v' }] }],
      inside: [{ source: ['10.0.0.0/8', '2001:db8::/33'] }],
    }
    const spec = trafficPolicySpec.parse({
      service: name,
      ...(stickiness === undefined ? {} : { stickiness }),
      ...(carried === undefined ? {} : { carried }),
      cohorts: cohorts.map((each) => ({ name: each, environment, matches: matches[each] })),
      jwt: { issuer: 'i', jwks: '{"keys":[{"kty":"OKP","crv":"Ed25519","x":"AA"}]}' },
      mirrors: [
        { name: 'one', from: 'blue', to },
        { name: 'two', from: 'blue', to, ...mirror },
      ],
    })
    return { ...envelope(`${name}-policy`), kind: 'TrafficPolicy', spec }
  })
const moved = fc
  .record({
    name: pick(...serviceNames),
    to: pick('blue', 'green', 'grey'),
    share: pick(10_000, 9_000),
    cohorts: pick<readonly string[]>([], [], ['beta'], ['near', 'inside']),
    mirrors: pick<Readonly<Record<string, number>>>({}, {}, { one: 10_000 }, { one: 1, two: 2_500 }),
  })
  .map(({ name, to, share, cohorts, mirrors }): ObjectContent => {
    const weights =
      share === 10_000 ? { [to]: share } : { [to]: share, [to === 'blue' ? 'green' : 'blue']: 1_000 }
    return { ...envelope(name), kind: 'Traffic', spec: { weights, cohorts: [...cohorts], mirrors } }
  })

type Step =
  | { readonly kind: 'put'; readonly content: ObjectContent }
  | { readonly kind: 'delete'; readonly key: ObjectKey }
  | { readonly kind: 'back'; readonly by: number }
const put = fc
  .oneof(gateway, sidecar, service, service, route, route, policy, policy, moved, moved)
  .map((content): Step => ({ kind: 'put', content }))
const steps = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: put },
    {
      weight: 1,
      arbitrary: pick('Route/r', 'Service/s', 'Gateway/a', 'Sidecar/a', 'TrafficPolicy/s-policy').map(
        (key): Step => ({ kind: 'delete', key: `default/${key}` }),
      ),
    },
    { weight: 2, arbitrary: fc.integer({ min: 1, max: 4 }).map((by): Step => ({ kind: 'back', by })) },
  ),
  { minLength: 1, maxLength: 30 },
)
/** Enough for most worlds to be valid from the start. */
const start = fc
  .tuple(
    ...['a', 'b'].map((name) => gateway.map((content) => ({ ...content, name }))),
    ...serviceNames.map((name) => service.map((content) => ({ ...content, name }))),
  )
  .map((contents) =>
    changed(frame, [...contents, ...serviceNames.map((name) => traffic('default', name, { blue: 10_000 }))]),
  )

/** Everything that a compile says, without identities. */
function said(compiler: Compiler, world: World, group: string) {
  const compiled = compiler.compile(world, group)
  if (!compiled.ok) return compiled.error
  const { types } = composeTypes({ routes: compiled.value, warm: [], retiring: [] })
  return [...compiled.value.types].map(([typeUrl, resources]) => ({
    typeUrl,
    version: types.get(typeUrl)?.version,
    resources: [...resources].map(([name, { hash, facts, origins }]) => ({ name, hash, facts, origins })),
  }))
}

describe('a compiler that remembers', () => {
  it('gives what a fresh one gives, after every step of any history', () => {
    let valid = 0
    fc.assert(
      fc.property(start, steps, (first, history) => {
        const compiler = createCompiler()
        const worlds: World[] = [first]
        for (const step of [{ kind: 'back', by: 0 } satisfies Step, ...history]) {
          const world = worlds.at(-1) ?? first
          if (step.kind === 'put') worlds.push(changed(world, [step.content]))
          else if (step.kind === 'delete') worlds.push(changed(world, [], [step.key]))
          else worlds.push(worlds.at(-1 - step.by) ?? first)
          const now = worlds.at(-1) ?? first
          for (const group of groups) {
            const remembered = said(compiler, now, group)
            if (Array.isArray(remembered)) valid++
            expect(remembered).toEqual(said(createCompiler(), now, group))
          }
        }
      }),
      { numRuns: 60 },
    )
    // Refusals alone would prove little.
    expect(valid).toBeGreaterThan(200)
  })
})

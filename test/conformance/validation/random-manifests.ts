// Manifests by chance: ordinary ones, and odd ones in which every text, number and duration may lie at the edge of what is
// allowed or beyond it. From one seed always the same.
import fc from 'fast-check'
import { answering, anyMatch, fitting, forwarding, guarding } from './random-rules.ts'

/** One world as people would apply it: a list of objects. */
export type ManifestSet = readonly object[]

const pick = <T>(...items: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...items)
const optional = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined })
const long = (text: string, length: number): string =>
  text.repeat(Math.ceil(length / text.length)).slice(0, length)

/** What differs between ordinary and odd ones. */
interface Parts {
  readonly path: fc.Arbitrary<string>
  readonly host: fc.Arbitrary<string>
  readonly headerName: fc.Arbitrary<string>
  readonly headerText: fc.Arbitrary<string>
  readonly duration: fc.Arbitrary<string>
  readonly address: fc.Arbitrary<string>
  readonly port: fc.Arbitrary<number>
  readonly checkPath: fc.Arbitrary<string>
  readonly checkHost: fc.Arbitrary<string>
}

const segment = fc.stringMatching(/^[a-z0-9-]{1,8}$/)
const ordinaryHost = fc
  .tuple(
    fc.stringMatching(/^[a-z][a-z0-9]{0,6}$/),
    pick('example.com', 'internal', 'example.co.uk'),
    pick('', '*.'),
  )
  .map(([name, domain, star]) => `${star}${name}.${domain}`)
const ordinary: Parts = {
  path: fc.array(segment, { maxLength: 4 }).map((parts) => `/${parts.join('/')}`),
  host: fc.oneof(ordinaryHost, pick('*', '192.0.2.1', '2001:db8::1')),
  headerName: pick('x-user', 'X-Beta', 'cookie', ':method', 'x-1'),
  headerText: fc.stringMatching(/^[ -~]{1,20}$/),
  duration: fc.oneof(
    fc.integer({ min: 1, max: 999 }).map((ms) => `${ms}ms`),
    fc.integer({ min: 1, max: 90 }).map((s) => `${s}s`),
  ),
  address: fc.oneof(fc.ipV4(), fc.ipV6()),
  port: fc.integer({ min: 1, max: 65_535 }),
  checkPath: pick('/', '/healthz', '/ready?full=1'),
  checkHost: pick('web.internal', 'example.com:8080'),
}

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  pick(
    '\u0000',
    '\t',
    '\r\n',
    '\u007f',
    '\u0085',
    '\ud800',
    '%',
    '%00',
    '*',
    '{id}',
    '\\',
    '"',
    '😀',
    'é',
    ' ',
    '\u2028',
  ),
)
const odd: Parts = {
  path: fc.oneof(
    ordinary.path,
    anyText.map((text) => `/${text}`),
    pick(
      '/',
      '//',
      '///a//',
      '/a//',
      '/.',
      '/..',
      '/%2F',
      '/%zz',
      '/*',
      '/a*b',
      '/{id}',
      '/;a=b',
      '/a b',
      '/a?b',
      '/a#b',
      'a',
      '',
      '/é',
      '/😀',
    ),
    pick(2_047, 2_048, 2_049).map((length) => long('/abc', length)),
  ),
  host: fc.oneof(
    ordinaryHost,
    pick(
      '*',
      '*.a',
      '*.*.a',
      'a.*.b',
      '*a',
      'a.*',
      '_x',
      '_',
      'A.b',
      'a.b.',
      '.a',
      '-a',
      'a-',
      'a..b',
      'xn--e1afmkfd',
      'é.com',
      'a:80',
      '[::1]',
    ),
    pick(
      '::1',
      '0:0:0:0:0:0:0:1',
      '::ffff:192.0.2.1',
      '2001:DB8::1',
      '1.2.3',
      '256.1.1.1',
      '01.2.3.4',
      'fe80::1%eth0',
    ),
    pick(252, 253, 254).map((length) => long('a', length)),
    anyText,
  ),
  headerName: fc.oneof(
    ordinary.headerName,
    pick(
      ':authority',
      ':path',
      ':x',
      ':',
      'a b',
      'é',
      'A_B',
      "!#$%&'*+.^_`|~",
      'x-verdigris-cohort',
      'host',
      '',
    ),
    pick(255, 256, 257).map((length) => long('x', length)),
    anyText,
  ),
  headerText: fc.oneof(
    ordinary.headerText,
    anyText,
    pick('', ' ', 'a,b'),
    pick(4_096, 4_097).map((n) => long('v', n)),
  ),
  duration: fc.oneof(
    ordinary.duration,
    pick('0s', '1ms', '0.001s', '0.0001s', '8760h', '8761h', '99999999999999h', '-1s', '1d', '', '1e3s'),
  ),
  address: fc.oneof(
    ordinary.address,
    pick(
      '0.0.0.0',
      '::',
      '255.255.255.255',
      '224.0.0.1',
      '::ffff:1.2.3.4',
      '::1.2.3.4',
      '1::',
      'fe80::1',
      'fe80::1%lo',
      '::1/128',
      'localhost',
    ),
    pick(
      '01.2.3.4',
      '1.2.3',
      '1.2.3.4.5',
      '0x7f.1',
      '2130706433',
      '1:2:3:4:5:6:7:8',
      '1:2:3:4:5:6:7:8:9',
      '12345::',
      '::FFFF',
    ),
  ),
  port: fc.oneof(ordinary.port, pick(0, 1, 65_535, 65_536, -1, 1.5)),
  checkPath: fc.oneof(
    ordinary.checkPath,
    anyText.map((text) => `/${text}`),
    pick('', 'a', '/a b', '/é', '/#', `/${long('x', 2_047)}`, `/${long('x', 2_048)}`),
  ),
  checkHost: fc.oneof(
    ordinary.checkHost,
    anyText,
    pick('', ' ', 'a b', 'é', '*', '[::1]:80', long('h', 253), long('h', 254)),
  ),
}

const environments = ['blue', 'green', 'grey', `e${long('x', 61)}e`] as const

function service(parts: Parts, name: string, ports: readonly string[]): fc.Arbitrary<object> {
  const healthCheck = fc.record(
    {
      http: fc.record({ path: parts.checkPath, host: parts.checkHost }, { requiredKeys: ['path'] }),
      // Never shorter than the time-out.
      interval: pick('90s', '8760h'),
      timeout: parts.duration,
      healthyThreshold: pick(1, 2, 100),
      unhealthyThreshold: pick(1, 3, 100),
    },
    { requiredKeys: ['http', 'interval'] },
  )
  const upstream = fc.record(
    { connectTimeout: parts.duration, idleTimeout: parts.duration, healthCheck },
    { requiredKeys: [] },
  )
  const endpoint = fc
    .record({ address: parts.address, port: parts.port })
    .map(({ address, port }) =>
      ports.length === 1
        ? { address, port }
        : { address, ports: Object.fromEntries(ports.map((each) => [each, port])) },
    )
  return fc
    .record(
      {
        upstream,
        environments: fc.subarray([...environments], { minLength: 1 }).chain((names) =>
          fc.tuple(
            ...names.map((environment) =>
              fc.record(
                {
                  name: fc.constant(environment),
                  release: fc.record({ version: pick('1', 'v1.2.3-é', '😀') }),
                  endpoints: fc.record({
                    static: fc.uniqueArray(endpoint, {
                      minLength: 1,
                      maxLength: 3,
                      selector: (one) => JSON.stringify(one),
                    }),
                  }),
                  upstream,
                },
                { requiredKeys: ['name', 'release', 'endpoints'] },
              ),
            ),
          ),
        ),
      },
      { requiredKeys: ['environments'] },
    )
    .map((spec) =>
      object('Service', name, {
        ports: ports.map((each, at) => ({ name: each, protocol: at === 0 ? 'HTTP' : 'HTTP2' })),
        ...spec,
      }),
    )
}

function route(parts: Parts, name: string): fc.Arbitrary<object> {
  const forwards = fc
    .tuple(forwarding(parts), guarding(parts), pick('web', 'api'))
    .map(([more, guards, to]) => ({
      ...more,
      ...guards,
      service: to === 'web' ? { name: 'web' } : { name: 'api', port: 'grpc' },
    }))
  const answers = fc.tuple(answering(parts), guarding(parts)).map(([own, guards]) => ({ ...own, ...guards }))
  const rule = fc
    .tuple(
      fc.array(anyMatch(parts), { minLength: 1, maxLength: 3 }),
      fc.oneof({ weight: 4, arbitrary: forwards }, { weight: 1, arbitrary: answers }),
    )
    .map(([matches, does]) => fitting({ matches, ...does }))
  return fc
    .record({
      gateways: fc.constant([{ name: 'public' }]),
      hosts: fc.uniqueArray(parts.host, { minLength: 1, maxLength: 3 }),
      rules: fc.array(rule, { minLength: 1, maxLength: 3 }),
    })
    .map((spec) => object('Route', name, spec))
}

const object = (kind: string, name: string, spec: object): object => ({
  apiVersion: 'verdigris.dev/v1alpha1',
  kind,
  metadata: { name },
  spec,
})

const world = (parts: Parts): fc.Arbitrary<ManifestSet> =>
  fc
    .record({
      address: parts.address,
      ports: fc.uniqueArray(parts.port, { minLength: 1, maxLength: 3 }),
      services: fc.tuple(service(parts, 'web', ['http']), service(parts, 'api', ['http', 'grpc'])),
      routes: fc.tuple(route(parts, 'one'), optional(route(parts, 'two'))),
    })
    .map(({ address, ports, services, routes }) => [
      object('NodeGroup', 'edge', { selector: { cluster: 'edge' } }),
      object('Gateway', 'public', {
        nodeGroups: ['edge'],
        listeners: ports.map((port, at) => ({ name: `l${at}`, address, port })),
      }),
      ...services,
      ...routes.filter((each) => each !== undefined),
    ])

/** So many worlds of manifests; the same for the same seed. */
export const randomManifests = (
  kind: 'ordinary' | 'odd',
  count: number,
  seed: number,
): readonly ManifestSet[] =>
  fc.sample(kind === 'ordinary' ? world(ordinary) : oneOdd, { numRuns: count, seed })

/** One odd one among eight: a world of odd ones alone would be refused for one, and the rest never looked at. */
function seldom<T>(usual: fc.Arbitrary<T>, rare: fc.Arbitrary<T>): fc.Arbitrary<T> {
  return fc.oneof({ weight: 7, arbitrary: usual }, { weight: 1, arbitrary: rare })
}

/** Ordinary but for one kind of part. */
const oneOdd = fc.oneof(
  world({ ...ordinary, path: seldom(ordinary.path, odd.path) }),
  world({ ...ordinary, host: seldom(ordinary.host, odd.host) }),
  world({ ...ordinary, headerName: seldom(ordinary.headerName, odd.headerName) }),
  world({ ...ordinary, headerText: seldom(ordinary.headerText, odd.headerText) }),
  world({ ...ordinary, duration: seldom(ordinary.duration, odd.duration) }),
  world({ ...ordinary, address: seldom(ordinary.address, odd.address) }),
  world({ ...ordinary, port: seldom(ordinary.port, odd.port) }),
  world({ ...ordinary, checkPath: seldom(ordinary.checkPath, odd.checkPath) }),
  world({ ...ordinary, checkHost: seldom(ordinary.checkHost, odd.checkHost) }),
)

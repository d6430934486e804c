// The world that explanations are held to an Envoy in: the examples of routes and traffic, a sidecar, resources in Envoy's own
// words, a patch, and rules drawn from a seed. Its hosts, paths, headers and queries are what requests are drawn from.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseAllDocuments, stringify } from 'yaml'
import { createRandom, type Random } from '../sim/random.ts'
import type { LandingBackends } from './landing-backends.ts'

export interface ExplainedWorld {
  /** Manifests for the group and gateway `edge-<variant>`. */
  readonly text: string
  readonly hosts: readonly string[]
  readonly paths: readonly string[]
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly queries: readonly string[]
}

interface Ports {
  readonly outbound: number
  readonly inbound: number
  readonly raw: number
}

type Value = Record<string, unknown>
const root = join(import.meta.dirname, '..', '..', 'examples')

/** Documents of an example, their services on backends of ours, their gateways on the edge. */
async function example(path: string, edge: string, backends: LandingBackends): Promise<Value[]> {
  const documents = parseAllDocuments(readFileSync(join(root, path), 'utf8')).map(
    (each) => each.toJS() as Value,
  )
  const kept = documents.filter(({ kind }) => kind !== 'NodeGroup' && kind !== 'Gateway')
  for (const each of kept) {
    const spec = each.spec as Value
    if (each.kind === 'Route') spec.gateways = [{ name: edge }]
    if (each.kind === 'Service') await atHome(each, backends)
  }
  return kept
}

async function atHome(service: Value, backends: LandingBackends): Promise<void> {
  const { name } = service.metadata as { name: string }
  const { ports, environments } = service.spec as {
    ports: { protocol?: string }[]
    environments: Value[]
  }
  const protocol = ports[0]?.protocol === 'GRPC' ? 'HTTP2' : 'HTTP'
  for (const environment of environments) {
    const port = await backends.port(`default/${name}/${environment.name}`, protocol)
    environment.endpoints = { static: [{ address: '127.0.0.1', port }] }
  }
}

const object = (kind: string, name: string, spec: Value): Value => ({
  apiVersion: 'verdigris.dev/v1alpha1',
  ...{ kind, metadata: { name }, spec },
})

export async function explainedWorld(
  seed: number,
  edge: string,
  ports: Ports,
  backends: LandingBackends,
): Promise<ExplainedWorld> {
  const random = createRandom(seed, 'world')
  const services: [name: string, environments: string[], policy: Value | undefined][] = [
    ['plain', ['blue', 'green'], { initial: { weights: { blue: 7_000, green: 3_000 } } }],
    [
      'sticky',
      ['blue', 'green', 'canary'],
      {
        stickiness: { header: 'X-User', cookie: 'session', bucket: true },
        initial: { weights: { blue: 5_000, green: 3_000, canary: 2_000 } },
      },
    ],
    [
      'grouped',
      ['blue', 'green', 'canary'],
      {
        stickiness: { cookie: 'session' },
        carried: true,
        cohorts: [
          {
            name: 'near',
            environment: 'green',
            matches: [{ source: ['127.0.0.0/8'], headers: [{ name: 'x-near', exact: 'yes' }] }],
          },
          { name: 'far', environment: 'canary', matches: [{ source: ['10.0.0.0/8', '2001:db8::/32'] }] },
          {
            name: 'preview',
            environment: 'canary',
            matches: [
              { cookies: [{ name: 'preview', exact: 'on' }] },
              { query: [{ name: 'preview', exact: 'green' }] },
            ],
          },
          {
            name: 'east',
            environment: 'green',
            matches: [{ locality: { region: 'eu' }, headers: [{ name: 'x-team', prefix: 'ea' }] }],
          },
          { name: 'west', environment: 'green', matches: [{ locality: { region: 'us' } }] },
          {
            name: 'land',
            environment: 'green',
            matches: [{ geography: { header: 'X-Country', values: ['NO', 'SE'] } }],
          },
        ],
        initial: {
          weights: { blue: 6_000, green: 4_000 },
          cohorts: ['near', 'far', 'preview', 'east', 'west', 'land'],
        },
      },
    ],
    [
      'copied',
      ['blue', 'green', 'copy'],
      {
        mirrors: [
          { name: 'all', from: 'blue', to: 'copy' },
          { name: 'writes', from: 'green', to: 'copy', methods: ['POST', 'PUT'], maxBodyBytes: 1_000 },
        ],
        initial: { weights: { blue: 5_000, green: 5_000 }, mirrors: ['all', 'writes'] },
      },
    ],
  ]
  const made: Value[] = []
  for (const [name, environments, policy] of services) {
    const service = object('Service', name, {
      ports: [{ name: 'http' }],
      environments: environments.map((each) => ({
        name: each,
        release: { version: '1' },
        endpoints: { static: [] },
      })),
    })
    await atHome(service, backends)
    made.push(service)
    if (policy !== undefined) {
      const spec = { ...policy, service: name }
      made.push(object('TrafficPolicy', name, spec))
    }
  }
  const drawn = drawRoutes(
    random,
    edge,
    services.map(([name]) => name),
  )
  const rawPort = await backends.port('raw/own/only')
  const own: Value[] = [
    object('Sidecar', 'near', {
      nodeGroups: [edge],
      inbound: [
        {
          name: 'in',
          address: '127.0.0.1',
          port: ports.inbound,
          localPort: await backends.port('local/in/only'),
          service: { name: 'plain' },
          environment: 'blue',
        },
      ],
      outbound: [
        {
          name: 'out',
          address: '127.0.0.1',
          port: ports.outbound,
          environment: 'green',
          services: [{ name: 'plain' }, { name: 'grouped' }],
        },
      ],
    }),
    object('Patch', 'answer', {
      nodeGroups: [edge],
      target: { type: 'RouteConfiguration', name: `default/${edge}/http` },
      merge: {
        responseHeadersToAdd: [
          { header: { key: 'x-edge', value: 'yes' }, appendAction: 'OVERWRITE_IF_EXISTS_OR_ADD' },
        ],
      },
    }),
    object('RawSnapshot', 'own', { nodeGroups: [edge], resources: rawResources(ports.raw, rawPort) }),
  ]
  const examples = [
    ...(await example('routes/fleet.yaml', edge, backends)),
    ...(await example('routes/routes.yaml', edge, backends)),
    ...(await example('traffic/traffic.yaml', edge, backends)),
  ].map((each) => {
    // Two examples share a host: here each has its own.
    const { name } = each.metadata as { name: string }
    if (each.kind === 'Route' && name === 'checkout') (each.spec as Value).hosts = ['checkout.example.com']
    return each
  })
  const all = [...made, ...drawn.routes, ...own, ...examples]
  return {
    // The fleet writes the version of every object.
    text: all.map(({ apiVersion: _, ...each }) => stringify(each, { lineWidth: 0 })).join('---\n'),
    hosts: [
      ...drawn.hosts,
      ...[
        'shop.example.com',
        'cart.example.com',
        'old.example.com',
        'checkout.example.com',
        'nobody.example.org',
      ],
    ],
    paths: [
      ...drawn.paths,
      ...[
        '/items/7',
        '/items',
        '/items/x/y',
        '/api/v1/cart',
        '/prices/1',
        '/news',
        '/uploads/a',
        '/payments',
        '/articles/3',
      ],
      ...['/shop.v1.Cart/Watch', '/shop.v1.Cart/Add', '/robots.html', '/'],
    ],
    headers: [
      ...drawn.headers,
      ...([
        ['x-user', 'lena'],
        ['x-user', 'omar'],
        ['x-user-id', 'u-17'],
        ['x-team', 'checkout'],
        ['x-team', 'east'],
        ['x-near', 'yes'],
        ['x-near', 'no'],
        ['x-country', 'se'],
        ['x-country', 'DE'],
        ['cookie', 'session=s1'],
        ['cookie', 'a=b; session=s2; preview=on'],
        ['cookie', 'preview="on"'],
        ['cookie', 'vd-id=3f0a1b52-1111-4222-8333-444455556666'],
        ['authorization', 'Bearer nonsense'],
        ['x-verdigris-environment', 'green'],
        ['content-type', 'application/grpc'],
        ['content-type', 'application/grpc+proto'],
        ['content-type', 'application/grpc-web'],
        ['origin', 'https://partner.example.org'],
        ['x-envoy-external-address', '10.1.2.3'],
        ['x-request-id', 'given'],
        ['upgrade', 'websocket'],
      ] as const),
    ],
    queries: [...drawn.queries, 'preview=green', 'preview=blue', 'preview'],
  }
}

const names = ['x-a', 'x-b', 'x-tier'] as const
const words = ['one', 'two', 'three', 'onetwo', '7', '42', '100'] as const

/** Routes with a rule for each way of matching; no path is taken twice without a condition, so none is refused. */
function drawRoutes(random: Random, edge: string, services: readonly string[]) {
  const headers: (readonly [string, string])[] = []
  const queries = ['q=1', 'q=2', 'q=', 'q', 'debug=on', 'debug=off', 'q=1&q=2', 'other=1&debug=on']
  const paths = [
    '/',
    '/a',
    '/a/b',
    '/a/b/c',
    '/ab',
    '/a/',
    '/A',
    '/r/12',
    '/r/12x',
    '/r',
    '/long/prefix/here',
    '/long/prefix',
    '/a//b',
    '/a/./b',
    '/a/../r/5',
    '/%61',
    '/a%2Fb',
    '/x%20y',
    '/exact',
    '/exact/',
    ...[
      '/a/%2e%2e/r/5',
      '/a/b/..',
      '/a/b/.',
      '/../a',
      '/a/b//',
      '/a\\b',
      '/a/{b}',
      '/a/<b>',
      '/a/"b"',
      '/a/b|c^d`e',
      '/a/%7e%5f',
      '/a/%zz',
      '/a/b;c=d',
      '/a/b/...',
      '/a/.b',
      '/a//../b',
      '/a/%00b',
    ],
  ]
  for (const name of names) for (const word of words) headers.push([name, word])
  const headerMatch = (): Value => {
    const name = random.pick(names)
    const word = random.pick(words)
    const texts: Value[] = [
      { exact: word },
      { prefix: word.slice(0, 2) },
      { suffix: word.slice(-2) },
      { contains: word.slice(-1) },
      { regex: random.pick(['o.*', '[0-9]+', 'one|two', '(?i)THREE']) },
      { exact: word.toUpperCase(), ignoreCase: true },
      { present: true },
      { present: false },
      { range: { start: 5, end: 50 } },
      { exact: word, invert: true },
      { range: { start: 5, end: 50 }, invert: true },
    ]
    return { name, ...random.pick(texts) }
  }
  const queryMatch = (): Value =>
    random.pick<Value>([
      { name: 'q', exact: '1' },
      { name: 'q', present: true },
      { name: 'q', present: false },
      { name: 'debug', exact: 'on' },
      { name: 'debug', regex: 'o.' },
    ])
  const places = [
    { prefix: '/' },
    { prefix: '/a' },
    { prefix: '/a/b' },
    { exact: '/exact' },
    { regex: '/r/[0-9]+' },
    { prefix: '/long/prefix' },
    { exact: '/a/b/c' },
  ]
  const target = (): Value =>
    random.chance(0.15)
      ? random.pick<Value>([
          { redirect: { scheme: 'https' } },
          { redirect: { host: 'else.test', prefix: '/new' } },
          { redirect: { path: '/gone', code: 302, stripQuery: true } },
          { redirect: { port: 8443, code: 307 } },
          { directResponse: { status: 418, body: 'no coffee' } },
        ])
      : {
          service: { name: random.pick(services) },
          ...(random.chance(0.3)
            ? {
                rewrite: random.pick<Value>([
                  { prefix: '/inner' },
                  { prefix: '/' },
                  { path: '/one' },
                  { host: 'inner.test' },
                  { regex: { pattern: '^/([a-z]+)', substitution: '/\\1/x' } },
                ]),
              }
            : {}),
          ...(random.chance(0.2)
            ? { cors: { origins: ['https://partner.example.org'], methods: ['GET'] } }
            : {}),
        }
  const hosts = ['one.test', 'two.test', '*.wild.test', '*.deep.wild.test', 'in.wild.test']
  const routes = hosts.map((host, index) => {
    const rules = places.flatMap((path) => {
      const narrow = random.chance(0.6)
      const conditions = {
        ...(random.chance(0.7) ? { headers: [headerMatch()] } : {}),
        ...(random.chance(0.3) ? { query: [queryMatch()] } : {}),
      }
      const isNarrow = Object.keys(conditions).length > 0
      return [
        // A prefix that is taken away wants a prefix that matched.
        ...(narrow && isNarrow ? [{ matches: [{ path, ...conditions }], ...fitting(target(), path) }] : []),
        ...(random.chance(0.3)
          ? [{ matches: [{ path, methods: ['POST', 'PUT'] }], ...fitting(target(), path) }]
          : []),
        ...(random.chance(0.75) ? [{ matches: [{ path }], ...fitting(target(), path) }] : []),
      ]
    })
    return object('Route', `drawn-${index}`, { gateways: [{ name: edge }], hosts: [host], rules })
  })
  return {
    routes,
    headers,
    queries,
    paths,
    hosts: [
      'one.test',
      'ONE.test',
      'one.test:8080',
      'two.test',
      'a.wild.test',
      'a.b.wild.test',
      'wild.test',
      'x.deep.wild.test',
      'in.wild.test',
      'two.test.',
      'three.test',
    ],
  }
}

/** A rule that may have been drawn for another kind of path. */
function fitting(rule: Value, path: object): Value {
  const prefixed = 'prefix' in path
  const { redirect, rewrite, ...rest } = rule as { redirect?: Value; rewrite?: Value }
  if (redirect !== undefined) {
    const { prefix, ...other } = redirect
    return { ...rest, redirect: prefix === undefined || prefixed ? redirect : { ...other, path: '/new' } }
  }
  if (rewrite === undefined) return rest
  return 'prefix' in rewrite && !prefixed ? rest : { ...rest, rewrite }
}

/** A listener of Envoy's own words with what no kind makes: prefixes without segments, folded case, older matchers, a share of requests, hashes of several things. */
function rawResources(port: number, backend: number): Value[] {
  const type = (name: string): string => `type.googleapis.com/${name}`
  const cluster = (name: string): Value => ({
    '@type': type('envoy.config.cluster.v3.Cluster'),
    name,
    type: 'STATIC',
    connectTimeout: '1s',
    loadAssignment: {
      clusterName: name,
      endpoints: [
        {
          lbEndpoints: [
            { endpoint: { address: { socketAddress: { address: '127.0.0.1', portValue: backend } } } },
          ],
        },
      ],
    },
  })
  const to = (name: string): Value => ({ cluster: name })
  const named = (name: string, key: string): Value => ({
    responseHeadersToAdd: [{ header: { key: 'x-cluster', value: name } }],
    name: key,
  })
  const weights = [
    { name: 'own-a', weight: 3, responseHeadersToAdd: [{ header: { key: 'x-cluster', value: 'own-a' } }] },
    { name: 'own-b', weight: 2, responseHeadersToAdd: [{ header: { key: 'x-cluster', value: 'own-b' } }] },
  ]
  const routes: Value[] = [
    { match: { prefix: '/fold', caseSensitive: false }, route: to('own-a'), ...named('own-a', 'fold') },
    {
      match: {
        prefix: '/half',
        runtimeFraction: { defaultValue: { numerator: 50 }, runtimeKey: 'own.half' },
      },
      route: to('own-b'),
      ...named('own-b', 'half'),
    },
    { match: { prefix: '/half' }, route: to('own-a'), ...named('own-a', 'other-half') },
    {
      match: { prefix: '/hash', queryParameters: [{ name: 'several', presentMatch: true }] },
      route: {
        weightedClusters: { clusters: weights, useHashPolicy: true },
        hashPolicy: [
          { header: { headerName: 'x-a' } },
          { cookie: { name: 'session' } },
          { queryParameter: { name: 'q' } },
        ],
      },
      name: 'several',
    },
    {
      match: { prefix: '/hash' },
      route: {
        weightedClusters: { clusters: weights, useHashPolicy: true },
        hashPolicy: [{ header: { headerName: 'x-a' }, terminal: true }, { queryParameter: { name: 'q' } }],
      },
      name: 'first',
    },
    {
      match: { prefix: '/old', headers: [{ name: 'x-a', stringMatch: { exact: 'one' }, invertMatch: true }] },
      directResponse: { status: 202 },
      name: 'inverted',
    },
    {
      match: { prefix: '/old', headers: [{ name: 'x-b', rangeMatch: { start: 5, end: 43 } }] },
      directResponse: { status: 203 },
      name: 'ranged',
    },
    {
      match: { prefix: '/old', headers: [{ name: 'x-tier' }] },
      directResponse: { status: 206 },
      name: 'there',
    },
    { match: { path: '/gone' }, route: { cluster: 'own-c' }, name: 'gone' },
  ].filter(({ name }) => name !== 'gone')
  const manager = {
    '@type': type('envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager'),
    statPrefix: 'own',
    httpFilters: [
      {
        name: 'envoy.filters.http.router',
        typedConfig: { '@type': type('envoy.extensions.filters.http.router.v3.Router') },
      },
    ],
    routeConfig: {
      name: 'own',
      virtualHosts: [
        {
          name: 'pre',
          domains: ['pre.*'],
          routes: [{ match: { prefix: '/' }, directResponse: { status: 204 }, name: 'pre' }],
        },
        { name: 'rest', domains: ['*'], routes },
      ],
    },
  }
  return [
    cluster('own-a'),
    cluster('own-b'),
    {
      '@type': type('envoy.config.listener.v3.Listener'),
      name: 'own',
      address: { socketAddress: { address: '127.0.0.1', portValue: port } },
      filterChains: [
        { filters: [{ name: 'envoy.filters.network.http_connection_manager', typedConfig: manager }] },
      ],
    },
  ]
}

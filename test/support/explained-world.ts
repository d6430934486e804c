// The world that explanations are held to an Envoy in: the examples of routes and traffic, a sidecar, resources in Envoy's own
// words, a patch, and rules drawn from a seed. Its hosts, paths, headers and queries are what requests are drawn from.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseAllDocuments, stringify } from 'yaml'
import { createRandom } from '../sim/random.ts'
import { drawRoutes, type Manifest, object } from './drawn-routes.ts'
import { rawResources } from './explained-raw.ts'
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
  readonly tcp: number
  /** Of the backends of connections, by environment. */
  readonly connections: Readonly<Record<string, number>>
}

const root = join(import.meta.dirname, '..', '..', 'examples')

/** Documents of an example, their services on backends of ours, their gateways on the edge. */
async function example(path: string, edge: string, backends: LandingBackends): Promise<Manifest[]> {
  const documents = parseAllDocuments(readFileSync(join(root, path), 'utf8')).map(
    (each) => each.toJS() as Manifest,
  )
  const kept = documents.filter(({ kind }) => kind !== 'NodeGroup' && kind !== 'Gateway')
  for (const each of kept) {
    const spec = each.spec as Manifest
    if (each.kind === 'Route') spec.gateways = [{ name: edge }]
    if (each.kind === 'Service') await atHome(each, backends)
  }
  return kept
}

async function atHome(service: Manifest, backends: LandingBackends): Promise<void> {
  const { name } = service.metadata as { name: string }
  const { ports, environments } = service.spec as {
    ports: { protocol?: string }[]
    environments: Manifest[]
  }
  const protocol = ports[0]?.protocol === 'GRPC' ? 'HTTP2' : 'HTTP'
  for (const environment of environments) {
    const port = await backends.port(`default/${name}/${environment.name}`, protocol)
    environment.endpoints = { static: [{ address: '127.0.0.1', port }] }
  }
}

export async function explainedWorld(
  seed: number,
  edge: string,
  ports: Ports,
  backends: LandingBackends,
): Promise<ExplainedWorld> {
  const random = createRandom(seed, 'world')
  const services: [name: string, environments: string[], policy: Manifest | undefined][] = [
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
  const made: Manifest[] = []
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
  const own: Manifest[] = [
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
    object('Gateway', 'data', {
      nodeGroups: [edge],
      listeners: [
        { name: 'db', address: '127.0.0.1', port: ports.tcp, protocol: 'TCP', service: { name: 'db' } },
      ],
    }),
    object('Service', 'db', {
      ports: [{ name: 'sql', protocol: 'TCP' }],
      environments: Object.entries(ports.connections).map(([name, port]) => ({
        ...{ name, release: { version: '1' } },
        endpoints: { static: [{ address: '127.0.0.1', port }] },
      })),
    }),
    object('TrafficPolicy', 'db', { service: 'db', initial: { weights: { blue: 7_000, green: 3_000 } } }),
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
    if (each.kind === 'Route' && name === 'checkout') (each.spec as Manifest).hosts = ['checkout.example.com']
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

// A small fleet for end-to-end tests: control plane, Envoys with a gateway each, backends, and manifests that fit their ports.
import type { ChangeAnswer, PushRecord } from '../../src/api/index.ts'
import {
  type AdminClient,
  adminClient,
  type Backends,
  type ControlPlane,
  type EnvoyProcess,
  freePorts,
  type Load,
  type LoadConfig,
  mixedTravels,
  openScope,
  type Scope,
  startBackends,
  startControlPlane,
  startEnvoy,
  startLoad,
} from '../../src/demo/rig/index.ts'
import type { SupportedEnvoy } from '../../src/envoy-binary/index.ts'
import { envoyBinary } from './with-envoy.ts'

export type Variant = 'sotw' | 'delta'
export interface FleetOptions {
  /** One proxy, node group and gateway each. */
  readonly variants: readonly Variant[]
  /** What backends speak. Default HTTP. */
  readonly protocol?: 'HTTP' | 'HTTP2'
  /** Milliseconds before a backend answers. Default 60. */
  readonly delayMs?: number
  /** Active health checks: a new cluster is warm only after its first round of them. */
  readonly healthChecks?: boolean
  /** More arguments of `serve`. */
  readonly serveArgs?: readonly string[]
  /** Default: the newest Envoy supported. */
  readonly release?: SupportedEnvoy
  /** Where the proxy of an edge connects instead of the control plane's port: a way that the test can cut. */
  readonly through?: (xdsPort: number, edge: string) => Promise<number>
  /** Where its proxies run. */
  readonly locality?: { readonly region?: string; readonly zone?: string; readonly subZone?: string }
  /** Script instead of the CLI's (for compositions that tests make). */
  readonly script?: string
}

export interface Edge {
  /** Node id, node.cluster, and the name of its NodeGroup and Gateway. */
  readonly name: string
  readonly variant: Variant
  /** Of its gateway. */
  readonly port: number
  envoy: EnvoyProcess
}

/** Which release runs where. */
export type Releases = Readonly<Record<'blue' | 'green', string>>

export interface Fleet {
  readonly scope: Scope
  readonly controlPlane: ControlPlane
  readonly admin: AdminClient
  readonly backends: Backends
  readonly edges: readonly Edge[]
  /** NodeGroups and Gateways of the edges, the Service `checkout` (blue, green) and its Route. */
  manifests(releases?: Releases): string
  /** The Service alone. */
  service(releases: Releases): string
  apply(text: string, options?: { readonly inPlace?: boolean }): Promise<ChangeAnswer>
  switchTo(environment: string): Promise<ChangeAnswer>
  rollback(): Promise<ChangeAnswer>
  /** The push of a change, when it has ended; throws unless it is done. */
  done(answer: ChangeAnswer | Promise<ChangeAnswer>): Promise<PushRecord>
  startEdge(index: number): Promise<EnvoyProcess>
  /** Every edge ready. */
  ready(): Promise<void>
  load(part?: Partial<LoadConfig> & { readonly ratePerSecond?: number }): Promise<Load>
  close(): Promise<void>
}

const firstReleases: Releases = { blue: '1', green: '1' }

/** Starts everything but applies nothing: the proxies are held until `apply`. */
export async function startFleet(options: FleetOptions): Promise<Fleet> {
  const scope = await openScope('e2e')
  try {
    return await build(scope, options)
  } catch (cause) {
    await scope.close()
    throw cause
  }
}

async function build(scope: Scope, options: FleetOptions): Promise<Fleet> {
  const { variants, protocol = 'HTTP', delayMs = 60 } = options
  const [xds = 0, adminPort = 0, http = 0, ...gatewayPorts] = await freePorts(3 + variants.length)
  const [controlPlane, backends] = await Promise.all([
    startControlPlane(scope, {
      ports: { xds, admin: adminPort, http },
      args: options.serveArgs ?? [],
      ...(options.script === undefined ? {} : { script: options.script }),
    }),
    startBackends(
      scope,
      ['blue', 'green'].flatMap((environment) =>
        [1, 2].map((number) => ({
          ...{ environment, instance: `${environment}-${number}`, protocol, delayMs, port: 0 },
        })),
      ),
    ),
  ])
  const admin = adminClient(`127.0.0.1:${adminPort}`)
  const startEdgeNamed = async (name: string, variant: Variant): Promise<EnvoyProcess> => {
    const xdsPort = (await options.through?.(xds, name)) ?? xds
    return startEnvoy(scope, {
      binary: envoyBinary(options.release),
      bootstrap: {
        ...{ nodeId: name, nodeCluster: name, variant, xdsPort },
        ...(options.locality === undefined ? {} : { locality: options.locality }),
      },
    })
  }
  const edges: Edge[] = await Promise.all(
    variants.map(async (variant, index) => {
      const name = `edge-${index + 1}`
      return { name, variant, port: gatewayPorts[index] ?? 0, envoy: await startEdgeNamed(name, variant) }
    }),
  )
  const service = (releases: Releases): string => serviceManifest(releases, options, backends)
  const apply: Fleet['apply'] = (text, applied = {}) =>
    admin.call('Config', 'Apply', {
      sources: [{ name: 'test.yaml', text }],
      inPlace: applied.inPlace ?? false,
      options: { reason: 'test' },
    })
  return {
    ...{ scope, controlPlane, admin, backends, edges, service, apply },
    manifests: (releases = firstReleases) =>
      [...edges.map(edgeManifests), service(releases), routeManifest(edges)].join('---\n'),
    switchTo: (environment) =>
      admin.call('Traffic', 'Switch', { service: 'checkout', environment, options: { reason: 'test' } }),
    rollback: () => admin.call('Traffic', 'Rollback', { service: 'checkout', options: { reason: 'test' } }),
    async done(answer) {
      const push = await admin.ended(await answer)
      if (push.phase !== 'PUSH_PHASE_DONE') {
        const refusals = push.refusals.map(({ node, detail }) => `${node}: ${detail}`).join('; ')
        throw new Error(`push ${push.id} ended ${push.phase}: ${push.verdict} ${refusals}`)
      }
      return push
    },
    async startEdge(index) {
      const edge = edges[index]
      if (edge === undefined) throw new Error(`there is no edge ${index}`)
      edge.envoy = await startEdgeNamed(edge.name, edge.variant)
      return edge.envoy
    },
    async ready() {
      await Promise.all(edges.map(({ envoy }) => envoy.ready(20_000)))
    },
    load({ ratePerSecond = 520, ...part } = {}) {
      return startLoad(scope, {
        targets: edges.map(({ name, port }) => ({
          ...{ name, host: '127.0.0.1', port, authority: 'shop.test', path: '/', ratePerSecond },
        })),
        ...{ mix: mixedTravels, timeoutMs: 5_000, reportEveryMs: 50, ...part },
      })
    },
    async close() {
      admin.close()
      await scope.close()
    },
  }
}

const head = (kind: string, name: string): string =>
  `apiVersion: verdigris.dev/v1alpha1\nkind: ${kind}\nmetadata:\n  name: ${name}\nspec:\n`

function edgeManifests({ name, port }: Edge): string {
  return `${head('NodeGroup', name)}  selector:
    cluster: ${name}
---
${head('Gateway', name)}  nodeGroups: [${name}]
  listeners:
    - name: http
      address: 127.0.0.1
      port: ${port}
`
}

function serviceManifest(releases: Releases, options: FleetOptions, backends: Backends): string {
  const { protocol = 'HTTP', healthChecks = false } = options
  const environments = (['blue', 'green'] as const).map((name) => {
    const endpoints = backends.instances
      .filter(({ environment }) => environment === name)
      .map(({ port }) => `          - { address: 127.0.0.1, port: ${port} }\n`)
    return `    - name: ${name}
      release: { version: "${releases[name]}" }
      endpoints:
        static:
${endpoints.join('')}`
  })
  return `${head('Service', 'checkout')}  ports:
    - { name: http, protocol: ${protocol} }
${healthChecks ? '  upstream:\n    healthCheck: { http: { path: / }, interval: 2s, timeout: 1s }\n' : ''}  environments:
${environments.join('')}`
}

function routeManifest(edges: readonly Edge[]): string {
  return `${head('Route', 'shop')}  gateways:
${edges.map(({ name }) => `    - name: ${name}\n`).join('')}  hosts: [shop.test]
  rules:
    - service: { name: checkout }
`
}

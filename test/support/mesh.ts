// A mesh on real Envoys: three services that call each other (a → b → c), each blue and green, each environment an application with
// a sidecar of its own, and two gateways in front. Blue sidecars and one gateway speak SotW, the others delta.
import { join } from 'node:path'
import type { ChangeAnswer } from '../../src/api/index.ts'
import {
  type AdminClient,
  adminClient,
  type EnvoyProcess,
  freePorts,
  type Load,
  openScope,
  type Running,
  startControlPlane,
  startEnvoy,
  startLoad,
} from '../../src/demo/rig/index.ts'
import { envoyBinary } from './with-envoy.ts'

export const services = ['a', 'b', 'c'] as const
export type ServiceName = (typeof services)[number]
const environments = ['blue', 'green'] as const
export type Environment = (typeof environments)[number]

/** An application and the sidecar beside it. */
export interface Workload {
  readonly service: ServiceName
  readonly environment: Environment
  readonly app: Running
  readonly envoy: EnvoyProcess
}

export interface Gateway {
  readonly port: number
  readonly envoy: EnvoyProcess
}

export interface Mesh {
  readonly admin: AdminClient
  readonly workloads: readonly Workload[]
  readonly gateways: readonly Gateway[]
  readonly envoys: readonly EnvoyProcess[]
  /** Applies the mesh, with these lines in the policy of each service. */
  apply(policy: string): Promise<void>
  switchTo(service: ServiceName, environment: Environment): Promise<void>
  rollback(service: ServiceName): Promise<void>
  /** Requests to both gateways, each at this rate. */
  load(ratePerSecond: number): Promise<Load>
  close(): Promise<void>
}

interface Place {
  readonly service: ServiceName
  readonly environment: Environment
  readonly inbound: number
  readonly outbound: number
  readonly local: number
}

export async function startMesh(options: { readonly delayMs?: number } = {}): Promise<Mesh> {
  const scope = await openScope('mesh')
  try {
    const [xds = 0, adminPort = 0, http = 0, first = 0, second = 0, ...more] = await freePorts(5 + 6 * 3)
    const places = services.flatMap((service, s) =>
      environments.map((environment, e): Place => {
        const [inbound = 0, outbound = 0, local = 0] = more.slice((s * 2 + e) * 3)
        return { service, environment, inbound, outbound, local }
      }),
    )
    await startControlPlane(scope, {
      ports: { xds, admin: adminPort, http },
      args: ['--retire-delay', '1s'],
    })
    const admin = adminClient(`127.0.0.1:${adminPort}`)
    const proxy = (name: string, role: 'gateway' | 'sidecar', variant: 'sotw' | 'delta') =>
      startEnvoy(scope, {
        binary: envoyBinary(),
        concurrency: 1,
        bootstrap: { nodeId: name, nodeCluster: name, role, variant, xdsPort: xds },
      })
    const workloads = await Promise.all(
      places.map(async (place): Promise<Workload> => {
        const { service, environment } = place
        const app = await startApp(scope, place, options.delayMs ?? 20)
        const variant = environment === 'blue' ? 'sotw' : 'delta'
        return {
          service,
          environment,
          app,
          envoy: await proxy(`${service}-${environment}`, 'sidecar', variant),
        }
      }),
    )
    const gateways = [
      { port: first, envoy: await proxy('edge-1', 'gateway', 'sotw') },
      { port: second, envoy: await proxy('edge-2', 'gateway', 'delta') },
    ]
    const envoys = [...workloads, ...gateways].map(({ envoy }) => envoy)
    const done = async (answer: ChangeAnswer): Promise<void> => {
      const push = await admin.ended(answer)
      if (push.phase === 'PUSH_PHASE_DONE') return
      const refusals = push.refusals.map(({ node, detail }) => `${node}: ${detail}`).join('; ')
      throw new Error(`push ${push.id} ended ${push.phase}: ${push.verdict} ${refusals}`)
    }
    const reason = { reason: 'test' }
    return {
      ...{ admin, workloads, gateways, envoys },
      async apply(policy) {
        const text = [
          ...gatewayManifests([first, second]),
          ...places.map(sidecarManifests),
          ...serviceManifests(places, policy),
        ]
        const sources = [{ name: 'mesh.yaml', text: text.map(whole).join('---\n') }]
        await done(await admin.call('Config', 'Apply', { sources, options: reason }))
        await Promise.all(envoys.map((envoy) => envoy.ready(20_000)))
      },
      async switchTo(service, environment) {
        await done(await admin.call('Traffic', 'Switch', { service, environment, options: reason }))
      },
      async rollback(service) {
        await done(await admin.call('Traffic', 'Rollback', { service, options: reason }))
      },
      load: (ratePerSecond) =>
        startLoad(scope, {
          targets: gateways.map(({ port }, index) => ({
            ...{ name: `edge-${index + 1}`, host: '127.0.0.1', port, authority: 'shop.test', path: '/' },
            ratePerSecond,
          })),
          mix: { 'h1-kept': 12, 'h1-new': 2, 'h2-kept': 5, 'h2-new': 1 },
          timeoutMs: 5_000,
          reportEveryMs: 200,
        }),
      async close() {
        admin.close()
        await scope.close()
      },
    }
  } catch (cause) {
    await scope.close()
    throw cause
  }
}

/** The service that is called next, if any. */
const nextOf = (service: ServiceName): ServiceName | undefined => services[services.indexOf(service) + 1]

async function startApp(
  scope: Awaited<ReturnType<typeof openScope>>,
  { service, environment, outbound, local }: Place,
  delayMs: number,
): Promise<Running> {
  const host = nextOf(service)
  const workload = {
    ...{ name: service, environment, port: local, delayMs },
    ...(host === undefined ? {} : { next: { port: outbound, host } }),
  }
  const script = join(import.meta.dirname, 'mesh-app.mjs')
  const running = await scope.start('app', process.execPath, [script, JSON.stringify([workload])], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  await new Promise<void>((resolve, reject) => {
    running.child.once('message', () => resolve())
    void running.ended.then(() => reject(new Error('the application ended')))
  })
  return running
}

const whole = (text: string): string => `apiVersion: verdigris.dev/v1alpha1\n${text}`

const gatewayManifests = (ports: readonly number[]): readonly string[] => [
  ...ports.flatMap((port, at) => [
    `kind: NodeGroup\nmetadata: { name: edge-${at + 1} }\nspec: { selector: { cluster: edge-${at + 1} } }\n`,
    `kind: Gateway\nmetadata: { name: edge-${at + 1} }\nspec: { nodeGroups: [edge-${at + 1}], listeners: [{ name: http, address: 127.0.0.1, port: ${port} }] }\n`,
  ]),
  `kind: Route
metadata: { name: shop }
spec:
  gateways: [{ name: edge-1 }, { name: edge-2 }]
  hosts: [shop.test]
  rules: [{ service: { name: a } }]
`,
]

function sidecarManifests({ service, environment, inbound, outbound, local }: Place): string {
  const name = `${service}-${environment}`
  const next = nextOf(service)
  // The applications of b are taken to pass nothing on.
  const mark = service === 'b' ? `, environment: ${environment}` : ''
  const calls =
    next === undefined
      ? ''
      : `  outbound: [{ name: calls, port: ${outbound}, services: [{ name: ${next} }]${mark} }]\n`
  return `kind: NodeGroup
metadata: { name: ${name} }
spec: { selector: { cluster: ${name} } }
---
apiVersion: verdigris.dev/v1alpha1
kind: Sidecar
metadata: { name: ${name} }
spec:
  nodeGroups: [${name}]
  inbound:
    - { name: http, address: 127.0.0.1, port: ${inbound}, localPort: ${local}, service: { name: ${service} }, environment: ${environment} }
${calls}`
}

const serviceManifests = (places: readonly Place[], policy: string): readonly string[] =>
  services.flatMap((service) => {
    const own = places.filter((place) => place.service === service)
    const lines = own.map(
      ({ environment, inbound }) =>
        `    - { name: ${environment}, release: { version: '1' }, endpoints: { static: [{ address: 127.0.0.1, port: ${inbound} }] } }\n`,
    )
    return [
      `kind: Service\nmetadata: { name: ${service} }\nspec:\n  ports: [{ name: http }]\n  environments:\n${lines.join('')}`,
      `kind: TrafficPolicy\nmetadata: { name: ${service} }\nspec:\n  service: ${service}\n${policy}`,
    ]
  })

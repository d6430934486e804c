// What a change of one registered endpoint costs, from the call to the proxy, among few and among many services; beside it the same
// change made by a manifest, which is planned, translated and pushed.
import {
  type AdminClient,
  adminClient,
  freePorts,
  type Scope,
  startControlPlane,
} from '../../src/demo/rig/index.ts'
import { runDelta } from './delta-client.ts'
import { edgeText } from './manifests.ts'
import { ratios, type Section } from './report.ts'

export interface ChurnOptions {
  readonly scope: Scope
  readonly few: number
  readonly many: number
  readonly changes: number
}

/** Milliseconds of each change, and how many resources each brought to the proxy. */
interface Churned {
  readonly registered: readonly number[]
  readonly applied: readonly number[]
  readonly resources: number
}

export async function benchChurn({ scope, few, many, changes }: ChurnOptions): Promise<Section> {
  const small = await churn(scope, few, changes)
  const large = await churn(scope, many, changes)
  const grows = ratios(large.registered, small.registered)
  return {
    title: `One endpoint changes among ${few} and among ${many} services: call → the proxy has it (ms)`,
    times: {
      [`registered, ${few} services`]: small.registered,
      [`registered, ${many} services`]: large.registered,
      [`by a manifest, ${few} services`]: small.applied,
      [`by a manifest, ${many} services`]: large.applied,
    },
    counts: {
      'resources that came, of those registered': small.resources + large.resources,
      'registered: percent of the time by a manifest (p50)': Math.round(
        100 * ratios(large.registered, large.applied).p50,
      ),
    },
    goals: [
      { text: `registered: p50 among ${many} over p50 among ${few}`, value: grows.p50, atMost: 2 },
      {
        text: 'resources that came for each registered change',
        value: (small.resources + large.resources) / (2 * changes),
        atMost: 1,
      },
    ],
  }
}

async function churn(scope: Scope, services: number, changes: number): Promise<Churned> {
  const [xds = 0, adminPort = 0, http = 0] = await freePorts(3)
  const controlPlane = await startControlPlane(scope, { ports: { xds, admin: adminPort, http } })
  const admin = adminClient(`127.0.0.1:${adminPort}`)
  try {
    await fill(admin, services)
    let arrived: (name: string) => void = () => undefined
    let resources = 0
    const wanted = { cds: 2 * services, eds: 2 * services, lds: 1, rds: 1 }
    const node = { port: xds, node: 'edge-1', cluster: 'edge', routes: 'default/edge/http', wanted }
    await runDelta({
      ...node,
      stayMs: 600_000,
      heard: (type, names) => {
        if (type !== 'eds') return
        resources += names.length
        for (const name of names) arrived(name)
      },
    })
    const timeOf = async (name: string, change: () => Promise<unknown>): Promise<number> => {
      const began = performance.now()
      const there = new Promise<number>((resolve) => {
        arrived = (found) => {
          if (found === name) resolve(performance.now() - began)
        }
      })
      await change()
      return there
    }
    const registered: number[] = []
    resources = 0
    for (let change = 0; change < changes; change++) {
      registered.push(await timeOf('default/service-0/blue.1', () => register(admin, 0, change + 1)))
    }
    const cameOf = resources
    const applied: number[] = []
    for (let change = 0; change < changes; change++) {
      const text = serviceText(0, 20_000 + change)
      const apply = (): Promise<unknown> =>
        admin.call('Config', 'Apply', { sources: [{ name: 'bench.yaml', text }] })
      applied.push(await timeOf('default/service-0/green.1', apply))
    }
    return { registered, applied, resources: cameOf }
  } finally {
    admin.close()
    await controlPlane.kill()
  }
}

async function fill(admin: AdminClient, services: number): Promise<void> {
  const texts = Array.from(
    { length: services },
    (_, index) => `${serviceText(index, 19_999)}---\n${routeText(index)}`,
  )
  for (let from = 0; from < services; from += 250) {
    const part = texts.slice(from, from + 250)
    const text = (from === 0 ? [edgeText(10_000), ...part] : part).join('---\n')
    await admin.ended(
      await admin.call('Config', 'Apply', { sources: [{ name: 'bench.yaml', text }] }, 120_000),
    )
  }
  for (let index = 0; index < services; index++) await register(admin, index, 0)
}

const register = (admin: AdminClient, index: number, change: number): Promise<unknown> =>
  admin.call('Endpoints', 'Set', {
    target: { service: `service-${index}`, environment: 'blue' },
    owner: 'bench',
    endpoints: [{ address: '127.0.0.1', port: 30_000 + (change % 10_000) }],
  })

/** Blue is registered; green is said here, on this port. */
const serviceText = (index: number, port: number): string => `apiVersion: verdigris.dev/v1alpha1
kind: Service
metadata: { name: service-${index} }
spec:
  ports: [{ name: http }]
  environments:
    - name: blue
      release: { version: "1" }
      endpoints: { registered: true }
    - name: green
      release: { version: "1" }
      endpoints: { static: [{ address: 127.0.0.1, port: ${port} }] }
`
const routeText = (index: number): string => `apiVersion: verdigris.dev/v1alpha1
kind: Route
metadata: { name: service-${index} }
spec:
  gateways: [{ name: edge }]
  hosts: [service-${index}.test]
  rules: [{ service: { name: service-${index} } }]
`

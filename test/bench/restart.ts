// From SIGKILL to serving again: a control plane with a large world and a full row of kept generations is killed and started,
// while a proxy that had everything and one that has nothing try to come in.
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  adminClient,
  type ControlPlane,
  freePorts,
  httpGet,
  type Scope,
  startControlPlane,
  until,
} from '../../src/demo/rig/index.ts'
import { type Held, runDelta } from './delta-client.ts'
import { edgeText, manyServices, serviceText } from './manifests.ts'
import { ratios, type Section, timed } from './report.ts'

export interface RestartOptions {
  readonly scope: Scope
  /** Two environments each: four resources. */
  readonly services: number
  readonly runs: number
  /** Switches before, so that as many generations as are kept have to be told again. */
  readonly moves: number
}

/** Milliseconds allowed from SIGKILL to serving again. */
const atMostMs = 2_000

export async function benchRestart(options: RestartOptions): Promise<Section> {
  const { scope, services, runs, moves } = options
  const [xds = 0, adminPort = 0, http = 0] = await freePorts(3)
  const controlPlane = await startControlPlane(scope, { ports: { xds, admin: adminPort, http } })
  await fill(controlPlane, services, moves)
  const wanted = { cds: 2 * services, eds: 2 * services, lds: 1, rds: 1 }
  const node = { port: xds, cluster: 'edge', routes: 'default/edge/http', wanted }
  // It stays until what it holds is written down as held by everybody: only then is its report believed after a start.
  const { held } = await runDelta({ ...node, node: 'edge-1', stayMs: 3_000 })

  const times: Record<string, number[]> = { ready: [], again: [], fresh: [], raw: [], bare: [] }
  let sentAgain = 0
  for (let run = 0; run < runs; run++) sentAgain = await once(controlPlane, node, held, times)
  const { ready = [], again = [], fresh = [], raw = [], bare = [] } = times
  const sorted = (series: readonly number[]): number =>
    [...series].sort((a, b) => a - b)[Math.max(0, Math.ceil(series.length * 0.99) - 1)] ?? Number.NaN
  return {
    title: `SIGKILL to serving again, ${4 * services} resources, ${moves} switches before (ms)`,
    times: {
      'kill → ready': ready,
      'kill → a proxy that comes back has its answer': again,
      'kill → a proxy that has nothing has everything': fresh,
      'Node alone: start to end': bare,
      'the same files read raw': raw,
    },
    counts: {
      'clusters and routes sent again to a proxy that had them': sentAgain,
      'ready: times Node alone (p50)': Math.round(10 * ratios(ready, bare).p50) / 10,
      'ready: times the files read raw (p50)': Math.round(ratios(ready, raw).p50),
    },
    goals: [
      { text: 'kill → ready, p99', value: sorted(ready), atMost: atMostMs },
      { text: 'kill → a proxy that comes back has its answer, p99', value: sorted(again), atMost: atMostMs },
      { text: 'kill → a proxy that has nothing has everything, p99', value: sorted(fresh), atMost: atMostMs },
      { text: 'clusters and routes sent again to a proxy that had them', value: sentAgain, atMost: 0 },
    ],
  }
}

/** Applies the world and moves a service to and fro. */
async function fill({ ports }: ControlPlane, services: number, moves: number): Promise<void> {
  const admin = adminClient(`127.0.0.1:${ports.admin}`)
  const shapes = manyServices(services, ['blue', 'green'], 2)
  for (let from = 0; from < services; from += 500) {
    const part = shapes.slice(from, from + 500).map(serviceText)
    const text = (from === 0 ? [edgeText(10_000), ...part] : part).join('---\n')
    await admin.call('Config', 'Apply', { sources: [{ name: 'bench.yaml', text }] }, 120_000)
  }
  for (let move = 0; move < moves; move++) {
    const environment = Math.floor(move / 7) % 2 === 0 ? 'green' : 'blue'
    const answer = await admin.call('Traffic', 'Switch', { service: `service-${move % 7}`, environment })
    await admin.ended(answer)
  }
  admin.close()
}

/** One kill and start; gives how many clusters and route configurations the returning proxy was sent. */
async function once(
  controlPlane: ControlPlane,
  node: Omit<Parameters<typeof runDelta>[0], 'node' | 'held'>,
  held: Held,
  times: Record<string, number[]>,
): Promise<number> {
  times.raw?.push(timed(() => readAll(controlPlane.dataDir))[0])
  times.bare?.push(timed(() => spawnSync(process.execPath, ['-e', '0']))[0])
  await controlPlane.kill()
  const killed = performance.now()
  const starting = controlPlane.start()
  const ready = until('ready', 30_000, () => isReady(controlPlane.ports.http), 2).then(() =>
    times.ready?.push(performance.now() - killed),
  )
  const again = runDelta({ ...node, node: 'edge-1', held })
  const fresh = runDelta({ ...node, node: 'edge-2' })
  const [one, two] = await Promise.all([again, fresh])
  times.again?.push(one.completeMs)
  times.fresh?.push(two.completeMs)
  await Promise.all([ready, starting])
  return one.resources.cds + one.resources.lds + one.resources.rds
}

async function isReady(http: number): Promise<true | undefined> {
  const answer = await httpGet(`http://127.0.0.1:${http}/readyz`, { timeoutMs: 1_000 })
  return answer.status === 200 || undefined
}

function readAll(folder: string): number {
  let bytes = 0
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) bytes += readFileSync(join(entry.parentPath, entry.name)).length
  return bytes
}

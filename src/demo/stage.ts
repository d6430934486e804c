// Everything the story needs: control plane, proxies, backends and load, built in the order in which they depend on each other.
import type { ChangeAnswer, PushRecord } from '../api/index.ts'
import type { FoundEnvoy } from '../envoy-binary/index.ts'
import { type Move, moveOf } from './figures.ts'
import { type DemoWorld, examplesFolder, readDemoWorld } from './manifests.ts'
import {
  type AdminClient,
  adminClient,
  type Backends,
  type ControlPlane,
  type EnvoyProcess,
  type Load,
  mixedTravels,
  type Scope,
  startBackends,
  startControlPlane,
  startEnvoy,
  startLoad,
  thisPortOrFree,
} from './rig/index.ts'

/** Requests a second through each proxy, and how long backends take: some thirty are in flight at any time. */
const ratePerSecond = 520
const backendDelayMs = 60

export interface DemoProxy {
  readonly name: string
  readonly variant: 'sotw' | 'delta'
  readonly port: number
  readonly envoy: EnvoyProcess
}

export interface Stage {
  readonly world: DemoWorld
  readonly controlPlane: ControlPlane
  readonly admin: AdminClient
  readonly backends: Backends
  readonly proxies: readonly DemoProxy[]
  /** Every switch and rollback that arrived everywhere. */
  readonly moves: Move[]
  load(): Load
  /** Starts the load; once. */
  startLoad(): Promise<Load>
  /** The record of a change's push when it has ended, and its move noted if it was one. */
  arrived(answer: ChangeAnswer): Promise<PushRecord>
  pause(ms: number): Promise<void>
  /** Milliseconds to look at each scene: short where nobody watches. */
  readonly paceMs: number
}

export interface StageOptions {
  readonly scope: Scope
  readonly envoy: FoundEnvoy
  readonly signal: AbortSignal
  readonly paceMs: number
  readonly say: (line: string) => void
}

/** Builds it. The proxies run, but are in no node group yet: they are held until the manifests are applied. */
export async function buildStage(options: StageOptions): Promise<Stage> {
  const { scope, say } = options
  const world = await readDemoWorld(examplesFolder(), thisPortOrFree)
  if (world.moved.length > 0) {
    say(`ports of the manifests that are taken here, and what stands for them: ${world.moved.join(', ')}`)
  }
  const ports = {
    xds: await thisPortOrFree(18_000),
    admin: await thisPortOrFree(18_001),
    http: await thisPortOrFree(18_002),
  }
  const [controlPlane, backends] = await Promise.all([
    startControlPlane(scope, { ports }),
    startBackends(
      scope,
      world.environments.flatMap(({ name, endpoints }) =>
        endpoints.map(({ port }, index) => ({
          ...{ environment: name, instance: `${name}-${index + 1}`, protocol: 'HTTP' as const },
          ...{ delayMs: backendDelayMs, port },
        })),
      ),
    ),
  ])
  const admin = adminClient(`127.0.0.1:${ports.admin}`)
  const proxies = await Promise.all(
    world.gateways.map(async ({ cluster, port }, index): Promise<DemoProxy> => {
      const variant = index === world.gateways.length - 1 ? 'sotw' : 'delta'
      const nodeId = cluster
      const bootstrap = { nodeId, nodeCluster: cluster, variant, xdsPort: ports.xds } as const
      const envoy = await startEnvoy(scope, { binary: options.envoy.path, bootstrap })
      return { name: nodeId, variant, port, envoy }
    }),
  )

  const moves: Move[] = []
  let load: Load | undefined
  return {
    ...{ world, controlPlane, admin, backends, proxies, moves, paceMs: options.paceMs },
    load() {
      if (load === undefined) throw new Error('the load has not been started')
      return load
    },
    async startLoad() {
      load = await startLoad(scope, {
        targets: proxies.map(({ name, port }) => ({
          ...{ name, host: '127.0.0.1', port, authority: world.host, path: '/', ratePerSecond },
        })),
        ...{ mix: mixedTravels, timeoutMs: 5_000, reportEveryMs: 100 },
      })
      return load
    },
    async arrived(answer) {
      const push = await admin.ended(answer)
      const move = moveOf(push)
      if (move !== undefined && (move.verb === 'switch' || move.verb === 'rollback')) moves.push(move)
      return push
    },
    pause: (ms) => pause(ms, options.signal),
  }
}

/** Rejects at once when the signal aborts. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason)
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop)
      resolve()
    }, ms)
    const stop = (): void => {
      clearTimeout(timer)
      reject(signal.reason)
    }
    signal.addEventListener('abort', stop, { once: true })
  })
}

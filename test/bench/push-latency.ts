// Command to last ACK on one real Envoy, against a bare loop that only sends and waits for the ACK; both in turns, so that
// both meet the same machine. And the same for a gateway with many services.
//
// Both send the same bytes. The product's time begins when the command has arrived at the server and been decoded, and ends
// when the ACK is known to the push (what the record of the push says); the bare loop's begins before it encodes its response and
// ends when the ACK is decoded.

import type { PushRecord } from '../../src/api/index.ts'
import {
  type AdminClient,
  adminClient,
  freePorts,
  mixedTravels,
  type Scope,
  startBackends,
  startControlPlane,
  startEnvoy,
  startLoad,
} from '../../src/demo/rig/index.ts'
import { typeUrls } from '../../src/envoy-api/index.ts'
import { type BareAds, startBareAds } from '../support/bare-ads.ts'
import { type BareWorld, bareWorld } from './bare-world.ts'
import { edgeText, manyServices, serviceText } from './manifests.ts'
import { type Goal, ratios, type Section } from './report.ts'

export interface LatencyOptions {
  readonly scope: Scope
  /** Path of the binary. */
  readonly envoy: string
  /** Moves of each kind. */
  readonly moves: number
  /** Moves of each kind before those, thrown away: a process that has just started is another measurement. */
  readonly warmUp: number
  readonly variant: 'sotw' | 'delta'
  /** Services on the gateway; one of them moves. */
  readonly services: number
  /** Requests a second through each of the two proxies; 0: idle. */
  readonly ratePerSecond: number
}

/** What one series of moves took, in ms. */
export interface Latencies {
  readonly product: readonly number[]
  /** Of the product's, spent flushing to disk. */
  readonly flush: readonly number[]
  /** Of the product's, from the command to the decision being durable. */
  readonly decided: readonly number[]
  /** Of the product's, from there to the ACK. */
  readonly arrived: readonly number[]
  /** The bare loop, from sending to the ACK. */
  readonly bare: readonly number[]
  /** Failed requests of the load. */
  readonly failed: number
}

/** Moves made in turn by one side before the other. */
const turn = 20
const gapMs = 15

/** Plays the moves of both sides. */
export async function measureLatency(options: LatencyOptions): Promise<Latencies> {
  const { scope, variant, services } = options
  const [xds = 0, adminPort = 0, http = 0, productPort = 0, barePort = 0] = await freePorts(5)
  const backends = await startBackends(
    scope,
    ['blue', 'green'].map((environment) => ({
      ...{ environment, instance: `${environment}-1`, protocol: 'HTTP' as const, delayMs: 20, port: 0 },
    })),
  )
  const ports = Object.fromEntries(backends.instances.map(({ environment, port }) => [environment, [port]]))
  const real = { blue: ports.blue ?? [], green: ports.green ?? [] }

  const controlPlane = await startControlPlane(scope, { ports: { xds, admin: adminPort, http } })
  const admin = adminClient(`127.0.0.1:${adminPort}`)
  const shapes = manyServices(services, ['blue', 'green'], 1).map((shape, index) =>
    index === 0 ? { ...shape, environments: real } : shape,
  )
  const textOn = (port: number): string => [edgeText(port), ...shapes.map(serviceText)].join('---\n')
  const world = bareWorld(textOn(barePort), 'default/edge', 'service-0')
  const ads = await startBareAds(world.resources)
  const start = (nodeId: string, xdsPort: number) =>
    startEnvoy(scope, { binary: options.envoy, bootstrap: { nodeId, nodeCluster: 'edge', variant, xdsPort } })
  const [product, bare] = await Promise.all([start('edge-1', xds), start('bare-1', ads.port)])
  const sources = [{ name: 'bench.yaml', text: textOn(productPort) }]
  const applied = await admin.call('Config', 'Apply', { sources }, 120_000)
  const live = await admin.ended(applied, 120_000)
  if (live.phase !== 'PUSH_PHASE_DONE') throw new Error(`the first push ended ${live.phase}: ${live.verdict}`)
  await Promise.all([product.ready(60_000), bare.ready(60_000)])

  const load =
    options.ratePerSecond === 0
      ? undefined
      : await startLoad(scope, {
          targets: [
            ['product', productPort],
            ['bare', barePort],
          ].map(([name, port]) => ({
            ...{ name: String(name), host: '127.0.0.1', port: Number(port), authority: 'service-0.test' },
            ...{ path: '/', ratePerSecond: options.ratePerSecond },
          })),
          ...{ mix: mixedTravels, timeoutMs: 5_000, reportEveryMs: 500 },
        })
  const latencies = await inTurns(options, admin, ads, world.routes)
  const report = await load?.stop()
  const failed = (report?.targets ?? []).reduce((sum, target) => sum + target.failed, 0)
  admin.close()
  ads.close()
  await Promise.all([product.stop(), bare.stop(), controlPlane.stop(), backends.process.stop(1_000)])
  return { ...latencies, failed }
}

async function inTurns(
  { moves, warmUp }: LatencyOptions,
  admin: AdminClient,
  ads: BareAds,
  routes: BareWorld['routes'],
): Promise<Omit<Latencies, 'failed'>> {
  const product: PushRecord[] = []
  const bare: number[] = []
  const gap = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, gapMs))
  let green = false
  for (let made = -warmUp; made < moves; made += turn) {
    for (let index = 0; index < turn; index++) {
      green = index % 2 === 0
      const answer = await admin.call('Traffic', 'Switch', {
        ...{ service: 'service-0', environment: green ? 'green' : 'blue', options: { reason: 'bench' } },
      })
      // Asked for afterwards, so that the question is no part of what it asks about.
      await gap()
      const push = await admin.ended(answer)
      if (push.phase !== 'PUSH_PHASE_DONE') throw new Error(`a switch ended ${push.phase}: ${push.verdict}`)
      if (made >= 0) product.push(push)
    }
    for (let index = 0; index < turn; index++) {
      const verdicts = await ads.push(typeUrls.rds, index % 2 === 0 ? routes.green : routes.blue)
      const [verdict] = verdicts
      if (verdict?.kind !== 'ack') throw new Error(`the bare loop was refused: ${JSON.stringify(verdict)}`)
      if (made >= 0) bare.push(verdict.ms)
      await gap()
    }
  }
  const series = (part: (timings: NonNullable<PushRecord['timings']>) => number | undefined): number[] =>
    product.map(({ timings }) => (timings === null ? undefined : part(timings)) ?? Number.NaN)
  return {
    product: series(({ lastAckMs }) => lastAckMs),
    flush: series(({ flushMs }) => flushMs),
    decided: series(({ decidedMs }) => decidedMs),
    arrived: series(({ lastAckMs = Number.NaN, decidedMs = Number.NaN }) => lastAckMs - decidedMs),
    bare,
  }
}

/** The rows that every latency section has. */
const rows = ({ product, flush, decided, arrived, bare }: Latencies): Section['times'] => ({
  'command → last ACK': product,
  '  of which until the decision is durable': decided,
  '    of which flushing to disk': flush,
  '  of which decision → ACK': arrived,
  'command → last ACK without the flush': withoutFlush({ product, flush }),
  'bare loop: send → ACK': bare,
})

/** A bare loop writes nothing to disk: what the product spends there is compared apart. */
const withoutFlush = ({ product, flush }: Pick<Latencies, 'product' | 'flush'>): readonly number[] =>
  product.map((ms, index) => ms - (flush[index] ?? 0))

/** Against the bare loop. */
export function latencySection(title: string, latencies: Latencies): Section {
  const { p50, p99 } = ratios(withoutFlush(latencies), latencies.bare)
  const goals: Goal[] = [
    { text: 'command → last ACK without the flush, over the bare loop, p50', value: p50, atMost: 2 },
    { text: 'command → last ACK without the flush, over the bare loop, p99', value: p99, atMost: 2 },
    { text: 'requests failed', value: latencies.failed, atMost: 0 },
  ]
  return { title: `${title} (ms)`, times: rows(latencies), counts: {}, goals }
}

/** Many services against one. */
export function wideSection(services: number, one: Latencies, many: Latencies): Section {
  const { p50, p99 } = ratios(many.product, one.product)
  const prefixed = (prefix: string, latencies: Latencies): [string, readonly number[]][] =>
    Object.entries(rows(latencies)).map(([name, values]) => [`${prefix} ${name}`, values])
  return {
    title: `One service moves among ${services} on one gateway, and alone (ms)`,
    times: Object.fromEntries([...prefixed(`${services}:`, many), ...prefixed('1:', one)]),
    counts: {},
    goals: [
      { text: `among ${services} over alone, p50`, value: p50, atMost: 3 },
      { text: `among ${services} over alone, p99`, value: p99, atMost: 3 },
    ],
  }
}

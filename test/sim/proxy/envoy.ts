// One process: what it was started with, how it starts (runtime, the static cluster, clusters, listeners), and what of a
// response is refused before any of it is looked at.
import { names } from '../../../src/base/index.ts'
import { type Node, typeUrls } from '../../../src/envoy-api/index.ts'
import type { Request } from '../../../src/xds/machine.ts'
import { createClusters } from './clusters.ts'
import { createDeltaMux } from './delta-mux.ts'
import { createTimers, type Kernel, type Timers } from './kernel.ts'
import { createListeners } from './listeners.ts'
import type { Change, Mux, MuxHost, Watch } from './mux.ts'
import { createProviders } from './providers.ts'
import type { Received } from './response.ts'
import { startRuntime } from './runtime.ts'
import { createSotwMux } from './sotw-mux.ts'
import type { ProxyOptions, ProxyView, Verdict } from './types.ts'

export interface Envoy {
  readonly mux: Mux
  readonly timers: Timers
  /** Subscribes what is asked for first. A stream that is open by then hears of each by itself, as of a real one. */
  begin(): void
  view(): ProxyView
}

/** What our bootstrap says, in milliseconds (src/bootstrap/render-bootstrap.ts). */
const bootstrapTimeoutMs = 2_000
/** Envoy's `--drain-time-s`, in milliseconds. */
const defaultDrainMs = 600_000

/** One at `now`, before it has done anything. What it says goes to `send`. */
export function startEnvoy(options: ProxyOptions, now: number, send: (request: Request) => void): Envoy {
  const judge = (typeUrl: string, { name, body }: Received): Verdict => options.judge(typeUrl, name, body)
  const timers = createTimers()
  timers.advance(now)

  const host: MuxHost = {
    node: nodeOf(options),
    random: options.random,
    send,
    refuses: (typeUrl, change) => refusalOfAll(typeUrl, change),
  }
  const mux = options.variant === 'sotw' ? createSotwMux(host) : createDeltaMux(host)
  const kernel: Kernel = {
    timers,
    mux,
    fetchTimeoutMs: options.initialFetchTimeoutMs,
    random: options.random,
    judge,
  }

  const semantic = (typeUrl: string) => (received: Received) => {
    const verdict = judge(typeUrl, received)
    return verdict.kind === 'fine' ? undefined : `${received.name}: ${verdict.text}`
  }
  // A secret is stored first and found bad when it is used: it is refused, and held all the same.
  const secrets = createProviders(kernel, typeUrls.sds, semantic(typeUrls.sds), 'kept')
  const extensions = createProviders(kernel, typeUrls.ecds, semantic(typeUrls.ecds))
  const routes = createProviders(kernel, typeUrls.rds, (received) => {
    const missing = received.content.validatesClusters
      ? received.content.clusters.find((name) => !clusters.has(name))
      : undefined
    if (missing !== undefined) return `${received.name}: unknown cluster '${missing}'`
    return semantic(typeUrls.rds)(received)
  })
  const clusters = createClusters(kernel, secrets, {
    healthCheckRoundMs: options.healthCheckRoundMs ?? 0,
    onInitialised: () => subscribeAll(typeUrls.lds, listeners),
  })
  const listeners = createListeners(kernel, {
    routes,
    secrets,
    extensions,
    drainMs: options.drainMs ?? defaultDrainMs,
  })

  function refusalOfAll(typeUrl: string, change: Change): string | undefined {
    for (const received of change.resources) {
      const verdict = judge(typeUrl, received)
      if (verdict.kind === 'constraint') return `${received.name}: ${verdict.text}`
    }
    const twice = options.variant === 'delta' ? duplicateOf(change.resources) : undefined
    if (twice !== undefined) return `duplicate name ${twice} found among added/updated resources`
    const least = options.minimumClusters ?? 1
    if (typeUrl === typeUrls.cds && clusters.countAfter(change) < least) {
      return `CDS update attempts to reduce clusters below configured minimum.`
    }
    return undefined
  }

  /** Clusters and listeners are watched as a whole and waited for without end. */
  function subscribeAll(
    typeUrl: string,
    manager: { update(change: Change): string | undefined; giveUp(): void },
  ): void {
    const watch: Watch = {
      typeUrl,
      name: undefined,
      update: (change) => manager.update(change),
      failed: () => manager.giveUp(),
    }
    mux.watch(watch)
  }

  let runtime: ReadonlyMap<string, Received> = new Map()
  function begin(): void {
    const layers = options.runtimeLayers ?? [names.flagsLayer, names.temporaryLayer]
    runtime = startRuntime(kernel, layers, bootstrapTimeoutMs, () => {
      const local = options.staticCluster ?? names.localCluster
      if (local === '') subscribeAll(typeUrls.cds, clusters)
      else watchStatic(local, () => subscribeAll(typeUrls.cds, clusters))
    })
  }

  /** The static cluster whose endpoints come over EDS: clusters are asked for when it is settled. */
  function watchStatic(name: string, onSettled: () => void): void {
    let settled = false
    const settle = (): void => {
      stopTimer()
      if (settled) return
      settled = true
      onSettled()
    }
    const stopTimer = timers.after(bootstrapTimeoutMs, settle)
    const update = (): undefined => settle() as undefined
    mux.watch({ typeUrl: typeUrls.eds, name, update, failed: settle })
  }

  const hashes = (held: ReadonlyMap<string, Received>): ReadonlyMap<string, { readonly hash: string }> =>
    new Map([...held].map(([name, { content }]) => [name, { hash: content.hash }]))
  const leads = (held: ReadonlyMap<string, Received>): ProxyView['routes'] =>
    new Map(
      [...held].map(([name, { content }]) => [name, { hash: content.hash, clusters: content.clusters }]),
    )
  const received = <T extends { readonly received: Received }>(
    table: ReadonlyMap<string, T>,
  ): ReadonlyMap<string, Received> => new Map([...table].map(([name, { received }]) => [name, received]))

  return {
    mux,
    timers,
    begin,
    view: () => ({
      clusters: hashes(received(clusters.active)),
      warming: hashes(received(clusters.warming)),
      endpoints: new Map(
        [...clusters.active.values()].flatMap(({ endpoints }) =>
          endpoints === undefined ? [] : [[endpoints.name, { hash: endpoints.content.hash }]],
        ),
      ),
      listeners: listenerView(received(listeners.active)),
      warmingListeners: listenerView(received(listeners.warming)),
      routes: leads(routes.held()),
      extensions: leads(extensions.held()),
      secrets: hashes(secrets.held()),
      runtime: hashes(runtime),
    }),
  }
}

function duplicateOf(resources: readonly Received[]): string | undefined {
  const seen = new Set<string>()
  return resources.find(({ name }) => seen.size === seen.add(name).size)?.name
}

function listenerView(held: ReadonlyMap<string, Received>): ProxyView['listeners'] {
  return new Map(
    [...held].map(([name, { content }]) => [
      name,
      { hash: content.hash, routeConfigurations: content.routeConfigurations.map((one) => one.name) },
    ]),
  )
}

function nodeOf({ id, cluster }: ProxyOptions): Node {
  return {
    id,
    cluster,
    metadata: { 'verdigris.role': 'gateway' },
    locality: { region: '', zone: '', subZone: '' },
    userAgentName: 'envoy',
    userAgentVersion: '1.40.0',
    clientFeatures: ['xds.config.supports-resource-ttl'],
  }
}

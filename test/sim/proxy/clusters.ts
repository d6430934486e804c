// Clusters: added and changed ones warm until their endpoints, then their secrets, are there; meanwhile no CDS ACK leaves.
// During start-up CDS is ACKed at once; instead, listeners are asked for only when all clusters are warm.
import { typeUrls } from '../../../src/envoy-api/index.ts'
import { fetchTimeoutOf, type Kernel, shuffled } from './kernel.ts'
import type { Change, Watch } from './mux.ts'
import type { Lease, Providers } from './providers.ts'
import type { Received } from './response.ts'

export interface Cluster {
  readonly received: Received
  phase: 'endpoints' | 'secrets' | 'checks' | 'ready'
  endpoints: Received | undefined
  /** Ends its subscriptions. */
  close: () => void
}

export interface Clusters {
  /** Takes a CDS change in; gives what is refused of it. */
  update(change: Change): string | undefined
  /** No answer will come, or a refused one: start-up goes on without. */
  giveUp(): void
  has(name: string): boolean
  /** Clusters that would be there after a change. */
  countAfter(change: Change): number
  readonly active: ReadonlyMap<string, Cluster>
  readonly warming: ReadonlyMap<string, Cluster>
}

export interface ClusterOptions {
  /** Milliseconds that a first round of health checks takes. */
  readonly healthCheckRoundMs: number
  /** Called once: every cluster of the start is ready. */
  readonly onInitialised: () => void
}

/** The cluster manager of a proxy that holds none. */
export function createClusters(kernel: Kernel, secrets: Providers, options: ClusterOptions): Clusters {
  const { mux, timers } = kernel
  const active = new Map<string, Cluster>()
  const warming = new Map<string, Cluster>()
  /** Newest endpoints of every name, for a cluster whose own do not come in time. */
  const cache = new Map<string, Received>()
  let starting: 'clusters' | 'endpoints' | 'over' = 'clusters'
  let paused = false

  /** Holds the CDS ACK while a cluster warms. */
  function holdBack(): void {
    const hold = starting === 'over' && warming.size > 0
    if (hold === paused) return
    paused = hold
    if (hold) mux.pause(typeUrls.cds)
    else mux.resume(typeUrls.cds)
  }

  function checkStart(): void {
    if (starting !== 'endpoints') return
    if (warming.size > 0) return
    starting = 'over'
    options.onInitialised()
  }

  function ready(cluster: Cluster): void {
    cluster.phase = 'ready'
    const { name } = cluster.received
    if (warming.get(name) === cluster) {
      warming.delete(name)
      active.get(name)?.close()
      active.set(name, cluster)
      holdBack()
    }
    checkStart()
  }

  /** A cluster that has subscribed nothing, and what begins its warming. */
  function create(received: Received): { readonly cluster: Cluster; readonly begin: () => void } {
    const leases: Lease[] = []
    const stops: (() => void)[] = []
    const cluster: Cluster = {
      received,
      phase: 'endpoints',
      endpoints: undefined,
      close: () => {
        for (const stop of stops.splice(0)) stop()
        // Envoy lets go of secrets a turn later than of endpoints.
        for (const lease of leases.splice(0)) timers.after(1, lease.release)
      },
    }
    const { content } = received

    const checks = (): void => {
      const needed = content.checked && cluster.endpoints?.content.checked === true
      if (needed && options.healthCheckRoundMs > 0) {
        cluster.phase = 'checks'
        stops.push(timers.after(options.healthCheckRoundMs, () => ready(cluster)))
      } else ready(cluster)
    }
    const look = (): void => {
      if (cluster.phase === 'secrets' && leases.every((lease) => lease.settled())) checks()
    }
    // Known from the beginning, so that a newer cluster keeps the secrets of an older one; asked for only now.
    for (const reference of content.secrets) leases.push(secrets.acquire(reference, look))
    const fetchSecrets = (): void => {
      if (cluster.phase !== 'endpoints') return
      cluster.phase = 'secrets'
      for (const lease of leases) lease.start()
      look()
    }

    const { endpoints } = content
    if (endpoints === undefined) return { cluster, begin: fetchSecrets }
    const { name } = endpoints
    const watch: Watch = {
      typeUrl: typeUrls.eds,
      name,
      update: ({ resources }) => {
        const assignment = resources.at(-1)
        if (assignment !== undefined) {
          const verdict = kernel.judge(typeUrls.eds, assignment)
          if (verdict.kind !== 'fine') return verdict.text
        }
        stopTimer()
        if (assignment !== undefined) {
          cluster.endpoints = assignment
          cache.set(name, assignment)
        }
        fetchSecrets()
        return undefined
      },
      failed: () => {
        stopTimer()
        fetchSecrets()
      },
    }
    const stopTimer = timers.after(fetchTimeoutOf(kernel, endpoints.fetchTimeoutMs), () => {
      cluster.endpoints ??= cache.get(name)
      fetchSecrets()
    })
    stops.push(stopTimer, () => mux.unwatch(watch))
    return { cluster, begin: () => mux.watch(watch) }
  }

  function put(received: Received, begins: (() => void)[]): void {
    const { name, content } = received
    const waiting = warming.get(name)
    const used = active.get(name)
    // Equal to what warms, or to what is used when nothing warms: nothing to do. A way back over a warming one warms.
    if ((waiting ?? used)?.received.content.hash === content.hash) return
    const { cluster, begin } = create(received)
    const replaced = warming.get(name)
    warming.set(name, cluster)
    holdBack()
    begins.push(() => {
      if (warming.get(name) === cluster) begin()
      // After the new one has subscribed, so that its names stay asked for.
      replaced?.close()
    })
    if (starting === 'over') for (const one of begins.splice(0)) one()
  }

  function remove(name: string): void {
    for (const table of [active, warming]) {
      table.get(name)?.close()
      table.delete(name)
    }
    holdBack()
    checkStart()
  }

  const removedBy = ({ resources, removed, whole }: Change): readonly string[] => {
    if (!whole) return removed
    const kept = new Set(resources.map(({ name }) => name))
    return [...new Set([...active.keys(), ...warming.keys()])].filter((name) => !kept.has(name))
  }

  return {
    active,
    warming,
    has: (name) => active.has(name) || warming.has(name),
    countAfter(change) {
      const names = new Set([
        ...active.keys(),
        ...warming.keys(),
        ...change.resources.map(({ name }) => name),
      ])
      for (const name of removedBy(change)) names.delete(name)
      return names.size
    },
    update(change) {
      const refusals: string[] = []
      mux.pause(typeUrls.eds)
      mux.pause(typeUrls.sds)
      const seen = new Set<string>()
      const begins: (() => void)[] = []
      for (const received of change.resources) {
        if (seen.size === seen.add(received.name).size) {
          refusals.push(`duplicate cluster ${received.name} found`)
          continue
        }
        const verdict = kernel.judge(typeUrls.cds, received)
        if (verdict.kind === 'fine') put(received, begins)
        else refusals.push(`${received.name}: ${verdict.text}`)
      }
      for (const name of removedBy(change)) remove(name)
      // Clusters of the start begin in no fixed order.
      for (const begin of shuffled(begins, kernel.random)) begin()
      if (starting === 'clusters') starting = 'endpoints'
      mux.resume(typeUrls.eds)
      mux.resume(typeUrls.sds)
      checkStart()
      return refusals.length === 0 ? undefined : refusals.join('; ')
    },
    giveUp() {
      if (starting === 'clusters') starting = 'endpoints'
      checkStart()
    },
  }
}

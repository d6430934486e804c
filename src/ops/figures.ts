// Figures that rooms keep themselves: read when somebody scrapes, and set as metrics then.
import type { Counter, Gauge } from 'prom-client'
import type { NodeStatus } from '../fleet/index.ts'
import type { GroupKey, World } from '../model/index.ts'
import type { PushRecord, RetirementStatus } from '../push/index.ts'
import type { SecretState } from '../secrets/index.ts'
import type { EncodeCounts } from '../snapshot/index.ts'
import type { StoreStats } from '../store/index.ts'
import type { XdsStats } from '../xds/index.ts'
import type { LoopLag } from './event-loop.ts'
import { groupFigures, type Laggards, type MeasuredGroup, nodeStates } from './group-figures.ts'
import type { Instruments } from './instruments.ts'
import { phaseLabels } from './metric-table.ts'
import { trafficFigures } from './traffic-figures.ts'

/** What is not there yet is left out. */
export interface Figures {
  readonly nodes?: () => readonly NodeStatus[]
  readonly groups?: () => ReadonlyMap<GroupKey, MeasuredGroup>
  /** Pushes that are not over. */
  readonly pushes?: () => readonly PushRecord[]
  readonly retirements?: () => readonly RetirementStatus[]
  readonly traffic?: () => { readonly heads: World; readonly applied: World }
  readonly endpoints?: () => Readonly<Record<'live' | 'draining' | 'lapsed', number>>
  readonly revision?: () => number
  readonly store?: () => StoreStats
  readonly encodes?: () => EncodeCounts
  readonly streams?: () => Pick<XdsStats, 'unsentBytes' | 'slowBytes' | 'crowded' | 'withheld'>
  readonly ready?: () => boolean
  readonly lag?: () => LoopLag
  readonly secrets?: () => readonly SecretState[]
  readonly webhooks?: () => readonly {
    readonly target: string
    readonly waiting: number
    readonly isFailing: boolean
  }[]
}

/** Both clocks, in milliseconds. */
export interface ScrapeTime {
  readonly wall: number
  readonly mono: number
}

/** What sets the metrics from figures, at a scrape. */
export function createReadings(make: Instruments): (figures: Figures, now: ScrapeTime) => void {
  const readers: readonly ((figures: Figures, now: ScrapeTime) => void)[] = [
    readFleet(make),
    readPushes(make),
    readTraffic(make),
    readStore(make),
    readStreams(make),
    readSecrets(make),
    readWebhooks(make),
    readProcess(make),
  ]
  return (figures, now) => {
    for (const read of readers) read(figures, now)
  }
}

type Reader = (figures: Figures, now: ScrapeTime) => void

function readWebhooks(make: Instruments): Reader {
  const waiting = make.gauge('verdigris_webhook_waiting')
  const failing = make.gauge('verdigris_webhook_failing')
  return ({ webhooks }) => {
    for (const { target, ...state } of webhooks?.() ?? []) {
      waiting.set({ target }, state.waiting)
      failing.set({ target }, state.isFailing ? 1 : 0)
    }
  }
}

function readFleet(make: Instruments): Reader {
  const nodes = make.gauge('verdigris_nodes')
  const refusing = make.gauge('verdigris_nodes_refusing')
  const groupNodes = make.gauge('verdigris_group_nodes')
  const generation = make.gauge('verdigris_group_generation')
  const lag = make.gauge('verdigris_group_lag_seconds')
  let laggards: Laggards = new Map()
  return (figures, now) => {
    if (figures.nodes === undefined) return
    const fleet = figures.nodes()
    const count = { connected: 0, gone: 0, held: 0 }
    for (const node of fleet)
      count[node.connected ? (node.group === undefined ? 'held' : 'connected') : 'gone'] += 1
    setAll(nodes, 'state', count)
    refusing.set(fleet.filter(({ types }) => types.some(({ nack }) => nack !== undefined)).length)
    if (figures.groups === undefined) return
    const seen = groupFigures(fleet, figures.groups(), laggards, now.mono)
    laggards = seen.laggards
    // A group that was deleted leaves no series behind.
    for (const gauge of [groupNodes, generation, lag]) gauge.reset()
    for (const { group, generation: newest, nodes: states, lagMs } of seen.groups) {
      for (const state of nodeStates) groupNodes.set({ group, state }, states[state])
      generation.set({ group }, newest)
      lag.set({ group }, lagMs / 1e3)
    }
  }
}

function readPushes(make: Instruments): Reader {
  const running = make.gauge('verdigris_pushes_running')
  const oldest = make.gauge('verdigris_push_oldest_seconds')
  const retirements = make.gauge('verdigris_retirements')
  const oldestRetirement = make.gauge('verdigris_retirement_oldest_seconds')
  return (figures, now) => {
    if (figures.pushes !== undefined) {
      const pushes = figures.pushes()
      for (const phase of phaseLabels)
        running.set({ phase }, pushes.filter((push) => push.phase === phase).length)
      oldest.set(most(pushes.map(({ startedAt, ramp }) => now.wall - startedAt - (ramp?.ms ?? 0))) / 1e3)
    }
    if (figures.retirements === undefined) return
    const count = { referenced: 0, quiet: 0, draining: 0 }
    const all = figures.retirements()
    for (const { step } of all) count[step] += 1
    setAll(retirements, 'step', count)
    oldestRetirement.set(most(all.map(({ ageMs }) => ageMs)) / 1e3)
  }
}

function readTraffic(make: Instruments): Reader {
  const wanted = make.gauge('verdigris_traffic_wanted_ratio')
  const applied = make.gauge('verdigris_traffic_applied_ratio')
  const byRequest = make.gauge('verdigris_traffic_by_request')
  const unlisted = make.gauge('verdigris_traffic_services_unlisted')
  const endpoints = make.gauge('verdigris_endpoints')
  let seen: { readonly heads: World; readonly applied: World } | undefined
  return (figures) => {
    if (figures.endpoints !== undefined) setAll(endpoints, 'state', figures.endpoints())
    if (figures.traffic === undefined) return
    // Worlds are replaced, never changed: the same ones say the same, and most scrapes find them.
    const { heads, applied: served } = figures.traffic()
    if (seen?.heads === heads && seen.applied === served) return
    seen = { heads, applied: served }
    const traffic = trafficFigures(seen)
    for (const gauge of [wanted, applied, byRequest]) gauge.reset()
    for (const { wanted: given, applied: got, ...labels } of traffic.shares) {
      wanted.set(labels, given)
      applied.set(labels, got)
    }
    for (const { on, ...labels } of traffic.byRequest) byRequest.set(labels, on ? 1 : 0)
    unlisted.set(traffic.unlisted)
  }
}

function readStore(make: Instruments): Reader {
  const revision = make.gauge('verdigris_revision')
  const commits = make.counter('verdigris_store_commits_total')
  const flushSeconds = make.counter('verdigris_store_flush_seconds_total')
  const bytes = make.gauge('verdigris_store_bytes')
  const resources = make.gauge('verdigris_store_resources')
  const waiting = make.gauge('verdigris_store_waiting')
  const readOnly = make.gauge('verdigris_store_read_only')
  return (figures) => {
    if (figures.revision !== undefined) revision.set(figures.revision())
    if (figures.store === undefined) return
    const stats = figures.store()
    setCounter(commits, stats.commits)
    setCounter(flushSeconds, stats.flushMsTotal / 1e3)
    bytes.set(stats.bytes)
    resources.set(stats.resources)
    waiting.set(stats.waiting)
    readOnly.set(stats.readOnly === undefined ? 0 : 1)
  }
}

function readStreams(make: Instruments): Reader {
  const unsent = make.gauge('verdigris_unsent_bytes')
  const waiting = make.gauge('verdigris_streams_waiting')
  const withheld = make.gauge('verdigris_secrets_withheld')
  const encodes = make.counter('verdigris_encodes_total')
  return (figures) => {
    if (figures.streams !== undefined) {
      const stats = figures.streams()
      setAll(unsent, 'reader', { quick: stats.unsentBytes - stats.slowBytes, slow: stats.slowBytes })
      waiting.set(stats.crowded)
      setAll(withheld, 'reason', stats.withheld)
    }
    if (figures.encodes === undefined) return
    const { resources, virtualHosts, routes } = figures.encodes()
    encodes.reset()
    encodes.inc({ piece: 'resource' }, resources)
    encodes.inc({ piece: 'virtual_host' }, virtualHosts)
    encodes.inc({ piece: 'route' }, routes)
  }
}

function readSecrets(make: Instruments): Reader {
  const states = make.gauge('verdigris_secrets')
  const expiry = make.maybe('verdigris_secret_expiry_seconds')
  return (figures) => {
    if (figures.secrets === undefined) return
    const secrets = figures.secrets()
    const count = { good: 0, stale: 0, missing: 0 }
    for (const { kind } of secrets) count[kind] += 1
    setAll(states, 'state', count)
    const ends = secrets.flatMap(({ facts }) => facts.map(({ notAfter }) => notAfter))
    expiry.set(ends.length === 0 ? undefined : ends.reduce((a, b) => Math.min(a, b)) / 1e3)
  }
}

function readProcess(make: Instruments): Reader {
  const ready = make.gauge('verdigris_ready')
  const lag = make.gauge('verdigris_event_loop_lag_seconds')
  return (figures) => {
    if (figures.ready !== undefined) ready.set(figures.ready() ? 1 : 0)
    if (figures.lag === undefined) return
    const { p50, p99, max } = figures.lag()
    lag.set({ quantile: '0.5' }, p50)
    lag.set({ quantile: '0.99' }, p99)
    lag.set({ quantile: '1' }, max)
  }
}

function setAll(gauge: Gauge, label: string, values: Readonly<Record<string, number>>): void {
  for (const [value, count] of Object.entries(values)) gauge.set({ [label]: value }, count)
}

/** A counter that another room counts: set to its value, which never goes down. */
function setCounter(counter: Counter, value: number): void {
  counter.reset()
  counter.inc(value)
}

const most = (values: readonly number[]): number => values.reduce((a, b) => Math.max(a, b), 0)

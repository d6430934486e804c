// The metrics of a running server: fed by what crosses the channel and by push records; figures that rooms keep
// themselves are read when somebody scrapes.
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import { limits } from '../base/index.ts'
import type { FromStreams } from '../channel/index.ts'
import type { NodeStatus } from '../fleet/index.ts'
import { finalPhases, type PushRecord } from '../push/index.ts'
import type { SecretState } from '../secrets/index.ts'
import type { EncodeCounts } from '../snapshot/index.ts'
import type { StoreStats } from '../store/index.ts'
import type { LoopLag } from './event-loop.ts'
import { type MetricName, metricTable, outcomeLabels, typeLabels, verbLabels } from './metric-table.ts'

/** Figures read at every scrape; what is not there yet is left out. */
export interface Figures {
  readonly nodes?: () => readonly NodeStatus[]
  readonly pushesRunning?: () => number
  readonly revision?: () => number
  readonly store?: () => StoreStats
  readonly encodes?: () => EncodeCounts
  readonly ready?: () => boolean
  readonly lag?: () => LoopLag
  readonly secrets?: () => readonly SecretState[]
}

export interface Metrics {
  /** Every message from the streams, as the decider gets it. */
  stream(message: FromStreams): void
  /** Every record of a push, as watchers get it; counted once, when it is final. */
  push(record: PushRecord): void
  /** A call that ended; the duration of a watch says nothing and is not kept. */
  adminCall(call: {
    readonly method: string
    readonly code: number
    readonly ms: number
    readonly streaming: boolean
  }): void
  adminWatchers(open: number): void
  gateRefused(port: 'xds' | 'admin' | 'http'): void
  certificateExpires(at: number): void
  /** Adds figures to read at a scrape. */
  read(figures: Figures): void
  /** The exposition text and its content type. */
  expose(): Promise<{ readonly text: string; readonly contentType: string }>
}

/** A registry of its own with everything in metricTable, and Node's process metrics. */
export function createMetrics(build: { readonly version: string }): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  let figures: Figures = {}

  const labelNames = (name: MetricName): string[] => Object.keys(metricTable[name].labels)
  const counter = (name: MetricName): Counter =>
    new Counter({ name, help: metricTable[name].help, labelNames: labelNames(name), registers: [registry] })
  const gauge = (name: MetricName): Gauge =>
    new Gauge({ name, help: metricTable[name].help, labelNames: labelNames(name), registers: [registry] })
  const histogram = (name: MetricName): Histogram => {
    const row = metricTable[name]
    const buckets = 'buckets' in row ? [...row.buckets] : []
    return new Histogram({
      name,
      help: row.help,
      labelNames: labelNames(name),
      buckets,
      registers: [registry],
    })
  }

  gauge('verdigris_build_info').set({ version: build.version, node: process.versions.node }, 1)
  const ready = gauge('verdigris_ready')
  const streams = gauge('verdigris_streams')
  const streamsOpened = counter('verdigris_streams_opened_total')
  const streamsClosed = counter('verdigris_streams_closed_total')
  const nodes = gauge('verdigris_nodes')
  const refusing = gauge('verdigris_nodes_refusing')
  const responses = counter('verdigris_responses_total')
  const responseBytes = counter('verdigris_response_bytes_total')
  const acks = counter('verdigris_acks_total')
  const nacks = counter('verdigris_nacks_total')
  const repairs = counter('verdigris_repairs_total')
  const encodes = counter('verdigris_encodes_total')
  const pushesRunning = gauge('verdigris_pushes_running')
  const pushes = counter('verdigris_pushes_total')
  const pushDuration = histogram('verdigris_push_duration_seconds')
  const pushSkew = histogram('verdigris_push_skew_seconds')
  const pushFlush = histogram('verdigris_push_flush_seconds')
  const revision = gauge('verdigris_revision')
  const commits = counter('verdigris_store_commits_total')
  const flushSeconds = counter('verdigris_store_flush_seconds_total')
  const storeBytes = gauge('verdigris_store_bytes')
  const storeResources = gauge('verdigris_store_resources')
  const storeWaiting = gauge('verdigris_store_waiting')
  const storeReadOnly = gauge('verdigris_store_read_only')
  const adminCalls = counter('verdigris_admin_calls_total')
  const adminSeconds = histogram('verdigris_admin_call_seconds')
  const adminWatchers = gauge('verdigris_admin_watchers')
  const gateRefusals = counter('verdigris_gate_refusals_total')
  const lag = gauge('verdigris_event_loop_lag_seconds')
  const expiry = new Map<string, number>()
  const expiryGauge = new Gauge({
    name: 'verdigris_certificate_expiry_seconds',
    help: metricTable.verdigris_certificate_expiry_seconds.help,
    registers: [],
  })

  const secretStates = gauge('verdigris_secrets')
  const secretExpiry = new Gauge({
    name: 'verdigris_secret_expiry_seconds',
    help: metricTable.verdigris_secret_expiry_seconds.help,
    registers: [],
  })

  const variants = new Map<string, 'sotw' | 'delta'>()
  const ended = new Set<string>()
  for (const variant of ['sotw', 'delta']) streams.set({ variant }, 0)
  for (const type of typeLabels) nacks.inc({ type }, 0)

  const readFigures = (): void => {
    if (figures.ready !== undefined) ready.set(figures.ready() ? 1 : 0)
    if (figures.nodes !== undefined) {
      const count = { connected: 0, gone: 0, held: 0 }
      let open = 0
      for (const node of figures.nodes()) {
        count[node.connected ? (node.group === undefined ? 'held' : 'connected') : 'gone'] += 1
        if (node.types.some((type) => type.nack !== undefined)) open += 1
      }
      for (const [state, value] of Object.entries(count)) nodes.set({ state }, value)
      refusing.set(open)
    }
    if (figures.pushesRunning !== undefined) pushesRunning.set(figures.pushesRunning())
    if (figures.revision !== undefined) revision.set(figures.revision())
    if (figures.store !== undefined) {
      const stats = figures.store()
      setCounter(commits, stats.commits)
      setCounter(flushSeconds, stats.flushMsTotal / 1e3)
      storeBytes.set(stats.bytes)
      storeResources.set(stats.resources)
      storeWaiting.set(stats.waiting)
      storeReadOnly.set(stats.readOnly === undefined ? 0 : 1)
    }
    if (figures.encodes !== undefined) {
      const { resources, virtualHosts, routes } = figures.encodes()
      encodes.reset()
      encodes.inc({ piece: 'resource' }, resources)
      encodes.inc({ piece: 'virtual_host' }, virtualHosts)
      encodes.inc({ piece: 'route' }, routes)
    }
    if (figures.secrets !== undefined) {
      const states = figures.secrets()
      for (const state of ['good', 'stale', 'missing'] as const)
        secretStates.set({ state }, states.filter(({ kind }) => kind === state).length)
      const ends = states.flatMap(({ facts }) => facts.map(({ notAfter }) => notAfter))
      registry.removeSingleMetric('verdigris_secret_expiry_seconds')
      if (ends.length > 0) {
        registry.registerMetric(secretExpiry)
        secretExpiry.set(ends.reduce((a, b) => Math.min(a, b)) / 1e3)
      }
    }
    if (figures.lag !== undefined) {
      const { p50, p99, max } = figures.lag()
      lag.set({ quantile: '0.5' }, p50)
      lag.set({ quantile: '0.99' }, p99)
      lag.set({ quantile: '1' }, max)
    }
  }

  return {
    stream: (message) => {
      switch (message.kind) {
        case 'opened':
          variants.set(message.stream, message.variant)
          streams.inc({ variant: message.variant })
          streamsOpened.inc({ variant: message.variant })
          return
        case 'closed': {
          const variant = variants.get(message.stream)
          if (variant !== undefined) streams.dec({ variant })
          variants.delete(message.stream)
          streamsClosed.inc()
          return
        }
        case 'sent':
          responses.inc({ type: typeLabel(message.type) })
          responseBytes.inc({ type: typeLabel(message.type) }, message.bytes)
          return
        case 'holds':
          if (message.acked) acks.inc({ type: typeLabel(message.type) })
          return
        case 'nacked':
          nacks.inc({ type: typeLabel(message.type) })
          return
        case 'repaired':
          repairs.inc({ type: typeLabel(message.type) })
          return
        case 'placed':
        case 'subscribed':
        case 'resync':
          return
      }
    },
    push: (record) => {
      if (!finalPhases.includes(record.phase) || ended.has(record.id)) return
      remember(ended, record.id)
      const verb = verbLabels.find((label) => label === record.verb) ?? 'other'
      const outcome = outcomeLabels.find((label) => label === record.phase) ?? 'done'
      pushes.inc({ verb, outcome })
      const { firstAckMs, lastAckMs, flushMs } = record.timings
      if (flushMs !== undefined) pushFlush.observe(flushMs / 1e3)
      if (record.phase !== 'done' || lastAckMs === undefined) return
      pushDuration.observe({ verb }, lastAckMs / 1e3)
      if (firstAckMs !== undefined) pushSkew.observe((lastAckMs - firstAckMs) / 1e3)
    },
    adminCall: ({ method, code, ms, streaming }) => {
      adminCalls.inc({ method, code: codeNames[code] ?? 'other' })
      if (!streaming) adminSeconds.observe({ method }, ms / 1e3)
    },
    adminWatchers: (open) => adminWatchers.set(open),
    gateRefused: (port) => gateRefusals.inc({ port }),
    certificateExpires: (at) => {
      // Registered only now: without TLS the series would say 1970.
      if (expiry.size === 0) registry.registerMetric(expiryGauge)
      expiry.set('server', at)
      expiryGauge.set(at / 1e3)
    },
    read: (more) => {
      figures = { ...figures, ...more }
    },
    expose: async () => {
      readFigures()
      return { text: await registry.metrics(), contentType: registry.contentType }
    },
  }
}

/** The label of a type URL or short name. */
function typeLabel(type: string): (typeof typeLabels)[number] {
  const short = typeLabels.find((label) => label === type)
  return short ?? byMessage[type.slice(type.lastIndexOf('.') + 1)] ?? 'other'
}
const byMessage: Readonly<Record<string, (typeof typeLabels)[number]>> = {
  Listener: 'lds',
  RouteConfiguration: 'rds',
  Cluster: 'cds',
  ClusterLoadAssignment: 'eds',
  Secret: 'sds',
  Runtime: 'rtds',
  TypedExtensionConfig: 'ecds',
}

/** Codes of gRPC by number, as its specification names them. */
const codeNames: readonly string[] = [
  ...['OK', 'CANCELLED', 'UNKNOWN', 'INVALID_ARGUMENT', 'DEADLINE_EXCEEDED', 'NOT_FOUND', 'ALREADY_EXISTS'],
  ...['PERMISSION_DENIED', 'RESOURCE_EXHAUSTED', 'FAILED_PRECONDITION', 'ABORTED', 'OUT_OF_RANGE'],
  ...['UNIMPLEMENTED', 'INTERNAL', 'UNAVAILABLE', 'DATA_LOSS', 'UNAUTHENTICATED'],
]

/** A counter that another room counts: set to its value, which never goes down. */
function setCounter(counter: Counter, value: number): void {
  counter.reset()
  counter.inc(value)
}

/** Ids of pushes already counted; only the newest are ever reported again. */
function remember(ids: Set<string>, id: string): void {
  ids.add(id)
  if (ids.size <= limits.pushesKept) return
  for (const oldest of ids) {
    ids.delete(oldest)
    return
  }
}

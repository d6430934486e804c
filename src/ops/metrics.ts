// The metrics of a running server: fed by what crosses the channel and by push records; figures that rooms keep
// themselves are read when somebody scrapes (figures.ts).
import { collectDefaultMetrics } from 'prom-client'
import { limits } from '../base/index.ts'
import type { FromStreams } from '../channel/index.ts'
import { finalPhases, type PushRecord } from '../push/index.ts'
import { createReadings, type Figures, type ScrapeTime } from './figures.ts'
import { createInstruments } from './instruments.ts'
import { outcomeLabels, pushSteps, typeLabels, verbLabels, type webhookOutcomes } from './metric-table.ts'

type WebhookOutcome = (typeof webhookOutcomes)[number]

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
  /** Events for a webhook, by what became of them; `failed`: an attempt that may be repeated. */
  webhook(target: string, outcome: WebhookOutcome | 'failed', count: number): void
  /** Adds figures to read at a scrape. */
  read(figures: Figures): void
  /** The exposition text and its content type. */
  expose(): Promise<{ readonly text: string; readonly contentType: string }>
}

/** A registry of its own with everything in metricTable, and Node's process metrics. `now`: for tests. */
export function createMetrics(build: { readonly version: string }, now: () => ScrapeTime = clocks): Metrics {
  const make = createInstruments()
  const { registry, counter, gauge, histogram } = make
  collectDefaultMetrics({ register: registry })
  let figures: Figures = {}
  const readFigures = createReadings(make)

  gauge('verdigris_build_info').set({ version: build.version, node: process.versions.node }, 1)
  const streams = gauge('verdigris_streams')
  const streamsOpened = counter('verdigris_streams_opened_total')
  const streamsClosed = counter('verdigris_streams_closed_total')
  const responses = counter('verdigris_responses_total')
  const responseBytes = counter('verdigris_response_bytes_total')
  const acks = counter('verdigris_acks_total')
  const nacks = counter('verdigris_nacks_total')
  const repairs = counter('verdigris_repairs_total')
  const pushes = counter('verdigris_pushes_total')
  const pushDuration = histogram('verdigris_push_duration_seconds')
  const pushStep = histogram('verdigris_push_step_seconds')
  const pushSkew = histogram('verdigris_push_skew_seconds')
  const pushFlush = histogram('verdigris_push_flush_seconds')
  const adminCalls = counter('verdigris_admin_calls_total')
  const adminSeconds = histogram('verdigris_admin_call_seconds')
  const adminWatchers = gauge('verdigris_admin_watchers')
  const gateRefusals = counter('verdigris_gate_refusals_total')
  const certificateExpiry = make.maybe('verdigris_certificate_expiry_seconds')
  const webhookEvents = counter('verdigris_webhook_events_total')
  const webhookFailures = counter('verdigris_webhook_failures_total')

  const variants = new Map<string, 'sotw' | 'delta'>()
  const ended = new Set<string>()
  // A counter that begins at 1 has not increased: an alert would miss what happens first.
  for (const variant of ['sotw', 'delta']) {
    streams.set({ variant }, 0)
    streamsOpened.inc({ variant }, 0)
  }
  for (const one of [responses, responseBytes, acks, nacks, repairs])
    for (const type of typeLabels) one.inc({ type }, 0)
  for (const verb of verbLabels) for (const outcome of outcomeLabels) pushes.inc({ verb, outcome }, 0)
  for (const port of ['xds', 'admin', 'http']) gateRefusals.inc({ port }, 0)

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
      for (const [step, ms] of stepsOf(record.timings)) pushStep.observe({ step }, ms / 1e3)
      pushDuration.observe({ verb }, lastAckMs / 1e3)
      if (firstAckMs !== undefined) pushSkew.observe((lastAckMs - firstAckMs) / 1e3)
    },
    adminCall: ({ method, code, ms, streaming }) => {
      adminCalls.inc({ method, code: codeNames[code] ?? 'other' })
      if (!streaming) adminSeconds.observe({ method }, ms / 1e3)
    },
    adminWatchers: (open) => adminWatchers.set(open),
    gateRefused: (port) => gateRefusals.inc({ port }),
    webhook: (target, outcome, count) => {
      if (outcome === 'failed') webhookFailures.inc({ target }, count)
      else webhookEvents.inc({ target, outcome }, count)
    },
    certificateExpires: (at) => certificateExpiry.set(at / 1e3),
    read: (more) => {
      figures = { ...figures, ...more }
    },
    expose: async () => {
      readFigures(figures, now())
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

/** How long each part of a push took; what it did not need is left out. */
function stepsOf(timings: PushRecord['timings']): readonly (readonly [(typeof pushSteps)[number], number])[] {
  const { committedMs, preparedMs, decidedMs, lastAckMs } = timings
  const ends = { commit: committedMs, prepare: preparedMs, decide: decidedMs, switch: lastAckMs }
  let before = 0
  return pushSteps.flatMap((step) => {
    const end = ends[step]
    if (end === undefined) return []
    const ms = Math.max(0, end - before)
    before = end
    return [[step, ms] as const]
  })
}

const clocks = (): ScrapeTime => ({ wall: Date.now(), mono: performance.now() })

/** Ids of pushes already counted; only the newest are ever reported again. */
function remember(ids: Set<string>, id: string): void {
  ids.add(id)
  if (ids.size <= limits.pushesKept) return
  for (const oldest of ids) {
    ids.delete(oldest)
    return
  }
}

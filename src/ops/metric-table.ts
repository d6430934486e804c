// Every metric of Verdigris, declared once: name, type, help, labels with the values they can take. A label
// without a closed set of values is not allowed: a fleet must not be able to grow our own series.
// docs/reference/metrics.md lists the same, and a test holds the two together.

/** Short names of the resource types, as labels. */
export const typeLabels = ['lds', 'rds', 'cds', 'eds', 'sds', 'rtds', 'ecds', 'other'] as const
/** What a push was started by. */
export const verbLabels = [
  'apply',
  'delete',
  'switch',
  'split',
  'cohort',
  'mirror',
  'set-traffic',
  'rollback',
  'compensate',
  'other',
] as const
/** How a push ended. */
export const outcomeLabels = ['done', 'aborted', 'reverted', 'split', 'overtaken'] as const

/** Seconds; dense below 100 ms, where switches live. */
const pushBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 60]
const callBuckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5]

export interface MetricRow {
  readonly type: 'counter' | 'gauge' | 'histogram'
  readonly help: string
  /** Label → every value it can take; `gRPC method` and the like stand for a set that the program fixes. */
  readonly labels: Readonly<Record<string, readonly string[] | string>>
  /** Seconds. */
  readonly buckets?: readonly number[]
}

const types = { type: typeLabels }
const variants = { variant: ['sotw', 'delta'] }
const methods = { method: 'the methods of the API, such as Traffic/Switch' }

/** Name → what it is. Units last in the name: seconds, bytes; counters end in `_total`. */
export const metricTable = {
  verdigris_build_info: {
    type: 'gauge',
    help: 'Always 1; the version is in the labels.',
    labels: { version: 'one value', node: 'one value' },
  },
  verdigris_ready: { type: 'gauge', help: '1 when the state is loaded and streams are served.', labels: {} },
  verdigris_streams: { type: 'gauge', help: 'xDS streams open now.', labels: variants },
  verdigris_streams_opened_total: { type: 'counter', help: 'xDS streams opened.', labels: variants },
  verdigris_streams_closed_total: {
    type: 'counter',
    help: 'xDS streams closed, for whatever reason.',
    labels: {},
  },
  verdigris_nodes: {
    type: 'gauge',
    help: 'Nodes of the inventory: connected, gone but still counted, or held because they match no node group.',
    labels: { state: ['connected', 'gone', 'held'] },
  },
  verdigris_nodes_refusing: { type: 'gauge', help: 'Nodes with an open NACK.', labels: {} },
  verdigris_responses_total: { type: 'counter', help: 'Discovery responses sent.', labels: types },
  verdigris_response_bytes_total: {
    type: 'counter',
    help: 'Bytes of resources in discovery responses sent.',
    labels: types,
  },
  verdigris_acks_total: { type: 'counter', help: 'Responses that a proxy ACKed.', labels: types },
  verdigris_nacks_total: { type: 'counter', help: 'Responses that a proxy refused.', labels: types },
  verdigris_repairs_total: {
    type: 'counter',
    help: 'Refusals repaired: the last good content was ACKed again.',
    labels: types,
  },
  verdigris_encodes_total: {
    type: 'counter',
    help: 'Pieces whose bytes were made, each content once: whole resources, and routes and virtual hosts inside them.',
    labels: { piece: ['resource', 'virtual_host', 'route'] },
  },
  verdigris_pushes_running: { type: 'gauge', help: 'Pushes not yet final.', labels: {} },
  verdigris_pushes_total: {
    type: 'counter',
    help: 'Pushes that ended.',
    labels: { verb: verbLabels, outcome: outcomeLabels },
  },
  verdigris_push_duration_seconds: {
    type: 'histogram',
    help: 'From the command to the last ACK of the switch, of pushes that ended done.',
    labels: { verb: verbLabels },
    buckets: pushBuckets,
  },
  verdigris_push_skew_seconds: {
    type: 'histogram',
    help: 'From the first to the last ACK of the switch: how long both versions served.',
    labels: {},
    buckets: pushBuckets,
  },
  verdigris_push_flush_seconds: {
    type: 'histogram',
    help: 'Part of a push that was spent flushing to disk.',
    labels: {},
    buckets: pushBuckets,
  },
  verdigris_revision: { type: 'gauge', help: 'The newest revision.', labels: {} },
  verdigris_store_commits_total: { type: 'counter', help: 'Commits made durable.', labels: {} },
  verdigris_store_flush_seconds_total: {
    type: 'counter',
    help: 'Time spent in flushes of the store.',
    labels: {},
  },
  verdigris_store_bytes: { type: 'gauge', help: 'Bytes that the store holds.', labels: {} },
  verdigris_store_resources: { type: 'gauge', help: 'Encoded resources that the store holds.', labels: {} },
  verdigris_store_waiting: { type: 'gauge', help: 'Commits that wait for a flush.', labels: {} },
  verdigris_store_read_only: {
    type: 'gauge',
    help: '1 when the store is damaged, or after a failure of the disk: nothing is written, serving goes on.',
    labels: {},
  },
  verdigris_admin_calls_total: {
    type: 'counter',
    help: 'Calls of the admin API that ended.',
    labels: { ...methods, code: 'the codes of gRPC, such as OK and NOT_FOUND' },
  },
  verdigris_admin_call_seconds: {
    type: 'histogram',
    help: 'Duration of unary calls of the admin API.',
    labels: methods,
    buckets: callBuckets,
  },
  verdigris_admin_watchers: { type: 'gauge', help: 'Watch streams of the admin API open now.', labels: {} },
  verdigris_gate_refusals_total: {
    type: 'counter',
    help: 'Calls refused at the gate: no usable identity, or not allowed.',
    labels: { port: ['xds', 'admin', 'http'] },
  },
  verdigris_event_loop_lag_seconds: {
    type: 'gauge',
    help: 'Delay of the event loop since the last scrape.',
    labels: { quantile: ['0.5', '0.99', '1'] },
  },
  verdigris_secrets: {
    type: 'gauge',
    help: 'Secrets by how their files stand: good; stale: bad, and what was good last goes on; missing: nothing good since the start.',
    labels: { state: ['good', 'stale', 'missing'] },
  },
  verdigris_secret_expiry_seconds: {
    type: 'gauge',
    help: 'The earliest end of validity among the certificates that are served from Secrets, seconds since 1970. Absent without any.',
    labels: {},
  },
  verdigris_certificate_expiry_seconds: {
    type: 'gauge',
    help: 'End of validity of the server certificate, seconds since 1970. Absent without TLS.',
    labels: {},
  },
} as const satisfies Readonly<Record<`verdigris_${string}`, MetricRow>>

export type MetricName = keyof typeof metricTable

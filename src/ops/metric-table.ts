// Every metric of Verdigris, declared once: name, type, help, labels with the values they can take. A label has a closed set of
// values, or names what operators declared (services, environments, node groups) up to a bound in limits.ts: proxies must not
// be able to grow our own series. docs/reference/metrics.md lists the same, and a test holds the two together.
import { limits } from '../base/index.ts'
import { nodeStates } from './group-figures.ts'

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
  'undo',
  'restore',
  'compensate',
  'other',
] as const
/** How a push ended. */
export const outcomeLabels = ['done', 'aborted', 'reverted', 'split', 'overtaken'] as const

/** Phases of a push that is not over. */
export const phaseLabels = ['preparing', 'prepared', 'switching', 'reverting'] as const
/** Parts of a push that arrived, one after another. */
export const pushSteps = ['commit', 'prepare', 'decide', 'switch'] as const

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
const declared = {
  service: '`namespace/name` of a Service',
  environment: `as declared, the first ${limits.environmentsMeasured} in the order of their services`,
}
const ofService = { service: declared.service }
const groups = {
  group: `\`namespace/name\` of a NodeGroup, the first ${limits.groupsMeasured} in the order of their names`,
}
const methods = { method: 'the methods of the API, such as Traffic/Switch' }
const webhooks = { target: 'names of the configured webhooks' }
/** What became of an event for a webhook. */
export const webhookOutcomes = ['delivered', 'refused', 'given_up', 'overflow', 'stopped'] as const

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
  verdigris_group_nodes: {
    type: 'gauge',
    help: 'Nodes of a group by how they stand with its newest generation: current, behind, refusing (an open NACK), gone (not connected, still counted), or missing (expected by the NodeGroup and not known).',
    labels: { ...groups, state: nodeStates },
  },
  verdigris_group_generation: { type: 'gauge', help: 'The newest generation of a group.', labels: groups },
  verdigris_group_lag_seconds: {
    type: 'gauge',
    help: 'How long the connected node that is behind the newest generation for longest has not moved on, as seen at scrapes; 0: none is behind.',
    labels: groups,
  },
  verdigris_unsent_bytes: {
    type: 'gauge',
    help: 'Bytes of responses that sockets have not taken yet: of readers that read, and of those that are slow.',
    labels: { reader: ['quick', 'slow'] },
  },
  verdigris_streams_waiting: {
    type: 'gauge',
    help: 'Streams with something to be sent that wait because sockets hold as much as they may.',
    labels: {},
  },
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
  verdigris_pushes_running: { type: 'gauge', help: 'Pushes not yet final.', labels: { phase: phaseLabels } },
  verdigris_push_oldest_seconds: {
    type: 'gauge',
    help: 'Age of the oldest push that is not final, without the time that its ramp may take; 0: none runs.',
    labels: {},
  },
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
  verdigris_push_step_seconds: {
    type: 'histogram',
    help: 'Parts of pushes that ended done: until durable, prepared everywhere, decided (durable), and ACKed by the last node.',
    labels: { step: pushSteps },
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
  verdigris_retirements: {
    type: 'gauge',
    help: 'Clusters that left intent and are not yet removed: still referenced by a node, quiet for the retire delay, or draining.',
    labels: { step: ['referenced', 'quiet', 'draining'] },
  },
  verdigris_retirement_oldest_seconds: {
    type: 'gauge',
    help: 'Since when the cluster that retires for longest has left intent; 0: none retires.',
    labels: {},
  },
  verdigris_traffic_wanted_ratio: {
    type: 'gauge',
    help: 'Share of a service that an environment was given by the newest command, 0 to 1.',
    labels: declared,
  },
  verdigris_traffic_applied_ratio: {
    type: 'gauge',
    help: 'Share of a service that the fleet was switched to, 0 to 1.',
    labels: declared,
  },
  verdigris_traffic_by_request: {
    type: 'gauge',
    help: '1 while requests may say themselves where they go (a cohort is on, or environments are carried): what proxies count then differs from the shares.',
    labels: ofService,
  },
  verdigris_traffic_services_unlisted: {
    type: 'gauge',
    help: 'Services without series of their own, because there are too many environments.',
    labels: {},
  },
  verdigris_endpoints: {
    type: 'gauge',
    help: 'Registered endpoints: with a lease that holds or none, draining, or kept although their lease ran out.',
    labels: { state: ['live', 'draining', 'lapsed'] },
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
  verdigris_webhook_events_total: {
    type: 'counter',
    help: 'Events for a webhook by what became of them: delivered; or not, because it refused them, was given up, too many waited (overflow), or the server stopped.',
    labels: { ...webhooks, outcome: webhookOutcomes },
  },
  verdigris_webhook_failures_total: {
    type: 'counter',
    help: 'Attempts to deliver to a webhook that failed and may be tried again.',
    labels: webhooks,
  },
  verdigris_webhook_waiting: {
    type: 'gauge',
    help: 'Events that wait for a webhook, or are on their way to it.',
    labels: webhooks,
  },
  verdigris_webhook_failing: {
    type: 'gauge',
    help: '1 while the last attempt to deliver to a webhook has failed.',
    labels: webhooks,
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
  verdigris_secrets_withheld: {
    type: 'gauge',
    help: 'Secrets that streams open now are not sent: plaintext: a private key, to another machine over plaintext; bodiless: its files are bad or gone.',
    labels: { reason: ['plaintext', 'bodiless'] },
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

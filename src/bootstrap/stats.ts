// Which statistics a proxy keeps and sends: enough to judge a release, few enough for a large fleet. What is not on
// the list does not exist in the proxy at all, neither at its admin port nor in the metrics service.
import { type Json, names } from '../base/index.ts'

/** Upper bounds of latency buckets, in ms: dense, so that a service-level bound falls near one. */
const latencyBucketsMs: readonly number[] = [
  1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 15, 20, 25, 30, 35, 40, 50, 60, 75, 100, 125, 150, 200, 250, 300, 400, 500,
  600, 750, 1_000, 1_250, 1_500, 2_000, 2_500, 3_000, 4_000, 5_000, 7_500, 10_000, 15_000, 30_000, 60_000,
  300_000,
]

/** Families kept whole: few series, and each answers "did this proxy change, and is it well". */
const wholePrefixes: readonly string[] = [
  'cluster_manager.',
  'control_plane.',
  'http.',
  'listener_manager.',
  'main_thread.',
  'overload.',
  'runtime.',
  'sds.',
  'server.',
]

/** Per listener and cluster only these members: a proxy may have thousands of clusters. */
const perListener =
  '^listener\\..*\\.(downstream_cx_(active|total|overflow|destroy)|downstream_global_cx_overflow|ssl\\.(handshake|connection_error))$'
const perCluster = `^cluster\\..*\\.(${[
  'assignment_stale',
  'bind_errors',
  'circuit_breakers\\.default\\.(cx|rq|rq_pending|rq_retry)_open',
  'external\\.upstream_rq_(1xx|2xx|3xx|4xx|5xx|completed|time)',
  'health_check\\.(attempt|failure|healthy|success)',
  'lb_(healthy_panic|recalculate_zone_structures|zone_routing_all_directly|zone_routing_cross_zone|zone_routing_sampled)',
  'max_host_weight',
  'membership_(change|degraded|excluded|healthy|total)',
  'outlier_detection\\.ejections_(active|enforced_total)',
  'update_(attempt|empty|failure|no_rebuild|rejected|success)',
  'upstream_cx_(active|connect_fail|connect_timeout|destroy_remote_with_active_rq|http1_total|http2_total|none_healthy|overflow|pool_overflow|total)',
  'upstream_rq_(1xx|2xx|3xx|4xx|5xx|50[0-9]|active|cancelled|completed|maintenance_mode|max_duration_reached|pending_active|pending_failure_eject|pending_overflow|per_try_timeout|retry|retry_limit_exceeded|retry_overflow|retry_success|rx_reset|time|timeout|total|tx_reset)',
  'warming_state',
].join('|')})$`

/** stats_config, the metrics-service sink and its interval. */
export function statsSettings(): { readonly [field: string]: Json } {
  return {
    stats_config: {
      stats_matcher: {
        inclusion_list: {
          patterns: [
            ...wholePrefixes.map((prefix) => ({ prefix })),
            { safe_regex: { regex: perListener } },
            { safe_regex: { regex: perCluster } },
          ],
        },
      },
      histogram_bucket_settings: ['cluster.', 'http.'].map((prefix) => ({
        match: { prefix },
        buckets: [...latencyBucketsMs],
      })),
    },
    stats_flush_interval: '5s',
    stats_sinks: [
      {
        name: 'envoy.stat_sinks.metrics_service',
        typed_config: {
          '@type': 'type.googleapis.com/envoy.config.metrics.v3.MetricsServiceConfig',
          transport_api_version: 'V3',
          grpc_service: { envoy_grpc: { cluster_name: names.controlPlaneCluster } },
          // Absolute counters survive a lost message; histograms add up over proxies, summaries do not.
          report_counters_as_deltas: false,
          emit_tags_as_labels: true,
          // No batch_size: Envoy 1.36 does not know it, and refuses to start. Our server takes a flush in one message.
          histogram_emit_mode: 'HISTOGRAM',
        },
      },
    ],
  }
}

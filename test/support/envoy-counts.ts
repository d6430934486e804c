// What an Envoy itself counts: failures, by 5xx and by what its response flags come from, and changes of its configuration.
import type { EnvoyProcess } from '../../src/demo/rig/index.ts'

/** Every counter that a failed or lost request moves; all zero on a healthy proxy. */
const failures =
  '^http\\.default.*\\.(downstream_rq_5xx|no_route|no_cluster|downstream_rq_rx_reset|downstream_rq_tx_reset|downstream_cx_protocol_error)$|^cluster\\.default.*\\.upstream_(rq_5xx|rq_pending_overflow|rq_pending_failure_eject|rq_timeout|rq_per_try_timeout|rq_rx_reset|rq_tx_reset|rq_maintenance_mode|rq_retry|rq_cancelled|cx_none_healthy|cx_connect_fail|cx_overflow|cx_destroy_remote_with_active_rq)$'

/** Counters of failures that are not zero: `name 3`. */
export async function failuresByEnvoy(envoy: EnvoyProcess): Promise<string[]> {
  const stats = await envoy.stats(failures)
  return [...stats].filter(([, value]) => value > 0).map(([name, value]) => `${name} ${value}`)
}

/** Counters that move whenever the proxy changes anything of its configuration. */
export async function configurationOf(envoy: EnvoyProcess): Promise<Record<string, number>> {
  return Object.fromEntries(
    await envoy.stats(
      '^cluster_manager\\.cluster_(added|modified|removed)$|^listener_manager\\.listener_(added|modified|removed|in_place_updated|create_failure|create_success)$|^http\\..*\\.config_reload$',
    ),
  )
}

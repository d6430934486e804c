// The access log that people read: a line of JSON per request on the proxy's standard output.
import type { envoy } from '../envoy-api/index.ts'
import type { ListenerSettings } from '../model/index.ts'
import { extension } from './extension.ts'

/** What a line says; the names are those of the gRPC access log where it has them. */
const fields = {
  start_time: '%START_TIME%',
  method: '%REQ(:METHOD)%',
  authority: '%REQ(:AUTHORITY)%',
  path: '%REQ(:PATH)%',
  protocol: '%PROTOCOL%',
  response_code: '%RESPONSE_CODE%',
  response_flags: '%RESPONSE_FLAGS%',
  response_code_details: '%RESPONSE_CODE_DETAILS%',
  duration_ms: '%DURATION%',
  bytes_received: '%BYTES_RECEIVED%',
  bytes_sent: '%BYTES_SENT%',
  downstream_remote_address: '%DOWNSTREAM_REMOTE_ADDRESS%',
  request_id: '%REQ(X-REQUEST-ID)%',
  user_agent: '%REQ(USER-AGENT)%',
  route_name: '%ROUTE_NAME%',
  upstream_cluster: '%UPSTREAM_CLUSTER_RAW%',
  upstream_host: '%UPSTREAM_HOST%',
} as const

/** The log of a listener, if it wants one. */
export function requestLog(settings: ListenerSettings['accessLog']): readonly envoy.AccessLog[] {
  if (settings?.enabled !== true) return []
  const { minStatus } = settings
  const log: envoy.AccessLog = {
    name: 'envoy.access_loggers.stdout',
    typedConfig: extension('envoy.extensions.access_loggers.stream.v3.StdoutAccessLog', {
      logFormat: { jsonFormat: fields },
    }),
  }
  if (minStatus === undefined) return [log]
  const value = { defaultValue: minStatus, runtimeKey: 'verdigris.access_log_min_status' }
  return [{ ...log, filter: { statusCodeFilter: { comparison: { op: 'GE', value } } } }]
}

// Active health checks of a cluster.
import type { envoy } from '../envoy-api/index.ts'
import type { HealthCheck as HealthCheckSpec } from '../model/index.ts'
import { duration } from './duration.ts'

/**
 * The check as Envoy runs it. `host` is asked for when the check names none: Envoy would send the cluster's name, and
 * many servers refuse a Host with a slash in it.
 */
export function healthCheck(
  check: HealthCheckSpec,
  protocol: 'HTTP' | 'HTTP2',
  host: string,
): envoy.HealthCheck {
  const interval = duration(check.interval)
  return {
    timeout: duration(check.timeout),
    interval,
    // A warm environment has no traffic: by default Envoy would look at it once a minute only.
    noTrafficInterval: interval,
    healthyThreshold: check.healthyThreshold,
    unhealthyThreshold: check.unhealthyThreshold,
    httpHealthCheck: {
      path: check.http.path,
      host: check.http.host ?? host,
      codecClientType: protocol === 'HTTP2' ? 'HTTP2' : 'HTTP1',
    },
  }
}

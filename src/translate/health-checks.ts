// Active health checks of a cluster.
import type { envoy } from '../envoy-api/index.ts'
import type { HealthCheck as HealthCheckSpec } from '../model/index.ts'
import { duration } from './duration.ts'
import type { EnvironmentPort } from './environment-ports.ts'

/** The check as Envoy runs it. */
export function healthCheck(
  check: HealthCheckSpec,
  { protocol, serviceName }: Pick<EnvironmentPort, 'protocol' | 'serviceName'>,
): envoy.HealthCheck {
  const interval = duration(check.interval)
  return {
    timeout: duration(check.timeout),
    interval,
    // A warm environment has no traffic: by default Envoy would look at it once a minute only.
    noTrafficInterval: interval,
    healthyThreshold: check.healthyThreshold,
    unhealthyThreshold: check.unhealthyThreshold,
    ...checker(check, protocol === 'HTTP' ? 'HTTP1' : 'HTTP2', serviceName),
  }
}

/** `host` is asked for when the check names none: Envoy would send the cluster's name, and many servers refuse a Host with a slash in it. */
function checker(
  { http, grpc, tcp }: HealthCheckSpec,
  codecClientType: 'HTTP1' | 'HTTP2',
  host: string,
): Pick<envoy.HealthCheck, 'httpHealthCheck' | 'grpcHealthCheck' | 'tcpHealthCheck'> {
  if (http !== undefined) {
    const { path, statuses } = http
    const expected =
      statuses === undefined
        ? {}
        : { expectedStatuses: statuses.map((status) => ({ start: status, end: status + 1 })) }
    return { httpHealthCheck: { path, host: http.host ?? host, codecClientType, ...expected } }
  }
  if (grpc !== undefined) {
    return {
      grpcHealthCheck: {
        authority: host,
        ...(grpc.service === undefined ? {} : { serviceName: grpc.service }),
      },
    }
  }
  return {
    tcpHealthCheck: {
      ...(tcp?.send === undefined ? {} : { send: { text: tcp.send.toLowerCase() } }),
      ...(tcp?.receive === undefined ? {} : { receive: [{ text: tcp.receive.toLowerCase() }] }),
    },
  }
}

// How Envoy speaks to a service's backends.

import { defaults } from './defaults.ts'
import { duration } from './duration.ts'
import type { EnvironmentPort } from './environment-ports.ts'
import { extension } from './extension.ts'

/** The HTTP protocol options of a cluster: version by the port's protocol, and when Envoy closes an idle connection. */
export function protocolOptions({ protocol, upstream }: Pick<EnvironmentPort, 'protocol' | 'upstream'>) {
  const name = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions'
  const { idleTimeout, maxRequestsPerConnection, http2Keepalive } = upstream
  const connectionKeepalive =
    http2Keepalive === undefined
      ? undefined
      : { interval: duration(http2Keepalive.interval), timeout: duration(http2Keepalive.timeout) }
  return {
    [name]: extension(name, {
      commonHttpProtocolOptions: {
        idleTimeout: duration(idleTimeout ?? defaults.upstreamIdleTimeoutMs),
        ...(maxRequestsPerConnection === undefined ? {} : { maxRequestsPerConnection }),
      },
      explicitHttpConfig:
        protocol === 'HTTP'
          ? { httpProtocolOptions: {} }
          : { http2ProtocolOptions: connectionKeepalive === undefined ? {} : { connectionKeepalive } },
    }),
  }
}

/** What the protocol is called in a TLS handshake. */
export const alpnOf = (protocol: EnvironmentPort['protocol']): readonly string[] =>
  protocol === 'TCP' ? [] : protocol === 'HTTP' ? ['http/1.1'] : ['h2']

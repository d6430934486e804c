// How Envoy speaks to a service's backends.

import { duration } from './duration.ts'
import { extension } from './extension.ts'

/** The HTTP protocol options of a cluster: version by the port's protocol, and when Envoy closes an idle connection. */
export function protocolOptions(protocol: 'HTTP' | 'HTTP2', idleTimeoutMs: number) {
  const name = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions'
  return {
    [name]: extension(name, {
      commonHttpProtocolOptions: { idleTimeout: duration(idleTimeoutMs) },
      explicitHttpConfig: protocol === 'HTTP2' ? { http2ProtocolOptions: {} } : { httpProtocolOptions: {} },
    }),
  }
}

// How a proxy reaches the control plane: one HTTP/2 connection that notices a dead peer within seconds.
import { type Json, names } from '../base/index.ts'
import type { BootstrapOptions } from './options.ts'

/** The static cluster that carries ADS, load reports, health checks, access logs and metrics. */
export function controlPlaneCluster(options: BootstrapOptions): Json {
  const { xdsAddress, xdsPort, tls } = options
  return {
    name: names.controlPlaneCluster,
    type: isIp(xdsAddress) ? 'STATIC' : 'STRICT_DNS',
    connect_timeout: '1s',
    load_assignment: {
      cluster_name: names.controlPlaneCluster,
      endpoints: [
        {
          lb_endpoints: [
            {
              endpoint: { address: { socket_address: { address: xdsAddress, port_value: xdsPort } } },
            },
          ],
        },
      ],
    },
    typed_extension_protocol_options: {
      'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
        '@type': 'type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
        explicit_http_config: {
          http2_protocol_options: {
            // A peer that is gone without a FIN is noticed after 20 s at most; a busy one has 5 s to answer.
            connection_keepalive: { interval: '15s', timeout: '5s' },
            // Snapshots are large and rare: windows of 1 MiB instead of 256 MiB bound what a slow proxy holds.
            initial_stream_window_size: 1_048_576,
            initial_connection_window_size: 1_048_576,
          },
        },
      },
    },
    // For what lies between: firewalls and NAT forget silent connections.
    upstream_connection_options: {
      tcp_keepalive: { keepalive_probes: 3, keepalive_time: 30, keepalive_interval: 5 },
    },
    ...(tls === undefined ? {} : { transport_socket: tlsSocket(tls, tls.serverName ?? xdsAddress) }),
  }
}

function tlsSocket(tls: NonNullable<BootstrapOptions['tls']>, serverName: string): Json {
  return {
    name: 'envoy.transport_sockets.tls',
    typed_config: {
      '@type': 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext',
      // SNI carries host names only.
      ...(isIp(serverName) ? {} : { sni: serverName }),
      common_tls_context: {
        alpn_protocols: ['h2'],
        tls_params: { tls_minimum_protocol_version: 'TLSv1_2' },
        ...(tls.certificate === undefined || tls.key === undefined
          ? {}
          : {
              tls_certificates: [
                { certificate_chain: { filename: tls.certificate }, private_key: { filename: tls.key } },
              ],
            }),
        validation_context: {
          trusted_ca: { filename: tls.ca },
          // A chain alone would accept anybody that the same authority signed.
          match_typed_subject_alt_names: [
            { san_type: isIp(serverName) ? 'IP_ADDRESS' : 'DNS', matcher: { exact: serverName } },
          ],
        },
      },
    },
  }
}

/** IPv4 or IPv6 literal; anything else is a name to resolve. */
function isIp(address: string): boolean {
  return /^\d{1,3}(\.\d{1,3}){3}$/.test(address) || address.includes(':')
}

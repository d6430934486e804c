// TLS towards the backends of a cluster; certificates and authorities come by SDS.
import type { envoy } from '../envoy-api/index.ts'
import { secretName, trustedCaName, type UpstreamTls } from '../model/index.ts'
import { secretSource } from './ads.ts'
import { extension } from './extension.ts'

/** The transport socket. `alpn`: what the port's protocol is called in the handshake. `namespace`: of the Secrets. */
export function upstreamTls(
  settings: UpstreamTls,
  alpn: readonly string[],
  namespace: string,
): envoy.TransportSocket {
  const { serverName, ca, certificate, minVersion } = settings
  const names = settings.subjectAltNames ?? (serverName === undefined ? [] : [serverName])
  return {
    name: 'envoy.transport_sockets.tls',
    typedConfig: extension('envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext', {
      ...(serverName === undefined ? {} : { sni: serverName }),
      commonTlsContext: {
        tlsParams: { tlsMinimumProtocolVersion: minVersion },
        ...(alpn.length === 0 ? {} : { alpnProtocols: alpn }),
        ...(certificate === undefined
          ? {}
          : {
              tlsCertificateSdsSecretConfigs: [
                { name: secretName(namespace, certificate), sdsConfig: secretSource },
              ],
            }),
        ...(ca === undefined
          ? {}
          : {
              combinedValidationContext: {
                defaultValidationContext: {
                  matchTypedSubjectAltNames: names.map((name) => ({
                    sanType: 'DNS' as const,
                    matcher: { exact: name },
                  })),
                },
                validationContextSdsSecretConfig: {
                  name: trustedCaName(namespace, ca),
                  sdsConfig: secretSource,
                },
              },
            }),
      },
    }),
  }
}

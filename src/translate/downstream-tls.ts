// TLS of a listener. Certificates come by SDS, so that a new one reaches new handshakes and touches no connection.
import type { envoy } from '../envoy-api/index.ts'
import { type ListenerTls, secretName, trustedCaName } from '../model/index.ts'
import { secretSource } from './ads.ts'

/**
 * The context of all certificates together: Envoy shows the one whose names fit the SNI, the first where none does. One chain
 * of filters for all hosts, so that a certificate more is no edit of matches, and HTTP/2 connections may be shared.
 */
export function downstreamTls(
  namespace: string,
  tls: ListenerTls,
  alpn: readonly string[],
): envoy.DownstreamTlsContext {
  const { secrets, minVersion, clientCa, requireClientCertificate } = tls
  return {
    commonTlsContext: {
      tlsParams: { tlsMinimumProtocolVersion: minVersion },
      tlsCertificateSdsSecretConfigs: secrets.map((secret) => ({
        name: secretName(namespace, secret),
        sdsConfig: secretSource,
      })),
      ...(clientCa === undefined
        ? {}
        : {
            validationContextSdsSecretConfig: {
              name: trustedCaName(namespace, clientCa),
              sdsConfig: secretSource,
            },
          }),
      ...(alpn.length === 0 ? {} : { alpnProtocols: alpn }),
    },
    requireClientCertificate,
  }
}

/** SDS names that a listener waits for. Sorted. */
export const secretsOfTls = (namespace: string, { secrets, clientCa }: ListenerTls): readonly string[] =>
  [
    ...secrets.map((secret) => secretName(namespace, secret)),
    ...(clientCa === undefined ? [] : [trustedCaName(namespace, clientCa)]),
  ].sort()

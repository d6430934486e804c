// Gateway listener → Envoy Listener; with HTTP/3, one of UDP beside it.

import { type envoy, typeUrls } from '../envoy-api/index.ts'
import {
  keyOf,
  type Listener,
  type ListenerSettings,
  type ListenerTls,
  type StoredOf,
  settingsOf,
} from '../model/index.ts'
import { downstreamTls, secretsOfTls } from './downstream-tls.ts'
import { duration } from './duration.ts'
import { extension } from './extension.ts'
import { httpConnectionManager, type Mesh } from './http-connection-manager.ts'
import { identityMemo } from './memo.ts'
import { http3ListenerName, listenerName } from './names.ts'
import { byName } from './order.ts'
import type { Draft } from './types.ts'

/** Makes the listeners of a Gateway, sorted by name; the same Gateway gives the same drafts. */
export function createListeners(): (gateway: StoredOf<'Gateway'>) => readonly Draft[] {
  const memo = identityMemo<StoredOf<'Gateway'>, readonly Draft[]>()
  return (gateway) => memo(gateway, [], () => listenersOf(gateway))
}

function listenersOf(gateway: StoredOf<'Gateway'>): readonly Draft[] {
  const { namespace, spec } = gateway
  const draft = (name: string, routes: string, json: envoy.Listener, tls?: ListenerTls): Draft => ({
    kind: 'whole',
    typeUrl: typeUrls.lds,
    name,
    json,
    facts: { routes: [routes], ...(tls === undefined ? {} : { secrets: secretsOfTls(namespace, tls) }) },
    origins: [keyOf(gateway)],
  })
  return spec.listeners
    .flatMap((listener): readonly Draft[] => {
      const name = listenerName(namespace, gateway.name, listener.name)
      const settings = settingsOf(spec, listener)
      const { tls, http3 } = listener
      const tcp = draft(name, name, tcpListener(namespace, name, listener, settings), tls)
      if (tls === undefined || http3 !== true) return [tcp]
      const beside = http3ListenerName(name)
      return [tcp, draft(beside, name, quicListener(namespace, name, listener, settings, tls), tls)]
    })
    .sort(byName)
}

/** HTTP/1.1 and HTTP/2, over TLS where the listener has any. */
export function tcpListener(
  namespace: string,
  name: string,
  { address, port, tls }: Pick<Listener, 'address' | 'port' | 'tls'>,
  settings: ListenerSettings,
  mesh?: Mesh,
): envoy.Listener {
  const { limits, timeouts, proxyProtocol } = settings
  const socket: envoy.TransportSocket | undefined =
    tls === undefined
      ? undefined
      : {
          name: 'envoy.transport_sockets.tls',
          typedConfig: extension(
            'envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext',
            downstreamTls(namespace, tls, tls.alpn ?? ['h2', 'http/1.1']),
          ),
        }
  return {
    name,
    statPrefix: name,
    address: { socketAddress: { address, portValue: port } },
    ...bufferOf(limits),
    ...(proxyProtocol === true
      ? {
          listenerFilters: [
            {
              name: 'envoy.filters.listener.proxy_protocol',
              typedConfig: extension('envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol', {}),
            },
          ],
          ...(timeouts?.handshake === undefined
            ? {}
            : { listenerFiltersTimeout: duration(timeouts.handshake) }),
        }
      : {}),
    filterChains: [
      {
        name: 'http',
        filters: [httpConnectionManager(name, settings, { tls, codec: 'AUTO', mesh })],
        ...(socket === undefined
          ? {}
          : {
              transportSocket: socket,
              transportSocketConnectTimeout: duration(timeouts?.handshake ?? handshakeMs),
            }),
      },
    ],
  }
}

/** A client that does not finish its handshake goes. */
const handshakeMs = 15_000

/** HTTP/3, which is QUIC over UDP, on the same port and with the same routes. */
function quicListener(
  namespace: string,
  routes: string,
  { address, port }: Listener,
  settings: ListenerSettings,
  tls: ListenerTls,
): envoy.Listener {
  const name = http3ListenerName(routes)
  return {
    name,
    statPrefix: name,
    address: { socketAddress: { protocol: 'UDP', address, portValue: port } },
    ...bufferOf(settings.limits),
    udpListenerConfig: { quicOptions: {}, downstreamSocketConfig: { preferGro: true } },
    filterChains: [
      {
        name: 'http3',
        filters: [httpConnectionManager(routes, settings, { tls, codec: 'HTTP3' })],
        transportSocket: {
          name: 'envoy.transport_sockets.quic',
          typedConfig: extension('envoy.extensions.transport_sockets.quic.v3.QuicDownstreamTransport', {
            downstreamTlsContext: downstreamTls(namespace, tls, ['h3']),
          }),
        },
      },
    ],
  }
}

const bufferOf = (
  limits: ListenerSettings['limits'],
): Pick<envoy.Listener, 'perConnectionBufferLimitBytes'> =>
  limits?.connectionBufferBytes === undefined
    ? {}
    : { perConnectionBufferLimitBytes: limits.connectionBufferBytes }

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
import { tcpProxySlot } from './tcp-proxies.ts'
import type { Draft, ResourceFacts } from './types.ts'

/** Makes the listeners of a Gateway, sorted by name; the same Gateway gives the same drafts. */
export function createListeners(): (gateway: StoredOf<'Gateway'>) => readonly Draft[] {
  const memo = identityMemo<StoredOf<'Gateway'>, readonly Draft[]>()
  return (gateway) => memo(gateway, [], () => listenersOf(gateway))
}

function listenersOf(gateway: StoredOf<'Gateway'>): readonly Draft[] {
  const { namespace, spec } = gateway
  type Leads = Pick<ResourceFacts, 'routes' | 'extensions'>
  const draft = (name: string, leads: Leads, json: envoy.Listener, tls?: ListenerTls): Draft => ({
    kind: 'whole',
    typeUrl: typeUrls.lds,
    name,
    json,
    facts: { ...leads, ...(tls === undefined ? {} : { secrets: secretsOfTls(namespace, tls) }) },
    origins: [keyOf(gateway)],
  })
  return spec.listeners
    .flatMap((listener): readonly Draft[] => {
      const name = listenerName(namespace, gateway.name, listener.name)
      const settings = settingsOf(spec, listener)
      const { tls, http3 } = listener
      if (listener.protocol === 'TCP') {
        const chain: Chain = { name: 'tcp', filter: tcpProxySlot(name), alpn: [] }
        const json = streamListener(namespace, name, listener, settings, chain)
        return [draft(name, { extensions: [name] }, json, tls)]
      }
      const leads = { routes: [name] }
      const tcp = draft(name, leads, tcpListener(namespace, name, listener, settings), tls)
      if (tls === undefined || http3 !== true) return [tcp]
      const beside = http3ListenerName(name)
      return [tcp, draft(beside, leads, quicListener(namespace, name, listener, settings, tls), tls)]
    })
    .sort(byName)
}

/** HTTP/1.1 and HTTP/2, over TLS where the listener has any. */
export function tcpListener(
  namespace: string,
  name: string,
  listener: Bound,
  settings: ListenerSettings,
  mesh?: Mesh,
): envoy.Listener {
  const { tls } = listener
  const filter = httpConnectionManager(name, settings, { tls, codec: 'AUTO', mesh })
  const chain: Chain = { name: 'http', filter, alpn: tls?.alpn ?? ['h2', 'http/1.1'] }
  return streamListener(namespace, name, listener, settings, chain)
}

type Bound = Pick<Listener, 'address' | 'port' | 'tls'>

/** What is made of connections. */
interface Chain {
  readonly name: 'http' | 'tcp'
  readonly filter: envoy.ListenerFilter
  /** What is offered in a TLS handshake. */
  readonly alpn: readonly string[]
}

/** Connections over TCP, and over TLS where the listener has any. */
function streamListener(
  namespace: string,
  name: string,
  { address, port, tls }: Bound,
  settings: ListenerSettings,
  chain: Chain,
): envoy.Listener {
  const { limits, timeouts, proxyProtocol } = settings
  const socket: envoy.TransportSocket | undefined =
    tls === undefined
      ? undefined
      : {
          name: 'envoy.transport_sockets.tls',
          typedConfig: extension(
            'envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext',
            downstreamTls(namespace, tls, chain.alpn),
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
        name: chain.name,
        filters: [chain.filter],
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

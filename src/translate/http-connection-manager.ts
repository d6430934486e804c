// The HTTP connection manager of every listener. Whatever is decided here stays: changing it later drains the
// listeners of every fleet. Everything that may want to change is in routes, runtime or the slot.

import type { envoy } from '../envoy-api/index.ts'
import type { ListenerSettings, ListenerTls } from '../model/index.ts'
import { grpcAccessLog } from './access-log.ts'
import { adsSource } from './ads.ts'
import { defaults } from './defaults.ts'
import { duration } from './duration.ts'
import { extension } from './extension.ts'
import { httpFilters } from './http-filters.ts'
import { environmentHeader, runtimeKeys, trustedHeaderPrefix } from './names.ts'
import { requestLog } from './request-log.ts'

/** What the listener adds to its settings. */
interface Transport {
  readonly tls: ListenerTls | undefined
  readonly codec: 'AUTO' | 'HTTP3'
  /** A sidecar's, between proxies and workloads of ours. */
  readonly mesh?: Mesh | undefined
}

/** What a sidecar's listener is told beyond its settings. */
export interface Mesh {
  /** Which environment requests carry that carry none. */
  readonly environment?: string | undefined
}

/** The connection manager whose routes come by RDS under this name. */
export function httpConnectionManager(
  name: string,
  settings: ListenerSettings = {},
  { tls, codec, mesh }: Transport = { tls: undefined, codec: 'AUTO' },
): envoy.ListenerFilter {
  const { limits, trustedHops = 0 } = settings
  return {
    name: 'envoy.filters.network.http_connection_manager',
    typedConfig: extension(
      'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
      {
        // No dots in it: Envoy would cut the tag at the first.
        statPrefix: name,
        codecType: codec,
        rds: { routeConfigName: name, configSource: adsSource },
        httpFilters: httpFilters(),
        accessLog: [grpcAccessLog('verdigris', runtimeKeys.accessLog), ...requestLog(settings.accessLog)],
        accessLogOptions: { accessLogFlushInterval: duration(defaults.accessLogFlushIntervalMs) },
        ...(mesh === undefined ? identityFor(settings) : identityInside(mesh)),
        ...normalisation,
        ...timeoutsFor(settings),
        ...(limits?.requestHeadersKiB === undefined ? {} : { maxRequestHeadersKb: limits.requestHeadersKiB }),
        ...(trustedHops === 0 ? {} : { xffNumTrustedHops: trustedHops }),
        // What the client showed was verified, if it showed any; what it says of itself in a header is dropped.
        ...(tls?.clientCa === undefined
          ? {}
          : {
              forwardClientCertDetails: 'SANITIZE_SET' as const,
              setCurrentClientCertDetails: { subject: true, uri: true, dns: true },
            }),
        http2ProtocolOptions: {
          maxConcurrentStreams: limits?.http2StreamsPerConnection ?? defaults.http2ConcurrentStreams,
          initialStreamWindowSize: defaults.http2StreamWindowBytes,
          initialConnectionWindowSize: defaults.http2ConnectionWindowBytes,
          // WebSockets inside HTTP/2 come as CONNECT; routes say what they take of it.
          allowConnect: true,
        },
        ...(codec === 'HTTP3'
          ? {
              http3ProtocolOptions: {
                quicProtocolOptions: {
                  maxConcurrentStreams: limits?.http2StreamsPerConnection ?? defaults.http2ConcurrentStreams,
                },
              },
            }
          : {}),
        upgradeConfigs: [{ upgradeType: 'websocket' }],
        // A gateway is not seen: the backend's own Server header stays.
        serverHeaderTransformation: 'PASS_THROUGH',
      },
    ),
  }
}

/** Who asks, and what they may claim: nothing that only this fleet says. */
const identity = {
  useRemoteAddress: true,
  // No address counts as internal, so that nobody outside sets x-envoy-* or keeps a request id of their own.
  // An empty configuration would mean every private address and loopback (measured on 1.36 and 1.40): so one that nobody has.
  internalAddressConfig: { cidrRanges: [{ addressPrefix: '255.255.255.255', prefixLen: 32 }] },
  generateRequestId: true,
  requestIdExtension: {
    typedConfig: extension('envoy.extensions.request_id.uuid.v3.UuidRequestIdConfig', {
      // The id stays a plain UUID: a hash of it at the first request and of a copy later must agree.
      packTraceReason: false,
      useRequestIdForTraceSampling: true,
    }),
  },
  earlyHeaderMutationExtensions: [
    {
      name: 'envoy.http.early_header_mutation.header_mutation',
      typedConfig: extension(
        'envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation',
        {
          mutations: [{ removeOnMatch: { keyMatcher: { prefix: trustedHeaderPrefix } } }],
        },
      ),
    },
  ],
}

/** A listener that only our own proxies reach believes what they say. */
function identityFor({ trustClient }: ListenerSettings): Partial<envoy.HttpConnectionManager> {
  if (trustClient !== true) return identity
  const { earlyHeaderMutationExtensions: _, ...rest } = identity
  return { ...rest, preserveExternalRequestId: true }
}

/**
 * Between proxies of ours: what the first of them said of a request (its id, its client, its environment) stays. The address of
 * the connection is a neighbour's and adds nothing to `x-forwarded-for`.
 */
function identityInside({ environment }: Mesh): Partial<envoy.HttpConnectionManager> {
  const { earlyHeaderMutationExtensions: _, ...rest } = identity
  const inside = { ...rest, useRemoteAddress: false, preserveExternalRequestId: true }
  if (environment === undefined) return inside
  const header = { key: environmentHeader, value: environment }
  return {
    ...inside,
    // Before the route is chosen: cohorts and carried environments see it.
    earlyHeaderMutationExtensions: [
      {
        name: 'envoy.http.early_header_mutation.header_mutation',
        typedConfig: extension(
          'envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation',
          { mutations: [{ append: { header, appendAction: 'ADD_IF_ABSENT' } }] },
        ),
      },
    ],
  }
}

/**
 * One path, one route: `.` and `..` are resolved and slashes merged, so that `/a/../cart` and `//cart` go where
 * `/cart` goes. `%2F` is left alone, as many APIs carry it. The host's port is ignored by the route configuration
 * instead of being stripped here: backends see the Host that the client sent.
 */
const normalisation = {
  normalizePath: true,
  mergeSlashes: true,
  pathWithEscapedSlashesAction: 'KEEP_UNCHANGED',
  stripTrailingHostDot: true,
} as const

function timeoutsFor({ limits, timeouts = {} }: ListenerSettings): Partial<envoy.HttpConnectionManager> {
  const { idle, connection, request, requestHeaders, streamIdle } = timeouts
  return {
    streamIdleTimeout: duration(streamIdle ?? defaults.streamIdleTimeoutMs),
    requestHeadersTimeout: duration(requestHeaders ?? defaults.requestHeadersTimeoutMs),
    ...(request === undefined ? {} : { requestTimeout: duration(request) }),
    commonHttpProtocolOptions: {
      idleTimeout: duration(idle ?? defaults.downstreamIdleTimeoutMs),
      // 0 would end every connection at once.
      ...(connection === undefined || connection === 0
        ? {}
        : { maxConnectionDuration: duration(connection) }),
      ...(limits?.requestHeaders === undefined ? {} : { maxHeadersCount: limits.requestHeaders }),
      ...(limits?.requestsPerConnection === undefined
        ? {}
        : { maxRequestsPerConnection: limits.requestsPerConnection }),
    },
  }
}

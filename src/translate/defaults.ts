// What a generated resource says where the objects say nothing. All times in milliseconds.
import { defaultRouteTimeoutMs } from '../model/index.ts'

export const defaults = {
  /** For a TCP connection; Envoy's own 5 s would outlast most clients. */
  connectTimeoutMs: 1_000,
  /** Endpoints that a new connection of a TCP listener is tried on. */
  tcpConnectAttempts: 3,
  /** Below the 5 s at which many backends close idle connections: Envoy closes first, no request meets a closing one. */
  upstreamIdleTimeoutMs: 4_000,
  /** The first wait after a host name did not resolve. */
  dnsFailureRefreshMs: 1_000,
  /** How long a browser keeps its bucket: a year, the most that all of them honour. */
  bucketCookieMs: 365 * 24 * 3_600_000,
  /** A route's time for the whole response, as in Envoy. */
  routeTimeoutMs: defaultRouteTimeoutMs,
  /** Draws of an endpoint for a retry that was not tried yet, before one that was is taken. */
  retryHostSelections: 3,
  /** A stream without a byte in either direction; routes may say otherwise, so long ones need no listener edit. */
  streamIdleTimeoutMs: 300_000,
  /** A downstream connection without a request. */
  downstreamIdleTimeoutMs: 3_600_000,
  /** From the first byte of a request's headers to the last: ends slow-header attacks. */
  requestHeadersTimeoutMs: 10_000,
  /** How often streams that are still running appear in the access log. */
  accessLogFlushIntervalMs: 10_000,
  /** How long access-log entries wait for company; measured: 53 ms of lag on average. */
  accessLogBufferMs: 100,
  accessLogBufferBytes: 16_384,
  /** What a request that a route wants buffered may have, where the route does not say (bytes). */
  bufferedRequestBytes: 1_048_576,
  /**
   * Connections, pending requests and running requests per cluster before Envoy answers 503. A switch sends a
   * whole service to a cluster without one open connection: with Envoy's 1,024 that burst itself would fail.
   */
  circuitBreaker: 1_000_000,
  /** HTTP/2 streams of one client connection, and windows, as Envoy's edge guide has them (bytes). */
  http2ConcurrentStreams: 100,
  http2StreamWindowBytes: 65_536,
  http2ConnectionWindowBytes: 1_048_576,
} as const

/** Shares of a service's traffic always add up to this. */
export const totalWeight = 10_000

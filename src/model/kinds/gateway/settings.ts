// Settings that a Gateway has for all its listeners, and each listener over them, field by field.
import { z } from 'zod'
import { anyDuration, positiveDuration } from '../../fields.ts'

const count = (least: number, most: number) => {
  const wanted = `wanted a whole number from ${least} to ${most}`
  return z.int(wanted).min(least, wanted).max(most, wanted).optional()
}

const bounds = z.strictObject({
  connections: count(1, 10_000_000).describe(
    'Connections of each proxy to the listener; more are closed at once. Takes effect without a drain. Default: no bound.',
  ),
  requestsPerConnection: count(1, 4_294_967_295).describe(
    'Requests after which a connection is closed. Default: no bound.',
  ),
  http2StreamsPerConnection: count(1, 2_147_483_647).describe(
    'Requests at once on an HTTP/2 or HTTP/3 connection. Default: 100.',
  ),
  requestHeadersKiB: count(1, 8_192).describe(
    "Size of a request's headers; more is answered 431. Default: 60.",
  ),
  requestHeaders: count(1, 10_000).describe(
    "Number of a request's headers; more is answered 431. Default: 100.",
  ),
  connectionBufferBytes: count(1, 1_073_741_824).describe(
    'Bytes that are kept of a connection before its reading pauses. Default: 1 MiB.',
  ),
})

const timeouts = z.strictObject({
  idle: positiveDuration
    .optional()
    .describe('A connection without a request; of protocol `TCP`, one in which no byte moves. Default: 1h.'),
  connection: anyDuration
    .optional()
    .describe('Life of a connection, after which it is asked to end. 0: no bound, which is the default.'),
  request: anyDuration
    .optional()
    .describe(
      'From the first byte of a request to the last of its body. 0: no bound, which is the default, for uploads and streams.',
    ),
  requestHeaders: positiveDuration
    .optional()
    .describe("From the first byte of a request's headers to the last. Default: 10s."),
  streamIdle: anyDuration
    .optional()
    .describe('A request in which no byte moves; routes may say otherwise. 0: no bound. Default: 5m.'),
  handshake: positiveDuration
    .optional()
    .describe('For TLS, and for what is read of a connection before it. Default: 15s.'),
})

const accessLog = z.strictObject({
  enabled: z
    .boolean()
    .default(true)
    .describe('Whether each request is written to the standard output of the proxy, as a line of JSON.'),
  minStatus: count(100, 599).describe('Only requests that were answered with this status or a higher one.'),
})

/** Of a Gateway, and of a listener. */
export const listenerSettings = {
  accessLog: accessLog.optional().describe('A log of requests. Default: none.'),
  limits: bounds.optional().describe('Bounds on what clients may do.'),
  timeouts: timeouts.optional().describe('How long clients may take.'),
  trustedHops: count(0, 32).describe(
    'Proxies of ours in front, whose `x-forwarded-for` is believed. Default: 0, so the address is that of the connection.',
  ),
  trustClient: z
    .boolean()
    .optional()
    .describe(
      'Believes the `x-verdigris-` headers and request ids of clients. For listeners that only our own proxies reach. Default: false.',
    ),
  proxyProtocol: z
    .boolean()
    .optional()
    .describe(
      'Each connection begins with a PROXY header (version 1 or 2), which says where it is from; others are closed. Default: false.',
    ),
}

const settings = z.strictObject(listenerSettings)
export type ListenerSettings = z.infer<typeof settings>

/** What holds for a listener: its own settings over those of the Gateway. */
export function settingsOf(gateway: ListenerSettings, listener: ListenerSettings): ListenerSettings {
  const pick = <Field extends 'trustedHops' | 'trustClient' | 'proxyProtocol' | 'accessLog'>(field: Field) =>
    listener[field] ?? gateway[field]
  return {
    accessLog: pick('accessLog'),
    trustedHops: pick('trustedHops'),
    trustClient: pick('trustClient'),
    proxyProtocol: pick('proxyProtocol'),
    limits: { ...gateway.limits, ...listener.limits },
    timeouts: { ...gateway.timeouts, ...listener.timeouts },
  }
}

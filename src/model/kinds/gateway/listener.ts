// One listener of a Gateway.
import { z } from 'zod'
import { ipAddress, name, port } from '../../fields.ts'
import { type ListenerSettings, listenerSettings } from './settings.ts'
import { listenerTls } from './tls.ts'

export const listener = z
  .strictObject({
    name: name.describe('Name of the listener; routes refer to it.'),
    address: ipAddress.default('0.0.0.0').describe('IP address that the proxies bind.'),
    port: port.describe('Port that the proxies bind.'),
    protocol: z
      .enum(['HTTP', 'HTTPS', 'TCP', 'TLS_PASSTHROUGH'])
      .default('HTTP')
      .describe(
        'What clients speak. `HTTP` takes HTTP/1.1 and HTTP/2; `HTTPS` the same over TLS. `TCP` takes connections and leads each to one backend, with `tls` what comes out of it. `TLS_PASSTHROUGH` is not there yet.',
      ),
    tls: listenerTls.optional().describe('Certificates, for `HTTPS`, and for `TCP` that comes over TLS.'),
    service: z
      .strictObject({
        name: name.describe('A Service, of the same namespace.'),
        port: name.optional().describe('Name of a port that speaks TCP. Default: its only port.'),
      })
      .optional()
      .describe(
        'Where connections go, for `TCP`. Weights share new ones; a switch touches none that runs. Cohorts, mirrors and stickiness need requests.',
      ),
    http3: z
      .boolean()
      .optional()
      .describe(
        'Takes HTTP/3 too, on the same port of UDP, and says so in `alt-svc`. For `HTTPS`. Default: false.',
      ),
    ...listenerSettings,
  })
  .superRefine((each, context) => {
    const fault = (field: string, message: string): void => {
      context.addIssue({ code: 'custom', message, path: [field] })
    }
    if (each.protocol === 'TLS_PASSTHROUGH')
      fault('protocol', '"TLS_PASSTHROUGH" is not there yet, wanted "HTTP", "HTTPS" or "TCP"')
    if (each.protocol === 'TCP') {
      if (each.service === undefined)
        fault('service', 'missing, wanted the Service that its connections go to: protocol is "TCP"')
      for (const path of requestSettings(each)) {
        const message = 'is for protocols with requests, found protocol "TCP"'
        context.addIssue({ code: 'custom', message, path: [...path] })
      }
    } else if (each.service !== undefined)
      fault('service', `is for protocol "TCP", found protocol "${each.protocol}": a Route leads requests`)
    if (each.protocol === 'HTTPS' && each.tls === undefined)
      fault('tls', 'missing, wanted the Secrets with the certificates: protocol is "HTTPS"')
    if (each.protocol === 'HTTP' && each.tls !== undefined)
      fault('tls', 'is for protocol "HTTPS", found protocol "HTTP"')
    if (each.http3 === true && each.protocol !== 'HTTPS')
      fault('http3', `is for protocol "HTTPS", found protocol "${each.protocol}"`)
    if (each.http3 === true && each.proxyProtocol === true)
      fault('http3', 'does not go with proxyProtocol: there is no PROXY header on UDP')
    // 1.40.0 takes it, 1.36.4 refuses the listener.
    if (each.http3 === true && each.tls?.clientCa !== undefined)
      fault('http3', 'does not go with tls.clientCa: older Envoys know no certificates of clients over QUIC')
  })

/** Settings that a connection without requests has no use for. Those of the Gateway are for its other listeners. */
function requestSettings({
  accessLog,
  trustedHops,
  trustClient,
  limits: bounds = {},
  timeouts = {},
  tls,
}: ListenerSettings & {
  readonly tls?: z.infer<typeof listenerTls> | undefined
}): readonly (readonly string[])[] {
  const found: readonly (readonly [unknown, readonly string[]])[] = [
    [accessLog, ['accessLog']],
    [trustedHops, ['trustedHops']],
    [trustClient, ['trustClient']],
    [bounds.requestsPerConnection, ['limits', 'requestsPerConnection']],
    [bounds.http2StreamsPerConnection, ['limits', 'http2StreamsPerConnection']],
    [bounds.requestHeadersKiB, ['limits', 'requestHeadersKiB']],
    [bounds.requestHeaders, ['limits', 'requestHeaders']],
    [timeouts.request, ['timeouts', 'request']],
    [timeouts.requestHeaders, ['timeouts', 'requestHeaders']],
    [timeouts.streamIdle, ['timeouts', 'streamIdle']],
    [tls?.alpn, ['tls', 'alpn']],
  ]
  return found.flatMap(([value, path]) => (value === undefined ? [] : [path]))
}

export type Listener = z.infer<typeof listener>

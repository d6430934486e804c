// One listener of a Gateway.
import { z } from 'zod'
import { ipAddress, name, port } from '../../fields.ts'
import { listenerSettings } from './settings.ts'
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
        'What clients speak. `HTTP` takes HTTP/1.1 and HTTP/2; `HTTPS` the same over TLS. `TCP` and `TLS_PASSTHROUGH` are not there yet.',
      ),
    tls: listenerTls.optional().describe('Certificates, for `HTTPS`.'),
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
    if (each.protocol === 'TCP' || each.protocol === 'TLS_PASSTHROUGH')
      fault('protocol', `"${each.protocol}" is not there yet, wanted "HTTP" or "HTTPS"`)
    if (each.protocol === 'HTTPS' && each.tls === undefined)
      fault('tls', 'missing, wanted the Secrets with the certificates: protocol is "HTTPS"')
    if (each.protocol === 'HTTP' && each.tls !== undefined)
      fault('tls', 'is for protocol "HTTPS", found protocol "HTTP"')
    if (each.http3 === true && each.protocol !== 'HTTPS')
      fault('http3', `is for protocol "HTTPS", found protocol "${each.protocol}"`)
    if (each.http3 === true && each.proxyProtocol === true)
      fault('http3', 'does not go with proxyProtocol: there is no PROXY header on UDP')
  })

export type Listener = z.infer<typeof listener>

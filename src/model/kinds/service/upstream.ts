// Settings towards the backends; an environment's go over its service's, field by field.
import { z } from 'zod'
import { limits } from '../../../base/index.ts'
import { anyDuration, name, positiveDuration } from '../../fields.ts'
import { loadBalancing } from './balancing.ts'
import { healthCheck } from './health-check.ts'
import { circuitBreakers, outlierDetection } from './protection.ts'

const hostName = z
  .string()
  .min(1, 'wanted a host name')
  .max(253, 'wanted at most 253 characters')
  .regex(/^(\*\.)?[A-Za-z0-9_]([-.A-Za-z0-9_]*[A-Za-z0-9_])?$/, 'wanted a host name')

const tls = z
  .strictObject({
    serverName: hostName.optional().describe('Name to ask for (SNI). Default: none.'),
    ca: name
      .optional()
      .describe(
        'Secret, of the same namespace, with the authorities that the certificate must be signed by. Without it nothing is verified: say so with `insecureSkipVerify`.',
      ),
    subjectAltNames: z
      .array(hostName)
      .min(1, 'wanted at least one name')
      .max(16, 'wanted at most 16 names')
      .optional()
      .describe('Names of which the certificate must have one. Default: `serverName`.'),
    certificate: name
      .optional()
      .describe('Secret, of the same namespace, with our own certificate, for mTLS.'),
    insecureSkipVerify: z
      .boolean()
      .default(false)
      .describe('Takes any certificate. For trials: whoever is in between can read and change everything.'),
    minVersion: z.enum(['TLSv1_2', 'TLSv1_3']).default('TLSv1_2').describe('Oldest version of TLS.'),
  })
  .superRefine((value, context) => {
    const { ca, insecureSkipVerify, subjectAltNames, serverName } = value
    if (ca === undefined && !insecureSkipVerify) {
      const message = 'missing, wanted the Secret with the authorities (or "insecureSkipVerify": true)'
      context.addIssue({ code: 'custom', message, path: ['ca'] })
    }
    if (ca !== undefined && insecureSkipVerify) {
      const message = 'wanted false: beside "ca" it would switch the check off'
      context.addIssue({ code: 'custom', message, path: ['insecureSkipVerify'] })
    }
    // A certificate of somebody else, signed by the same authority, would do.
    if (ca !== undefined && subjectAltNames === undefined && serverName === undefined) {
      const message = 'missing, wanted the names that the certificate must have (or "serverName")'
      context.addIssue({ code: 'custom', message, path: ['subjectAltNames'] })
    }
    if (subjectAltNames === undefined || ca !== undefined) return
    const message = 'belongs beside "ca": without it no certificate is checked'
    context.addIssue({ code: 'custom', message, path: ['subjectAltNames'] })
  })

const keepalive = z
  .strictObject({
    time: positiveDuration.optional().describe('Idle time before the first probe. Default: of the machine.'),
    interval: positiveDuration.optional().describe('Time between two probes. Default: of the machine.'),
    probes: z
      .int()
      .min(1, 'wanted 1 to 100')
      .max(100, 'wanted 1 to 100')
      .optional()
      .describe('Probes without an answer that end the connection.'),
  })
  .superRefine((value, context) => {
    for (const field of ['time', 'interval'] as const) {
      if (value[field] === undefined || value[field] % 1_000 === 0) continue
      context.addIssue({ code: 'custom', message: 'wanted whole seconds', path: [field] })
    }
  })

export const upstream = z.strictObject({
  connectTimeout: positiveDuration.optional().describe('Time for a TCP connection. Default 1 s.'),
  idleTimeout: anyDuration
    .optional()
    .describe(
      'Idle upstream connections are closed after this; keep it below the keep-alive of the backends, so that Envoy closes first. `0s`: never. Default 4 s.',
    ),
  maxRequestsPerConnection: z
    .int()
    .min(1, 'wanted 1 or more')
    .max(limits.requestsPerConnection, `wanted at most ${limits.requestsPerConnection}`)
    .optional()
    .describe('Requests after which an upstream connection is not used again. Default: no bound.'),
  healthCheck: healthCheck.optional().describe('Active health checks by every proxy. Default: none.'),
  loadBalancing: loadBalancing.optional().describe('How requests are spread over endpoints.'),
  circuitBreakers: circuitBreakers
    .optional()
    .describe('Most connections and requests at once, per proxy; beyond them Envoy answers 503.'),
  outlierDetection: outlierDetection
    .optional()
    .describe('Takes endpoints out of use that fail in service. Default: none.'),
  tls: tls.optional().describe('Speak TLS to the backends. Default: plaintext.'),
  tcpKeepalive: keepalive
    .optional()
    .describe('Probes on idle connections, so that a dead peer is noticed. Default: none.'),
  http2Keepalive: z
    .strictObject({
      interval: positiveDuration.describe('Time between two PING frames.'),
      timeout: positiveDuration
        .prefault('5s')
        .describe('Time without an answer after which the connection ends.'),
    })
    .optional()
    .describe('PING frames on connections of ports that speak `HTTP2` or `GRPC`. Default: none.'),
})

export type Upstream = z.infer<typeof upstream>
export type UpstreamTls = z.infer<typeof tls>

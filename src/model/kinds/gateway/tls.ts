// How a listener takes TLS: certificates, versions, and whether clients show one too.
import { z } from 'zod'
import { limits } from '../../../base/index.ts'
import { name, refuseRepeats } from '../../fields.ts'

const itself = (text: string): string => text

/** What may be agreed on in the handshake, for listeners that speak HTTP. */
const alpn = z
  .array(z.enum(['h2', 'http/1.1']))
  .min(1, 'wanted at least one protocol')
  .superRefine((list, context) => refuseRepeats(list, itself, 'protocol', (at) => [at], context))

export const listenerTls = z
  .strictObject({
    secrets: z
      .array(name)
      .min(1, 'wanted at least one Secret with a certificate')
      .max(limits.secretsPerListener, `wanted at most ${limits.secretsPerListener} Secrets`)
      .superRefine((list, context) => refuseRepeats(list, itself, 'Secret', (at) => [at], context))
      .describe(
        'Secrets with certificates. The one whose names fit what the client asks for (SNI) is shown, the first where none does.',
      ),
    minVersion: z.enum(['TLSv1_2', 'TLSv1_3']).default('TLSv1_2').describe('Oldest version of TLS.'),
    clientCa: name
      .optional()
      .describe(
        'Secret with the authorities that certificates of clients are verified by. Backends get what was verified in `x-forwarded-client-cert`.',
      ),
    requireClientCertificate: z
      .boolean()
      .default(false)
      .describe('Whether a client without a certificate is refused. Needs `clientCa`.'),
    alpn: alpn
      .optional()
      .describe('What is offered in the handshake, best first. Default: `h2`, `http/1.1`.'),
  })
  .superRefine((tls, context) => {
    if (tls.requireClientCertificate && tls.clientCa === undefined) {
      const message =
        'missing, wanted the Secret with the authorities of clients: their certificates are required'
      context.addIssue({ code: 'custom', message, path: ['clientCa'] })
    }
  })

export type ListenerTls = z.infer<typeof listenerTls>

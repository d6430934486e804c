// Secret: which files hold a certificate with its key, or authorities to trust. What the files hold is seen, never stored.
import { z } from 'zod'
import { limits } from '../../base/index.ts'
import type { KindDefinition, Reference } from '../kind-definition.ts'

const wanted =
  'wanted a path below --secrets-dir, such as "shop/tls.crt": relative, without "." or ".." in it'

/** A path that stays below its folder as far as text can tell; links are looked at when it is read. */
const file = z
  .string()
  .max(limits.secretPathLength, `wanted at most ${limits.secretPathLength} characters`)
  .refine(
    (path) =>
      !/[\p{Cc}\\]/u.test(path) &&
      path.split('/').every((step) => step !== '' && step !== '.' && step !== '..'),
    wanted,
  )

export const secretSpec = z
  .strictObject({
    certificate: z
      .strictObject({
        chain: file.describe('File with the certificate, and after it those that sign it, in PEM.'),
        key: file.describe('File with its private key, in PEM, unencrypted.'),
      })
      .optional()
      .describe('A certificate with its key: what a listener, or a client of a backend, shows of itself.'),
    trustedCa: file
      .optional()
      .describe('File with the certificates of the authorities that the other side is verified by, in PEM.'),
  })
  .refine(({ certificate, trustedCa }) => certificate !== undefined || trustedCa !== undefined, {
    error: 'found neither "certificate" nor "trustedCa", wanted at least one of them',
  })

export type SecretSpec = z.infer<typeof secretSpec>

export const secret: KindDefinition<'Secret'> = {
  summary:
    'Certificates in files below `--secrets-dir`. The files stay where they are and are watched; what they hold is not stored.',
  spec: secretSpec,
}

/** A reference to a Secret of which the certificate is needed. */
export const certificateReference = (name: string, path: string): Reference => ({
  kind: 'Secret',
  name,
  path,
  check: (target) =>
    target.kind === 'Secret' && target.spec.certificate === undefined
      ? [{ path, message: `Secret "${name}" has no certificate: it has authorities only` }]
      : [],
})

/** A reference to a Secret of which the authorities are needed. */
export const trustedCaReference = (name: string, path: string): Reference => ({
  kind: 'Secret',
  name,
  path,
  check: (target) =>
    target.kind === 'Secret' && target.spec.trustedCa === undefined
      ? [{ path, message: `Secret "${name}" has no trustedCa: it has a certificate only` }]
      : [],
})

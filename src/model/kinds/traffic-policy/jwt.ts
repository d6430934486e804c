// Whose tokens are believed, where cohorts are chosen by claims.
import { z } from 'zod'
import { limits } from '../../../base/index.ts'
import { headerName } from '../../fields.ts'

const few = limits.labelLength

export const jwt = z.strictObject({
  issuer: z.string().min(1, 'wanted the issuer').max(few).describe('What `iss` of the token must be.'),
  audiences: z
    .array(z.string().min(1).max(few))
    .min(1, 'wanted at least one audience, or leave it out')
    .max(16, 'wanted at most 16 audiences')
    .optional()
    .describe('`aud` of the token must have one of them. Default: any.'),
  header: headerName
    .default('authorization')
    .describe('Header with the token; of `authorization` what follows `Bearer `.'),
  jwks: z
    .string()
    .max(limits.jwksBytes, `wanted at most ${limits.jwksBytes} characters`)
    .superRefine((text, context) => {
      const message = keySetFault(text)
      if (message !== undefined) context.addIssue({ code: 'custom', message })
    })
    .describe(
      'The public keys: a JSON Web Key Set as text, on one line. A token that none of them signed belongs to no cohort.',
    ),
})

export type Jwt = z.infer<typeof jwt>

/** Members that a public key of each type must have (RFC 7518, section 6; RFC 8037). */
const members: ReadonlyMap<unknown, readonly string[]> = new Map([
  ['RSA', ['n', 'e']],
  ['EC', ['crv', 'x', 'y']],
  ['OKP', ['crv', 'x']],
])

/** What is wrong with a key set; undefined when Envoy can verify with it. */
function keySetFault(text: string): string | undefined {
  const keys = keysIn(text)
  if (keys === undefined) return 'wanted a JSON Web Key Set: {"keys": [...]}'
  if (keys.length === 0) return 'wanted at least one key'
  for (const [index, key] of keys.entries()) {
    const fault = keyFault(key)
    if (fault !== undefined) return `keys[${index}]: ${fault}`
  }
  return undefined
}

function keysIn(text: string): readonly unknown[] | undefined {
  try {
    const set: unknown = JSON.parse(text)
    if (typeof set !== 'object' || set === null || !('keys' in set)) return undefined
    return Array.isArray(set.keys) ? set.keys : undefined
  } catch (cause) {
    if (cause instanceof SyntaxError) return undefined
    throw cause
  }
}

function keyFault(key: unknown): string | undefined {
  if (typeof key !== 'object' || key === null) return 'wanted an object'
  const fields = new Map<string, unknown>(Object.entries(key))
  const wanted = members.get(fields.get('kty'))
  if (wanted === undefined) return 'wanted "kty" RSA, EC or OKP: manifests hold public keys only'
  if (fields.has('d')) return 'found a private key ("d"): take it out, and do not use it any more'
  const missing = wanted.find((member) => {
    const value = fields.get(member)
    return typeof value !== 'string' || !/^[A-Za-z0-9_-]+$/.test(value)
  })
  return missing === undefined ? undefined : `wanted "${missing}" as base64url text`
}

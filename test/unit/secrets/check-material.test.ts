// What certificate files may hold, and what is said of those that hold something else: by field and file, never by content.
import { describe, expect, it } from 'vitest'
import { checkMaterial } from '../../../src/secrets/check-material.ts'
import { createTrust } from '../../support/trust.ts'

const trust = createTrust()
const other = createTrust('another')
const pair = trust.issue(['shop.test', '*.shop.test'])
const now = Date.now()
const spec = { certificate: { chain: 'shop/tls.crt', key: 'shop/tls.key' } }
const check = (texts: { readonly chain?: string; readonly key?: string }, at = now) =>
  checkMaterial(spec, { chain: pair.cert, key: pair.key, ...texts }, at)
/** `path: message` of every fault. */
const faults = (found: ReturnType<typeof check>): readonly string[] =>
  found.ok ? [] : found.error.map(({ path, message }) => `${path}: ${message}`)
const day = 24 * 3_600

describe('a certificate with its key', () => {
  it('is taken as it is, and known by its names and its end', () => {
    const found = check({})
    if (!found.ok) throw new Error(JSON.stringify(found.error))
    expect(found.value.material).toEqual({ certificateChain: pair.cert, privateKey: pair.key })
    expect(found.value.facts).toMatchObject([
      { use: 'certificate', subject: 'CN=shop.test', names: ['shop.test', '*.shop.test'] },
    ])
    expect(found.value.facts[0]?.notAfter).toBeGreaterThan(now + day * 1_000)
  })

  it.each([
    [
      'the key of another',
      { key: other.issue(['x']).key },
      'key: shop/tls.key: wanted the key of the certificate in shop/tls.crt',
    ],
    [
      'one that has expired',
      trust.issue(['x'], { fromS: -2 * day, toS: -day }),
      'chain: shop/tls.crt: the certificate expired on 20',
    ],
    [
      'one that is not valid yet',
      trust.issue(['x'], { fromS: day }),
      'chain: shop/tls.crt: the certificate is not valid before 20',
    ],
    [
      'garbage for a certificate',
      { chain: 'garbage' },
      'chain: shop/tls.crt: wanted certificates in PEM, found none',
    ],
    [
      'half a certificate',
      { chain: pair.cert.slice(0, 200) },
      'chain: shop/tls.crt: wanted certificates in PEM',
    ],
    [
      'a block that is none',
      { chain: pair.cert.replace(/\nM/, '\nX') },
      'chain: shop/tls.crt: certificate 1 of 1 cannot be read',
    ],
    ['garbage for a key', { key: 'garbage' }, 'key: shop/tls.key: wanted a private key in PEM'],
    ['nothing for a key', { key: '' }, 'key: shop/tls.key: wanted a private key in PEM'],
    [
      'an encrypted key',
      { key: '-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n' },
      'key: shop/tls.key: wanted an unencrypted private key',
    ],
    [
      'a key that Envoy refuses',
      trust.issue(['x'], { rsaBits: 1_024 }),
      'chain: shop/tls.crt: wanted a key that Envoy takes',
    ],
    [
      'a curve that Envoy refuses',
      trust.issue(['x'], { curve: 'secp256k1' }),
      'chain: shop/tls.crt: wanted a key that Envoy takes',
    ],
    [
      'a chain with an expired link',
      { chain: pair.cert + trust.issue(['y'], { fromS: -2 * day, toS: -day }).cert },
      'chain: shop/tls.crt: certificate 2 of the chain expired',
    ],
  ])('is refused for %s, with the field and the file', (_, given, said) => {
    const texts = 'cert' in given ? { chain: given.cert, key: given.key } : given
    const found = faults(check(texts))
    expect(found.some((each) => each.startsWith(`spec.certificate.${said}`))).toBe(true)
  })

  it('is never quoted in what is said of it', () => {
    for (const key of [other.issue(['x']).key, `x${pair.key.slice(0, 100)}`]) {
      const said = faults(check({ key })).join()
      for (const line of key.split('\n'))
        if (line.length > 8 && !line.includes('---')) expect(said).not.toContain(line)
    }
  })

  it('takes nothing else of the files with it: a key beside the chain, or text', () => {
    const found = check({ chain: `friendly name\n${pair.cert}${other.issue(['x']).key}` })
    expect(found.ok && found.value.material.certificateChain).toBe(pair.cert)
  })
})

describe('authorities', () => {
  const authorities = (text: string) => checkMaterial({ trustedCa: 'ca.crt' }, { trustedCa: text }, now)
  const expired = createTrust('old', { fromS: -2 * day, toS: -day }).ca

  it('are taken with others that have expired, as bundles have them, and refused when all have', () => {
    expect(authorities(trust.ca + expired).ok).toBe(true)
    expect(faults(authorities(expired))).toMatchObject(
      [/spec.trustedCa: ca.crt: found only certificates that have expired/].map((each) =>
        expect.stringMatching(each),
      ),
    )
  })

  it('go out without a key that lies beside them', () => {
    const found = authorities(trust.ca + pair.key)
    expect(found.ok && found.value.material).toEqual({ trustedCa: trust.ca })
  })
})

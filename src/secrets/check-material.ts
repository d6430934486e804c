// Whether what certificate files hold can be served: said here before an Envoy says it, and without a word of the key itself.
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import type { Result, Violation } from '../base/index.ts'
import { err, ok } from '../base/index.ts'
import type { SecretMaterial, SecretSpec } from '../model/index.ts'

/** What may be said of a certificate. Times in milliseconds since the epoch. */
export interface CertificateFacts {
  readonly use: 'certificate' | 'trustedCa'
  readonly subject: string
  /** Names that it is for, at most a few. */
  readonly names: readonly string[]
  readonly notBefore: number
  readonly notAfter: number
  /** SHA-256, as `openssl x509 -fingerprint` has it. */
  readonly fingerprint: string
}

/** Texts of the files, those that the Secret names. */
export interface SecretTexts {
  readonly chain?: string
  readonly key?: string
  readonly trustedCa?: string
}

export interface SoundMaterial {
  readonly material: SecretMaterial
  readonly facts: readonly CertificateFacts[]
}

const paths = {
  chain: 'spec.certificate.chain',
  key: 'spec.certificate.key',
  trustedCa: 'spec.trustedCa',
} as const

/** The material, or everything that is wrong with it. `now`: milliseconds since the epoch. */
export function checkMaterial(
  spec: SecretSpec,
  texts: SecretTexts,
  now: number,
): Result<SoundMaterial, readonly Violation[]> {
  const faults: Violation[] = []
  const facts: CertificateFacts[] = []
  const { certificate, trustedCa } = spec
  if (certificate !== undefined) {
    const say = (field: 'chain' | 'key', message: string): void => {
      faults.push({ path: paths[field], message: `${certificate[field]}: ${message}` })
    }
    const chain = certificatesIn(texts.chain ?? '')
    const key = readKey(texts.key ?? '')
    if (typeof chain === 'string') say('chain', chain)
    else for (const fault of chainFaults(chain, now)) say('chain', fault)
    if (typeof key === 'string') say('key', key)
    const [leaf] = typeof chain === 'string' ? [] : chain
    if (leaf !== undefined && typeof key !== 'string' && !leaf.checkPrivateKey(key))
      say('key', `wanted the key of the certificate in ${certificate.chain}, found that of another`)
    if (leaf !== undefined) facts.push(factsOf('certificate', leaf))
  }
  if (trustedCa !== undefined) {
    const authorities = certificatesIn(texts.trustedCa ?? '')
    const fault =
      typeof authorities === 'string'
        ? authorities
        : authorities.every((each) => Date.parse(each.validTo) <= now)
          ? `found only certificates that have expired, the last on ${newest(authorities)}`
          : undefined
    if (fault !== undefined) faults.push({ path: paths.trustedCa, message: `${trustedCa}: ${fault}` })
    if (typeof authorities !== 'string')
      facts.push(...authorities.slice(0, 1).map((each) => factsOf('trustedCa', each)))
  }
  if (faults.length > 0) return err(faults)
  const material: SecretMaterial = {
    ...(certificate === undefined
      ? {}
      : { certificateChain: only(block, texts.chain), privateKey: only(keyBlock, texts.key) }),
    ...(trustedCa === undefined ? {} : { trustedCa: only(block, texts.trustedCa) }),
  }
  return ok({ material, facts })
}

/** Whether two say the same. */
export const sameMaterial = (a: SecretMaterial, b: SecretMaterial): boolean =>
  a.certificateChain === b.certificateChain && a.privateKey === b.privateKey && a.trustedCa === b.trustedCa

/** The first is what is shown; a chain that has an expired link is refused by whoever is shown it. */
function* chainFaults(chain: readonly X509Certificate[], now: number): Iterable<string> {
  for (const [index, each] of chain.entries()) {
    const which = index === 0 ? 'the certificate' : `certificate ${index + 1} of the chain`
    if (Date.parse(each.validTo) <= now) yield `${which} expired on ${dayOf(each.validTo)}`
    if (Date.parse(each.validFrom) > now) yield `${which} is not valid before ${dayOf(each.validFrom)}`
  }
  const [leaf] = chain
  if (leaf === undefined) return
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = leaf.publicKey
  const isTaken =
    (type === 'rsa' && (details?.modulusLength ?? 0) >= 2_048) ||
    (type === 'ec' && ['prime256v1', 'secp384r1', 'secp521r1'].includes(details?.namedCurve ?? ''))
  if (!isTaken)
    yield 'wanted a key that Envoy takes: RSA of at least 2048 bits, or ECDSA with P-256, P-384 or P-521'
}

const block = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g

const keyBlock = /-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----[\s\S]*?-----END (?:[A-Z]+ )?PRIVATE KEY-----/g

/** These blocks and nothing else of a file: a key that lies beside authorities is not sent with them. */
const only = (wanted: RegExp, text = ''): string =>
  (text.match(wanted) ?? []).map((each) => `${each}\n`).join('')

/** Every certificate of a text, or why it has none. */
function certificatesIn(text: string): readonly X509Certificate[] | string {
  const blocks = text.match(block) ?? []
  if (blocks.length === 0) return 'wanted certificates in PEM, found none'
  const certificates: X509Certificate[] = []
  for (const [index, each] of blocks.entries()) {
    const certificate = readCertificate(each)
    if (certificate === undefined) return `certificate ${index + 1} of ${blocks.length} cannot be read`
    certificates.push(certificate)
  }
  return certificates
}

function readCertificate(text: string): X509Certificate | undefined {
  try {
    return new X509Certificate(text)
  } catch {
    return undefined
  }
}

/** The key, or why it is none. OpenSSL's own words could quote the file: they are not repeated. */
function readKey(text: string): KeyObject | string {
  if (/ENCRYPTED/.test(text)) return 'wanted an unencrypted private key, found an encrypted one'
  try {
    return createPrivateKey(only(keyBlock, text))
  } catch {
    return 'wanted a private key in PEM, found none that can be read'
  }
}

const namesShown = 8

function factsOf(use: CertificateFacts['use'], certificate: X509Certificate): CertificateFacts {
  const { subject, subjectAltName = '', validFrom, validTo, fingerprint256 } = certificate
  const names = subjectAltName.split(', ').filter((each) => each !== '')
  return {
    use,
    subject: subject?.replace(/\n/g, ', ') ?? '',
    names: names.slice(0, namesShown).map((each) => each.replace(/^(DNS|IP Address|URI):/, '')),
    notBefore: Date.parse(validFrom),
    notAfter: Date.parse(validTo),
    fingerprint: fingerprint256,
  }
}

const dayOf = (text: string): string => new Date(Date.parse(text)).toISOString()
const newest = (certificates: readonly X509Certificate[]): string =>
  certificates
    .map(({ validTo }) => dayOf(validTo))
    .sort()
    .at(-1) ?? ''

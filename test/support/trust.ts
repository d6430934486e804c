// Certificates for tests, made on the spot without any tool: an authority that issues as many as are wanted, also ones that
// have expired or are not valid yet. X.509 as RFC 5280 has it, the few fields that are needed.
import { createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'

export interface Pair {
  /** PEM. */
  readonly cert: string
  readonly key: string
}

export interface IssueOptions {
  /** First to last second of its validity, from now. Default: an hour back to two days ahead. */
  readonly fromS?: number
  readonly toS?: number
  readonly rsaBits?: number
  readonly curve?: string
}

export interface Trust {
  /** Certificate of the authority, PEM. */
  readonly ca: string
  /** A certificate for these DNS names with a key of its own. */
  issue(names: readonly string[], options?: IssueOptions): Pair
}

const hourS = 3_600

/** A new authority. `options`: of its own certificate. */
export function createTrust(name = 'test authority', options: IssueOptions = {}): Trust {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
  const authority = { name, key: privateKey }
  return {
    ca: certificate(authority, { subject: name, key: privateKey, isAuthority: true, names: [], options }),
    issue(names, issued = {}) {
      const key = newKey(issued)
      const cert = certificate(authority, {
        ...{ subject: names[0] ?? '', key, isAuthority: false, names, options: issued },
      })
      return { cert, key: key.export({ type: 'pkcs8', format: 'pem' }).toString() }
    },
  }
}

function newKey({ rsaBits, curve = 'prime256v1' }: IssueOptions): KeyObject {
  const pair =
    rsaBits === undefined
      ? generateKeyPairSync('ec', { namedCurve: curve })
      : generateKeyPairSync('rsa', { modulusLength: rsaBits })
  return pair.privateKey
}

interface Wanted {
  readonly subject: string
  readonly key: KeyObject
  readonly isAuthority: boolean
  readonly names: readonly string[]
  readonly options: IssueOptions
}

/** DER: a tag, the length, the content. */
function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts)
  const { length } = body
  const head =
    length < 0x80
      ? [tag, length]
      : length < 0x100
        ? [tag, 0x81, length]
        : [tag, 0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from(head), body])
}
const seq = (...parts: readonly Uint8Array[]): Buffer => der(0x30, ...parts)
const bytes = (...values: readonly number[]): Buffer => Buffer.from(values)
const commonName = (text: string): Buffer =>
  seq(der(0x31, seq(bytes(0x06, 3, 0x55, 4, 3), der(0x0c, Buffer.from(text)))))
const ecdsaWithSha256 = seq(bytes(0x06, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2))
/** Generalised time: `20261123201500Z`, so many seconds from now. */
const time = (seconds: number): Buffer => {
  const text = new Date(Date.now() + seconds * 1_000).toISOString().replace(/[-:T]/g, '').slice(0, 14)
  return der(0x18, Buffer.from(`${text}Z`))
}
const extension = (id: number, value: Uint8Array): Buffer =>
  seq(bytes(0x06, 3, 0x55, 0x1d, id), der(0x04, value))

function certificate(
  authority: { readonly name: string; readonly key: KeyObject },
  { subject, key, isAuthority, names, options }: Wanted,
): string {
  const { fromS = -hourS, toS = 48 * hourS } = options
  const altNames = names.map((each) => der(0x82, Buffer.from(each)))
  const body = seq(
    der(0xa0, bytes(0x02, 1, 2)),
    der(0x02, bytes(1), randomBytes(8)),
    ecdsaWithSha256,
    commonName(authority.name),
    seq(time(fromS), time(toS)),
    commonName(subject),
    createPublicKey(key).export({ type: 'spki', format: 'der' }),
    der(
      0xa3,
      seq(
        extension(0x13, seq(...(isAuthority ? [bytes(0x01, 1, 0xff)] : []))),
        ...(altNames.length === 0 ? [] : [extension(0x11, seq(...altNames))]),
      ),
    ),
  )
  const whole = seq(body, ecdsaWithSha256, der(0x03, bytes(0), sign('sha256', body, authority.key)))
  const lines = whole.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}

// Reads TLS material from files and says clearly what is wrong with it, before any port opens.
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createSecureContext } from 'node:tls'
import { err, invalid, ok, type Problem, type Result, type Violation } from '../../base/index.ts'

/** Where the material lies; `clientCa` makes client certificates required. */
export interface TlsFiles {
  readonly cert: string
  readonly key: string
  readonly clientCa?: string
}

/** PEM bytes that were checked to fit each other. */
export interface TlsMaterial {
  readonly cert: Buffer
  readonly key: Buffer
  readonly clientCa?: Buffer
  /** End of the certificate's validity, milliseconds since the epoch. */
  readonly expiresAt: number
}

/** Reads and checks the files of --tls-cert, --tls-key and --client-ca. The key never reaches a message. */
export function loadTls(files: TlsFiles): Result<TlsMaterial, Problem> {
  const faults: Violation[] = []
  const read = (flag: string, file: string): Buffer | undefined => {
    try {
      return readFileSync(file)
    } catch (error) {
      faults.push({ path: flag, message: `cannot read ${file}: ${text(error)}` })
      return undefined
    }
  }
  const cert = read('--tls-cert', files.cert)
  const key = read('--tls-key', files.key)
  const clientCa = files.clientCa === undefined ? undefined : read('--client-ca', files.clientCa)
  if (cert === undefined || key === undefined || faults.length > 0) return err(invalid(faults))

  const certificate = attempt(() => new X509Certificate(cert))
  if (certificate === undefined)
    faults.push({ path: '--tls-cert', message: `${files.cert} holds no PEM certificate` })
  const privateKey = attempt(() => createPrivateKey(key))
  if (privateKey === undefined)
    faults.push({
      path: '--tls-key',
      message: `${files.key} holds no PEM private key that can be read without a passphrase`,
    })
  if (certificate !== undefined && privateKey !== undefined && !certificate.checkPrivateKey(privateKey)) {
    faults.push({
      path: '--tls-key',
      message: `${files.key} is not the key of the certificate in ${files.cert}`,
    })
  }
  if (clientCa !== undefined && attempt(() => new X509Certificate(clientCa)) === undefined) {
    faults.push({ path: '--client-ca', message: `${files.clientCa} holds no PEM certificate` })
  }
  if (faults.length > 0) return err(invalid(faults))
  const context = attempt(() => createSecureContext({ cert, key, ca: clientCa }))
  if (certificate === undefined || context === undefined) {
    return err(
      invalid([{ path: '--tls-cert', message: `${files.cert} and ${files.key} are refused by OpenSSL` }]),
    )
  }
  return ok({
    cert,
    key,
    ...(clientCa === undefined ? {} : { clientCa }),
    expiresAt: Date.parse(certificate.validTo),
  })
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    // What is wrong is said by the caller, without OpenSSL's codes.
    return undefined
  }
}

const text = (error: unknown): string => (error instanceof Error ? error.message : String(error))

// TLS of the client: PEM from files or from memory.
import { readFileSync } from 'node:fs'
import { type ChannelCredentials, credentials } from '@grpc/grpc-js'
import { err, ok, type Problem, type Result } from '../base/index.ts'
import type { Pem } from './services.ts'

export interface TlsOptions {
  /** Whom to trust; without it, the authorities that Node knows. */
  readonly ca?: Pem
  /** Own certificate, and its private key. */
  readonly cert?: Pem
  readonly key?: Pem
}

/** TLS with these. Errors: files that cannot be read, PEM that does not fit together. */
export function tlsCredentials(tls: TlsOptions): Result<ChannelCredentials, Problem> {
  const read = (pem: Pem | undefined): Buffer | null => {
    if (pem === undefined) return null
    if (typeof pem !== 'string') return Buffer.from(pem)
    return pem.trimStart().startsWith('-----BEGIN') ? Buffer.from(pem) : readFileSync(pem)
  }
  try {
    return ok(credentials.createSsl(read(tls.ca), read(tls.key), read(tls.cert)))
  } catch (error) {
    const message = `TLS files of the client: ${error instanceof Error ? error.message : String(error)}`
    return err({ kind: 'invalid', message, violations: [] })
  }
}

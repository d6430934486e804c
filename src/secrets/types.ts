// What the rooms downstream see of certificate files.
import type { Result, Violation } from '../base/index.ts'
import type { SecretMaterial, SecretSpec } from '../model/index.ts'
import type { CertificateFacts } from './check-material.ts'

/** Where the content of Secrets comes from. */
export interface SecretSource {
  /** What the files hold now, or all that is wrong with them; paths are those of the Secret: `spec.certificate.key`. */
  read(spec: SecretSpec): Promise<Result<SecretMaterial, readonly Violation[]>>
  /** From now on these are looked after, and no others. */
  keep(specs: Iterable<SecretSpec>): void
}

/** How the files of one Secret stand. */
export interface SecretState {
  /** `good`: as the files are. `stale`: they are bad, and what was good last goes on. `missing`: nothing good since our start. */
  readonly kind: 'good' | 'stale' | 'missing'
  /** Of what is served. */
  readonly facts: readonly CertificateFacts[]
  /** What is wrong with the files now. */
  readonly faults: readonly Violation[]
}

/** Something that happened to the files of a Secret; `files` is their key (`secretFilesKey`). */
export type SecretNews =
  | { readonly kind: 'changed'; readonly files: string; readonly material: SecretMaterial }
  | { readonly kind: 'refused'; readonly files: string; readonly faults: readonly Violation[] }
  /** Good again, and as it was. */
  | { readonly kind: 'mended'; readonly files: string }

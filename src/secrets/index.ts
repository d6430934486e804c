// secrets: in come the files that Secrets name, out come certificates that are sound, and what is wrong with those that are not.
// What is good is decided in check-material.ts (pure), what follows from a look in watched.ts (pure); io/ reads and watches.
export type { CertificateFacts } from './check-material.ts'
export {
  noSecretFiles,
  type SecretFiles,
  type SecretFilesOptions,
  watchSecretFiles,
} from './io/secret-files.ts'
export type { SecretNews, SecretSource, SecretState } from './types.ts'

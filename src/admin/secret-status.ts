// What is said of the files of a Secret beside its manifest: how they stand, until when, and what is wrong. Never what they hold.
import type { Json } from '../base/index.ts'
import type { StoredObject } from '../model/index.ts'
import type { SecretFiles, SecretState } from '../secrets/index.ts'

/** How the files of Secrets stand; undefined where nobody looks after any. */
export type SecretStates = Pick<SecretFiles, 'state'> | undefined

/** `status` of a Secret's manifest; nothing for other kinds. */
export function secretStatus(object: StoredObject, states: SecretStates): { readonly [key: string]: Json } {
  if (object.kind !== 'Secret') return {}
  const state = states?.state(object.spec)
  return state === undefined ? {} : { status: statusOf(state) }
}

const statusOf = ({ kind, facts, faults }: SecretState): Json => ({
  files: kind,
  ...(facts.length === 0
    ? {}
    : {
        served: facts.map(({ use, subject, names, notBefore, notAfter, fingerprint }) => ({
          use,
          subject,
          ...(names.length === 0 ? {} : { names }),
          notBefore: new Date(notBefore).toISOString(),
          notAfter: new Date(notAfter).toISOString(),
          fingerprint,
        })),
      }),
  ...(faults.length === 0 ? {} : { faults: faults.map(({ path, message }) => `${path}: ${message}`) }),
})

// Secrets of a node group → SDS resources: one for the certificate, one for the authorities. Their content is what was seen
// of the files, not what is stored.
import { type envoy, typeUrls } from '../envoy-api/index.ts'
import {
  keyOf,
  type ObjectContent,
  type ObjectKey,
  type Observed,
  type SecretMaterial,
  type StoredObject,
  type StoredOf,
  secretFilesKey,
  secretName,
  secretsNamedBy,
  trustedCaName,
} from '../model/index.ts'
import { identityMemo } from './memo.ts'
import { byName } from './order.ts'
import type { Draft, DraftGroup } from './types.ts'

/** Makes the SDS resources of everything that these objects name; the same Secret and files give the same drafts. */
export function createSecrets(): (
  users: Iterable<ObjectContent>,
  objects: ReadonlyMap<ObjectKey, StoredObject>,
  observed: Observed['secrets'],
) => Pick<DraftGroup, 'secrets' | 'absentSecrets'> {
  const memo = identityMemo<SecretMaterial, readonly Draft[]>()
  return (users, objects, observed) => {
    const keys = new Set<ObjectKey>()
    for (const user of users) for (const key of secretsNamedBy(user)) keys.add(key)
    const secrets: Draft[] = []
    const absentSecrets = new Set<string>()
    for (const key of keys) {
      const secret = objects.get(key)
      if (secret?.kind !== 'Secret') continue
      const material = observed.get(secretFilesKey(secret.spec))
      if (material === undefined) for (const name of namesOf(secret)) absentSecrets.add(name)
      else
        secrets.push(...memo(material, [secret.namespace, secret.name], () => secretDrafts(secret, material)))
    }
    return { secrets: secrets.sort(byName), absentSecrets }
  }
}

/** The SDS resources of one Secret. */
export function secretDrafts(secret: StoredOf<'Secret'>, material: SecretMaterial): readonly Draft[] {
  const { namespace, name } = secret
  const { certificateChain, privateKey, trustedCa } = material
  const drafts: Draft[] = []
  const add = (json: envoy.Secret & { readonly name: string }, facts: Draft['facts']): void => {
    const { name: sdsName } = json
    drafts.push({
      kind: 'whole',
      typeUrl: typeUrls.sds,
      name: sdsName,
      json,
      facts,
      origins: [keyOf(secret)],
    })
  }
  if (certificateChain !== undefined && privateKey !== undefined) {
    const pair = {
      certificateChain: { inlineString: certificateChain },
      privateKey: { inlineString: privateKey },
    }
    add({ name: secretName(namespace, name), tlsCertificate: pair }, { privateKey: true })
  }
  if (trustedCa !== undefined) {
    const context = { trustedCa: { inlineString: trustedCa } }
    add({ name: trustedCaName(namespace, name), validationContext: context }, {})
  }
  return drafts
}

const namesOf = ({ namespace, name, spec }: StoredOf<'Secret'>): readonly string[] => [
  ...(spec.certificate === undefined ? [] : [secretName(namespace, name)]),
  ...(spec.trustedCa === undefined ? [] : [trustedCaName(namespace, name)]),
]

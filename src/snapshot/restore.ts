// Bytes from the store → a resource again: after a restart, what is served is read, never derived.
import { decodeJson, messageOfTypeUrl, splitAny } from '../envoy-api/index.ts'
import { keyOf, parseClusterName } from '../model/index.ts'
import { factsOf } from './facts.ts'
import type { EncodedResource } from './types.ts'

/**
 * The resource of these Any bytes, with the facts that streams need. Its origins are what its name tells: the
 * Service of a cluster, nothing for the rest. Throws EnvoyApiError when the bytes are no such message.
 */
export function restoreResource(name: string, hash: string, body: Uint8Array): EncodedResource {
  const { typeUrl, value } = splitAny(body)
  const facts = factsOf(typeUrl, decodeJson(messageOfTypeUrl(typeUrl), value))
  const identity = parseClusterName(name)
  const origins =
    identity === undefined
      ? []
      : [keyOf({ kind: 'Service', namespace: identity.namespace, name: identity.service })]
  return { typeUrl, name, hash, body, facts, origins }
}

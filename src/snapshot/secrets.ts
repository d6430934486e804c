// Secrets as resources, apart from any group: their bodies are not in the store, so a start makes them of the files again.
import { typeUrls } from '../envoy-api/index.ts'
import type { SecretMaterial, StoredOf } from '../model/index.ts'
import { secretDrafts } from '../translate/index.ts'
import { createEncoder } from './encode.ts'
import type { EncodedResource } from './types.ts'

/** What a Secret is served as. */
export function encodeSecret(
  secret: StoredOf<'Secret'>,
  material: SecretMaterial,
): readonly EncodedResource[] {
  const encoder = createEncoder()
  return secretDrafts(secret, material).map((draft) => encoder.whole(draft, undefined))
}

/** A secret that a generation names and whose body nobody has any more. No stream sends it: see `xds/withhold.ts`. */
export const bodilessSecret = (name: string, hash: string): EncodedResource => ({
  typeUrl: typeUrls.sds,
  name,
  hash,
  body: new Uint8Array(0),
  facts: {},
  origins: [],
})

export const isBodiless = ({ body }: EncodedResource): boolean => body.byteLength === 0

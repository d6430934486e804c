// Secrets as resources, apart from any group: their bodies are not in the store, so a start makes them of the files again.
import { typeUrls } from '../envoy-api/index.ts'
import type { SecretMaterial, StoredOf } from '../model/index.ts'
import { secretDrafts } from '../translate/index.ts'
import { createEncoder } from './encode.ts'
import { rawDrafts } from './join/raw-drafts.ts'
import type { EncodedResource } from './types.ts'

/** What a Secret is served as. */
export function encodeSecret(
  secret: StoredOf<'Secret'>,
  material: SecretMaterial,
): readonly EncodedResource[] {
  const encoder = createEncoder()
  return secretDrafts(secret, material).map((draft) => encoder.whole(draft, undefined))
}

/** The Secrets of a RawSnapshot: their bodies are not in the store either, and are made of the object again. */
export function encodeRawSecrets(snapshot: StoredOf<'RawSnapshot'>): readonly EncodedResource[] {
  const encoder = createEncoder()
  return rawDrafts(snapshot)
    .drafts.filter(({ typeUrl }) => typeUrl === typeUrls.sds)
    .map((draft) => encoder.whole(draft, undefined))
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

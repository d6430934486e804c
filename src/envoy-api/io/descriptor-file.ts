// Reads the generated file of Envoy's API. Its place is the same from src and from dist.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'

/** Version of Envoy whose API the file holds. */
export const envoyApiVersion = '1.40.0'

/** The google.protobuf.FileDescriptorSet of Envoy's v3 API and of what it imports. */
export function readDescriptorFile(): Uint8Array {
  const path = new URL(`../../../protos/envoy-api-v${envoyApiVersion}.binpb.gz`, import.meta.url)
  try {
    return gunzipSync(readFileSync(path))
  } catch (cause) {
    throw new Error(`the descriptors of Envoy's API cannot be read from ${fileURLToPath(path)}`, { cause })
  }
}

// Manifests of a request through the model's parser, and stored objects through its printer.
import { err, type Json, type Problem, type Result } from '../base/index.ts'
import type { Manifest, StoredObject } from '../model/index.ts'
import type { ManifestSource, Struct } from './api.generated.ts'

/** Sources first, then objects, in the order given. */
export function readManifests(_request: {
  readonly sources: readonly ManifestSource[]
  readonly objects: readonly Struct[]
  readonly namespace: string
}): Result<readonly Manifest[], Problem> {
  return err({ kind: 'unavailable', message: 'no parser yet' })
}

/** The manifest of a stored object, defaults written out. */
export function printObject(object: StoredObject): { readonly [key: string]: Json } {
  return JSON.parse(JSON.stringify(object)) as { readonly [key: string]: Json }
}

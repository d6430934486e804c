// Manifests of a request through the model's parser, and stored objects through its printer.

import { fromStruct, type ManifestSource, type Struct } from '../api/index.ts'
import { err, invalid, type Json, limits, type Problem, type Result } from '../base/index.ts'
import {
  type Manifest,
  parseManifests,
  printManifest,
  type StoredObject,
  type World,
} from '../model/index.ts'

/**
 * The manifests of a request: sources first, then objects. All faults of all of them are in the Problem, each with
 * the name of its source (objects are called `objects[i]`).
 */
export function readManifests(request: {
  readonly sources: readonly ManifestSource[]
  readonly objects: readonly Struct[]
  readonly namespace: string
}): Result<readonly Manifest[], Problem> {
  const files = request.sources.map(({ name, text }, index) => ({
    file: name === '' ? `sources[${index}]` : name.slice(0, limits.resourceNameLength),
    text,
  }))
  for (const [index, object] of request.objects.entries()) {
    try {
      files.push({ file: `objects[${index}]`, text: JSON.stringify(fromStruct(object)) })
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      return err(invalid([{ path: `objects[${index}]`, message: error.message }]))
    }
  }
  return parseManifests(files, request.namespace === '' ? {} : { namespace: request.namespace })
}

/** The manifest of a stored object, defaults written out; a TrafficPolicy with the traffic of its service. */
export function printObject(object: StoredObject, world: World): { readonly [key: string]: Json } {
  if (object.kind !== 'TrafficPolicy') return printManifest(object)
  const traffic = world.get(`${object.namespace}/Traffic/${object.spec.service}`)
  return printManifest(object, traffic?.kind === 'Traffic' ? traffic : undefined)
}

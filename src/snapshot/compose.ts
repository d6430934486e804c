// What a node group is served: routes of one world over clusters of several. Make before break: clusters,
// endpoints and secrets of everything that routes name, will name or may still name.
import { typeUrls } from '../envoy-api/index.ts'
import type { GenerationType, GenerationTypes } from '../store/index.ts'
import { identityMemo } from '../translate/index.ts'
import type { CompiledGroup, EncodedResource, ResourceTypes } from './types.ts'
import { generationType, isSorted, shareEqualTypes, sortedByName } from './versions.ts'

export interface Ingredients {
  /** Listeners, routes, runtime and extensions are this world's: the applied one, or what is switched to. */
  readonly routes: CompiledGroup
  /** Worlds of running pushes, oldest first. */
  readonly warm: readonly CompiledGroup[]
  /** Clusters (and endpoints, secrets) that left intent and still wait to be removed. */
  readonly retiring: readonly EncodedResource[]
  /** The newest generation: types of equal version are taken from it. */
  readonly previous?: GenerationTypes
}

export interface Composition {
  readonly types: GenerationTypes
  /** The same names with their bytes and facts. */
  readonly resources: ResourceTypes
}

/** Types of which a group holds more than its routes need now. */
const unionTypes: readonly string[] = [typeUrls.cds, typeUrls.eds, typeUrls.sds]

/**
 * Where a name has several contents, the newest push that changes it wins over `routes` (its cluster is being
 * prepared), and anything wins over `retiring`. A push that did not touch a name never takes it back in time.
 */
export function composeTypes({ routes, warm, retiring, previous }: Ingredients): Composition {
  const resources = new Map<string, ReadonlyMap<string, EncodedResource>>()
  const types = new Map<string, GenerationType>()
  for (const typeUrl of new Set([...routes.types.keys(), ...unionTypes])) {
    const base = routes.types.get(typeUrl) ?? nothing
    const composed = unionTypes.includes(typeUrl)
      ? overlay(
          base,
          warm.map((group) => group.types.get(typeUrl) ?? nothing),
          retiring.filter((resource) => resource.typeUrl === typeUrl),
        )
      : base
    resources.set(typeUrl, composed)
    types.set(typeUrl, generationType(composed))
  }
  return { types: shareEqualTypes(previous, types), resources }
}

const nothing: ReadonlyMap<string, EncodedResource> = new Map()
const overlays = identityMemo<ReadonlyMap<string, EncodedResource>, ReadonlyMap<string, EncodedResource>>()

function overlay(
  base: ReadonlyMap<string, EncodedResource>,
  warm: readonly ReadonlyMap<string, EncodedResource>[],
  retiring: readonly EncodedResource[],
): ReadonlyMap<string, EncodedResource> {
  const different = warm.filter((layer) => layer !== base)
  if (different.length === 0 && retiring.length === 0) return base
  return overlays(base, [different.length, ...different, ...retiring], () => {
    const changes = new Map<string, EncodedResource>()
    for (const layer of different) {
      for (const [name, resource] of layer) {
        const held = base.get(name)
        if (held !== resource && held?.hash !== resource.hash) changes.set(name, resource)
      }
    }
    for (const resource of retiring) {
      if (!base.has(resource.name) && !changes.has(resource.name)) changes.set(resource.name, resource)
    }
    if (changes.size === 0) return base
    const all = new Map([...base, ...changes])
    return isSorted(all.keys()) ? all : sortedByName(all)
  })
}

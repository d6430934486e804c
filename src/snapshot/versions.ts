// Versions of a type: equal content, equal version, on every replica, after every restart (xds-rules 7).
import type { GenerationType, GenerationTypes } from '../store/index.ts'
import { hashOf } from './hash.ts'
import type { EncodedResource } from './types.ts'

/** The version of these resources: a hash over the (name, hash) pairs in the order of the names. No salt. */
export function versionOf(entries: ReadonlyMap<string, string>): string {
  const pairs = isSorted(entries.keys()) ? entries : sortedByName(entries)
  let text = ''
  for (const [name, hash] of pairs) text += `${name}\n${hash}\n`
  return hashOf(text)
}

const known = new WeakMap<ReadonlyMap<string, EncodedResource>, GenerationType>()

/** Version and entries of the resources of one type. The same map gives the same object. */
export function generationType(resources: ReadonlyMap<string, EncodedResource>): GenerationType {
  const found = known.get(resources)
  if (found !== undefined) return found
  const entries = new Map<string, string>()
  for (const [name, resource] of resources) entries.set(name, resource.hash)
  const made = { version: versionOf(entries), entries }
  known.set(resources, made)
  return made
}

/** `next` with every type of equal version taken from `previous`, so that what did not change is shared. */
export function shareEqualTypes(
  previous: GenerationTypes | undefined,
  next: GenerationTypes,
): GenerationTypes {
  if (previous === undefined) return next
  const shared = new Map<string, GenerationType>()
  for (const [typeUrl, type] of next) {
    const before = previous.get(typeUrl)
    shared.set(typeUrl, before?.version === type.version ? before : type)
  }
  return shared
}

/** A map in the order of its names. */
export const sortedByName = <Value>(map: ReadonlyMap<string, Value>): Map<string, Value> =>
  new Map([...map].sort(([a], [b]) => (a < b ? -1 : 1)))

/** Whether names stand in order already; looking costs far less than sorting. */
export function isSorted(names: Iterable<string>): boolean {
  let previous: string | undefined
  for (const name of names) {
    if (previous !== undefined && name < previous) return false
    previous = name
  }
  return true
}

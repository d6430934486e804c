// A generation as it goes to the streams: whole, or as what changes since the one before.
import type { ToStreams, TypeUpdate } from '../channel/index.ts'
import { onlyLane } from '../channel/index.ts'
import type { EncodedResource } from '../snapshot/index.ts'
import { diffTypes } from '../snapshot/index.ts'
import type { Generation } from '../store/index.ts'

/** Bytes and facts of a resource that a generation names. */
export type Lookup = (typeUrl: string, name: string, hash: string) => EncodedResource

/** The message that makes the streams follow `next`. Without `base` it holds everything, types without resources too. */
export function publication(base: Generation | undefined, next: Generation, lookup: Lookup): ToStreams {
  const types: Record<string, TypeUpdate> = {}
  const diffs = diffTypes(base?.types, next.types)
  for (const [typeUrl, type] of next.types) {
    const diff = diffs.get(typeUrl)
    if (diff === undefined && base?.types.has(typeUrl) === true) continue
    types[typeUrl] = {
      version: type.version,
      put: (diff?.put ?? []).map((name) => {
        const hash = type.entries.get(name) ?? ''
        const { body, facts } = lookup(typeUrl, name, hash)
        return { name, hash, body, facts }
      }),
      remove: diff?.remove ?? [],
    }
  }
  const { group, number: generation } = next
  return {
    kind: 'publish',
    group,
    lane: onlyLane,
    generation,
    ...(base === undefined ? {} : { base: base.number }),
    types,
  }
}

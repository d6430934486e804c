// How a generation lies on disk: as its difference to the one before, so that a switch of one service among 1,000
// writes one name; the oldest kept one of a group lies there whole.
import { z } from 'zod'
import { isStored } from '../envoy-api/index.ts'
import { SortedMap } from './sorted-map.ts'
import type { Generation, GenerationType, GenerationTypes } from './types.ts'

const typeDifference = z.strictObject({
  version: z.string(),
  put: z.array(z.tuple([z.string(), z.string()])),
  remove: z.array(z.string()),
})
export const generationRecord = z.strictObject({
  group: z.string(),
  number: z.int().min(1),
  cause: z.string(),
  /** The generation that `types` is relative to; absent: `types` is the whole. */
  base: z.int().min(1).optional(),
  types: z.array(z.tuple([z.string(), typeDifference])),
  gone: z.array(z.string()),
})
/** A generation as it is stored. */
export type GenerationRecord = z.infer<typeof generationRecord>

/** The generation relative to `base`, or whole without one. */
export function encodeGeneration(generation: Generation, base: Generation | undefined): GenerationRecord {
  const types: GenerationRecord['types'] = []
  for (const [typeUrl, type] of generation.types) {
    const before = base?.types.get(typeUrl)
    if (before === type || (before !== undefined && before.version === type.version)) continue
    types.push([typeUrl, difference(before, type)])
  }
  const gone = [...(base?.types.keys() ?? [])].filter((typeUrl) => !generation.types.has(typeUrl))
  const { group, number, cause } = generation
  return { group, number, cause, ...(base === undefined ? {} : { base: base.number }), types, gone }
}

/** The generation of a record; unchanged types are those of the base, by reference. */
export function decodeGeneration(record: GenerationRecord, base: Generation | undefined): Generation {
  const types = new Map<string, GenerationType>(base?.types ?? [])
  for (const typeUrl of record.gone) types.delete(typeUrl)
  for (const [typeUrl, { version, put, remove }] of record.types) {
    const before = types.get(typeUrl)?.entries
    const entries = before instanceof SortedMap ? before : SortedMap.from(before ?? [])
    const gone = remove.map((name) => [name, undefined] as const)
    types.set(typeUrl, { version, entries: entries.with([...gone, ...put]) })
  }
  return { group: record.group, number: record.number, cause: record.cause, types }
}

/** Hashes that a record names anew and whose bodies the store has to hold. */
export const hashesNamed = (record: GenerationRecord): readonly string[] =>
  record.types.flatMap(([typeUrl, { put }]) => (isStored(typeUrl) ? put.map(([, hash]) => hash) : []))

/** Every hash that these generations name. Types shared between them are walked once. */
export function hashesIn(generations: Iterable<Generation>): ReadonlySet<string> {
  const seen = new Set<GenerationType>()
  const hashes = new Set<string>()
  for (const { types } of generations) {
    for (const type of types.values()) {
      if (seen.has(type)) continue
      seen.add(type)
      for (const hash of type.entries.values()) hashes.add(hash)
    }
  }
  return hashes
}

/** Equal versions mean equal content: the older object goes on, so that readers can compare by reference. */
export function shareUnchanged(generation: Generation, base: Generation | undefined): Generation {
  if (base === undefined) return generation
  const types: GenerationTypes = new Map(
    [...generation.types].map(([typeUrl, type]) => {
      const before = base.types.get(typeUrl)
      return [typeUrl, before !== undefined && before.version === type.version ? before : type] as const
    }),
  )
  return { ...generation, types }
}

function difference(
  before: GenerationType | undefined,
  after: GenerationType,
): GenerationRecord['types'][number][1] {
  const put: [string, string][] = []
  for (const [name, hash] of after.entries) if (before?.entries.get(name) !== hash) put.push([name, hash])
  const remove: string[] = []
  if (before !== undefined) {
    for (const name of before.entries.keys()) if (!after.entries.has(name)) remove.push(name)
  }
  return { version: after.version, put, remove }
}

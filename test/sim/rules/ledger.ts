// What was ever published, kept apart from the product: generations by group and number, over all lives of the control plane.
import type { ToStreams } from '../../../src/channel/index.ts'
import { typeUrls } from '../../../src/envoy-api/index.ts'
import type { ResourceFacts } from '../../../src/snapshot/index.ts'

export interface Published {
  readonly group: string
  readonly number: number
  readonly types: ReadonlyMap<string, PublishedType>
}
export interface PublishedType {
  readonly version: string
  readonly resources: ReadonlyMap<string, { readonly hash: string; readonly facts: ResourceFacts }>
}
type Publish = Extract<ToStreams, { kind: 'publish' }>

const nothing: PublishedType = { version: '', resources: new Map() }

export const typeIn = (generation: Published | undefined, typeUrl: string): PublishedType =>
  generation?.types.get(typeUrl) ?? nothing

/** Types that send requests or connections to clusters. */
export const leadingTypes: readonly string[] = [typeUrls.rds, typeUrls.ecds, typeUrls.lds]

/** Clusters that the routes, listeners and proxies of connections of a generation name. */
export function clustersNamedBy(generation: Published | undefined): ReadonlySet<string> {
  const named = new Set<string>()
  for (const typeUrl of leadingTypes)
    for (const { facts } of typeIn(generation, typeUrl).resources.values())
      for (const name of facts.clusters ?? []) named.add(name)
  return named
}

export interface Ledger {
  /** Takes a publication in: what it is, and what is known under that number. */
  take(message: Publish): { readonly generation: Published; readonly known: Published | undefined }
  newest(group: string): Published | undefined
  /** Oldest first; numbers may be missing, never out of order. */
  of(group: string): readonly Published[]
  groups(): Iterable<string>
  /**
   * The first generation from `from` on in which this resource has this content; undefined: none. `absent`: the name is in no
   * generation from there on.
   */
  firstWith(
    group: string,
    typeUrl: string,
    name: string,
    hash: string,
    from: number,
  ): number | 'absent' | undefined
}

export function createLedger(): Ledger {
  const groups = new Map<string, Published[]>()

  const build = (message: Publish, base: Published | undefined): Published => {
    const types = new Map(base?.types)
    for (const [typeUrl, { version, put, remove }] of Object.entries(message.types)) {
      const resources = new Map(typeIn(base, typeUrl).resources)
      for (const name of remove) resources.delete(name)
      for (const { name, hash, facts } of put) resources.set(name, { hash, facts })
      types.set(typeUrl, { version, resources })
    }
    return { group: message.group, number: message.generation, types }
  }

  return {
    take: (message) => {
      const kept = groups.get(message.group) ?? []
      const base = message.base === undefined ? undefined : kept.find(({ number }) => number === message.base)
      const known = kept.find(({ number }) => number === message.generation)
      const generation = build(message, base)
      if (known === undefined) {
        groups.set(
          message.group,
          [...kept, generation].sort((one, other) => one.number - other.number),
        )
      }
      return { generation, known }
    },
    newest: (group) => groups.get(group)?.at(-1),
    of: (group) => groups.get(group) ?? [],
    groups: () => groups.keys(),
    firstWith: (group, typeUrl, name, hash, from) => {
      let isThere = false
      for (const generation of groups.get(group) ?? []) {
        if (generation.number < from) continue
        const found = typeIn(generation, typeUrl).resources.get(name)
        if (found?.hash === hash) return generation.number
        isThere ||= found !== undefined
      }
      return isThere ? undefined : 'absent'
    },
  }
}

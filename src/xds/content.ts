// Contents: what one type of one group consists of at one generation. A content is immutable and shared by every
// generation in which the type did not change, so that the difference of two is found once for all streams.
import type { ResourceTypeKey } from '../envoy-api/index.ts'
import type { GroupKey } from '../model/index.ts'
import type { ResourceFacts } from '../snapshot/index.ts'
import type { XdsType } from './resource-type.ts'

export interface Resource {
  readonly name: string
  readonly hash: string
  /** Encoded google.protobuf.Any. */
  readonly body: Uint8Array
  readonly facts: ResourceFacts
}

/** One type of one group. Equal versions are equal contents. */
export interface Content {
  readonly version: string
  /** By name, sorted. */
  readonly resources: ReadonlyMap<string, Resource>
}

export interface Generation {
  readonly group: GroupKey
  readonly number: number
  readonly types: ReadonlyMap<string, Content>
}

export interface Difference {
  /** New or changed, sorted by name. */
  readonly changed: readonly Resource[]
  /** Sorted. */
  readonly removed: readonly string[]
}

/** The content of a type that a generation does not have. */
const emptyContent: Content = { version: 'empty', resources: new Map() }
const noDifference: Difference = { changed: [], removed: [] }
const nothing: Content = { version: '', resources: new Map() }

export const contentOf = (generation: Generation, type: string): Content =>
  generation.types.get(type) ?? emptyContent

const lists = new WeakMap<Content, readonly Resource[]>()
/** All resources, sorted by name; always the same array for the same content. */
export function listOf(content: Content): readonly Resource[] {
  let list = lists.get(content)
  if (list === undefined) {
    list = [...content.resources.values()]
    lists.set(content, list)
  }
  return list
}

const differences = new WeakMap<Content, WeakMap<Content, Difference>>()
/** What leads from one content (undefined: from nothing) to another; computed once and shared by all streams. */
export function difference(from: Content | undefined, to: Content): Difference {
  if (from === to || from?.version === to.version) return noDifference
  const start = from ?? nothing
  let known = differences.get(start)
  if (known === undefined) {
    known = new WeakMap()
    differences.set(start, known)
  }
  let found = known.get(to)
  if (found === undefined) {
    found = compare(start, to)
    known.set(to, found)
  }
  return found
}

function compare(from: Content, to: Content): Difference {
  if (from.resources.size === 0) return { changed: listOf(to), removed: [] }
  const changed: Resource[] = []
  for (const resource of to.resources.values()) {
    if (from.resources.get(resource.name)?.hash !== resource.hash) changed.push(resource)
  }
  const removed: string[] = []
  for (const name of from.resources.keys()) if (!to.resources.has(name)) removed.push(name)
  return { changed, removed }
}

const namings = new WeakMap<Content, Map<ResourceTypeKey, ReadonlySet<string>>>()
const noNames: ReadonlySet<string> = new Set()
/** Names of `key` that the resources of a content of `type` name; computed once per content. */
export function namesIn(content: Content, type: XdsType, key: ResourceTypeKey): ReadonlySet<string> {
  const naming = type.names[key]
  if (naming === undefined) return noNames
  let known = namings.get(content)
  if (known === undefined) {
    known = new Map()
    namings.set(content, known)
  }
  let names = known.get(key)
  if (names === undefined) {
    const found = new Set<string>()
    for (const resource of content.resources.values()) for (const name of naming(resource)) found.add(name)
    names = found
    known.set(key, names)
  }
  return names
}

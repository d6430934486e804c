// What the decider has said: the table of groups and, per group, a ring of generations. Contents that did not change
// are the same objects in all of them.
import { limits } from '../base/index.ts'
import type { FromStreams, ToStreams, TypeUpdate } from '../channel/index.ts'
import type { GroupKey, SelectableGroup } from '../model/index.ts'
import type { Content, Generation, Resource } from './content.ts'
import { contentOf } from './content.ts'

interface Ring {
  /** Oldest first, never empty. */
  generations: Generation[]
  readonly closed: Set<number>
}

/** Changed in place by `publish` and `close`. */
export interface World {
  /** The state is loaded: before that every stream is held (rule 28). */
  ready: boolean
  /** In matching order. */
  table: readonly SelectableGroup[]
  readonly rings: Map<GroupKey, Ring>
  /** Groups of which newer generations may be lost: who holds anything else than the newest known is left alone. */
  readonly guarded: Set<GroupKey>
}

export const createWorld = (): World => ({ ready: false, table: [], rings: new Map(), guarded: new Set() })

export const newestOf = (world: World, group: GroupKey): Generation | undefined =>
  world.rings.get(group)?.generations.at(-1)

export const generationOf = (world: World, group: GroupKey, number: number): Generation | undefined =>
  world.rings.get(group)?.generations.find((generation) => generation.number === number)

/** The newest kept generation of which a type is this content. */
export const numberOf = (world: World, group: GroupKey, type: string, content: Content): number | undefined =>
  world.rings.get(group)?.generations.findLast((generation) => contentOf(generation, type) === content)
    ?.number

type Publish = Extract<ToStreams, { kind: 'publish' }>

/** Takes a generation in. Gives `resync` when its base is not here; nothing when it is known or taken. */
export function publish(
  world: World,
  message: Publish,
): Extract<FromStreams, { kind: 'resync' }> | undefined {
  const ring = world.rings.get(message.group)
  const newest = ring?.generations.at(-1)
  if (message.base === undefined) {
    const generation = build(message, undefined, ring)
    const older = ring?.generations.filter(({ number }) => number < message.generation) ?? []
    keep(world, message.group, ring, [...older, generation])
    return undefined
  }
  if (newest !== undefined && message.generation <= newest.number) return undefined
  const base = generationOf(world, message.group, message.base)
  if (base === undefined) return { kind: 'resync', group: message.group, have: newest?.number }
  keep(world, message.group, ring, [...(ring?.generations ?? []), build(message, base, ring)])
  return undefined
}

function keep(world: World, group: GroupKey, ring: Ring | undefined, generations: Generation[]): void {
  const kept = generations.slice(-limits.generationsKept)
  const closed = new Set(
    [...(ring?.closed ?? [])].filter((number) => kept.some((one) => one.number === number)),
  )
  world.rings.set(group, { generations: kept, closed })
}

/** Every node in scope ACKed this generation. */
export function close(world: World, group: GroupKey, generation: number): void {
  const ring = world.rings.get(group)
  if (ring?.generations.some(({ number }) => number === generation)) ring.closed.add(generation)
}

function build(message: Publish, base: Generation | undefined, ring: Ring | undefined): Generation {
  const types = new Map(base?.types)
  for (const [type, update] of Object.entries(message.types)) {
    types.set(type, sameAsKept(ring, type, update.version) ?? apply(base?.types.get(type), update))
  }
  return { group: message.group, number: message.generation, types }
}

/**
 * A rollback is old content: the object of then is used again, and with it all that is known of it. Unless a body was missing
 * then: secrets whose files were gone at a start come back with the same hash.
 */
function sameAsKept(ring: Ring | undefined, type: string, version: string): Content | undefined {
  for (const generation of ring?.generations ?? []) {
    const content = generation.types.get(type)
    if (content?.version === version && isWhole(content)) return content
  }
  return undefined
}

function isWhole({ resources }: Content): boolean {
  for (const { body } of resources.values()) if (body.byteLength === 0) return false
  return true
}

function apply(base: Content | undefined, update: TypeUpdate): Content {
  const resources = new Map<string, Resource>(base?.resources)
  for (const name of update.remove) resources.delete(name)
  let sorted = true
  for (const put of update.put) {
    sorted &&= resources.has(put.name)
    resources.set(put.name, put)
  }
  // Equal content gives equal bytes, whatever the way it came: names are in order.
  const ordered = sorted
    ? resources
    : new Map([...resources].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
  return { version: update.version, resources: ordered }
}

/** A generation that fits what a proxy reports, and whether all in scope ACKed that content (rule 18). */
export interface Match {
  readonly generation: Generation
  readonly closed: boolean
}

/** What a report is held against. */
interface Reported {
  readonly group: GroupKey
  readonly type: string
  /** Highest generation that the node was sent of the type since our start; 0: none. */
  readonly sent: number
}

/** The kept generation of which a type has this version; one that is believed rather than another. */
export const matchVersion = (world: World, reported: Reported, version: string): Match | undefined =>
  match(world, reported, (content) => content.version === version)

/** The kept generation in which every reported name has the reported hash (and, for `all`, no other name is). */
export const matchReport = (
  world: World,
  reported: Reported,
  report: ReadonlyMap<string, string>,
  all: boolean,
): Match | undefined =>
  match(world, reported, ({ resources }) => {
    if (resources.size < report.size || (all && resources.size !== report.size)) return false
    for (const [name, hash] of report) if (resources.get(name)?.hash !== hash) return false
    return true
  })

/**
 * A report of a closed generation is believed, but not when the node may have been sent a newer one that was never
 * closed: a proxy that refused that in the moment in which contact was lost reports the older, and has parts of the
 * newer (rule 31).
 */
function match(
  world: World,
  { group, type, sent }: Reported,
  fits: (content: Content) => boolean,
): Match | undefined {
  const ring = world.rings.get(group)
  let open: Match | undefined
  let doubtful = false
  for (const generation of ring?.generations.toReversed() ?? []) {
    const closed = ring?.closed.has(generation.number) === true
    if (fits(contentOf(generation, type))) {
      if (closed && !doubtful) return { generation, closed }
      open ??= { generation, closed: false }
    } else if (!closed && (sent === 0 || sent >= generation.number)) doubtful = true
  }
  return open
}

/** Every name that a kept generation has of a type: what a proxy may hold without reporting it. */
export function formerNames(world: World, group: GroupKey, type: string): ReadonlySet<string> {
  const names = new Set<string>()
  const contents = new Set(
    world.rings.get(group)?.generations.map((generation) => contentOf(generation, type)),
  )
  for (const content of contents) for (const name of content.resources.keys()) names.add(name)
  return names
}

/** The newest kept resource of this name that is not of a refused content. */
export function lastKept(
  world: World,
  group: GroupKey,
  type: string,
  name: string,
  isRefused: (version: string) => boolean,
): Resource | undefined {
  for (const generation of world.rings.get(group)?.generations.toReversed() ?? []) {
    const content = contentOf(generation, type)
    const resource = content.resources.get(name)
    if (resource !== undefined && !isRefused(content.version)) return resource
  }
  return undefined
}

// Order across the types of one stream (rules 20 to 25, 29): what has to wait for what, and never longer than a clock
// allows (rule 26).
import { type Content, contentOf, type Generation, namesIn, type Resource } from './content.ts'
import type { Follow } from './follow.ts'
import type { Context, Now, StreamState } from './machine.ts'
import { isParked } from './nodes.ts'
import { urlOf, type XdsType, xdsTypeOf } from './resource-type.ts'
import { keptAt, refusesNewest } from './trust.ts'
import { lastKept, newestOf } from './world.ts'

const cds = urlOf('cds')
/** Types whose resources send requests or connections to clusters. */
const routing = (['lds', 'ecds', 'rds'] as const).flatMap((key) => xdsTypeOf(urlOf(key)) ?? [])

/**
 * Until when resources wait for clusters that they name and the proxy has not ACKed yet; undefined: they go now.
 * Clusters that no generation has are not waited for. Infinite: see `keepsRoutes`.
 */
export function waitsUntil(
  stream: StreamState,
  follow: Follow,
  put: readonly Resource[],
  goal: Generation,
  context: Context,
  now: Now,
): number | undefined {
  const naming = follow.type.names.cds
  if (naming === undefined || put.length === 0) return undefined
  const clusters = stream.follows.get(cds)
  if (clusters === undefined) return clustersNotAsked(stream, follow, put, naming, context, now)
  // Asked for by name (gRPC): it learns the names from the very routes that would wait.
  if (!clusters.wants.wildcard) return undefined
  const wanted = contentOf(goal, cds)
  const missing = put
    .flatMap((resource) => naming(resource))
    .filter((name) => wanted.resources.has(name) && !isReady(stream, clusters, wanted, name))
  if (missing.length === 0) return undefined
  if (keepsRoutes(stream, follow, clusters, missing, context)) return Number.POSITIVE_INFINITY
  const until = (follow.waiting?.since ?? now.mono) + context.limits.orderDeadlineMs
  return until > now.mono ? until : undefined
}

/**
 * Whether the proxy refused these clusters and is kept at its last good ones: no time brings what is missing, so the routes that it
 * has stay, too, until newer clusters go out. One without any gets the new ones at the deadline: some of them are better than none.
 */
function keepsRoutes(
  stream: StreamState,
  follow: Follow,
  clusters: Follow,
  missing: readonly string[],
  context: Context,
): boolean {
  if (follow.held === undefined && follow.came === undefined && !follow.opaque) return false
  const kept = keptAt(stream, clusters, context)
  return (
    kept !== undefined &&
    missing.some((name) => !kept.resources.has(name) && clusters.held?.content.resources.has(name) !== true)
  )
}

/** On a new stream Envoy may ask for routes before clusters (rule 25); gRPC clients always do. */
function clustersNotAsked(
  stream: StreamState,
  follow: Follow,
  put: readonly Resource[],
  naming: (resource: Resource) => readonly string[],
  context: Context,
  now: Now,
): number | undefined {
  if (stream.node?.agent.startsWith('envoy') !== true) return undefined
  if (put.every((resource) => naming(resource).length === 0)) return undefined
  // What it came with names clusters that it has; others it was never sent, and asks for when what it warms is warm.
  const came = follow.held?.content ?? follow.came
  const known = came === undefined ? undefined : namesIn(came, follow.type, 'cds')
  const isNews =
    known !== undefined && put.some((resource) => naming(resource).some((name) => !known.has(name)))
  const until = isNews
    ? (follow.waiting?.since ?? now.mono) + context.limits.orderDeadlineMs
    : stream.openedAt + context.limits.clustersFirstMs
  return until > now.mono ? until : undefined
}

/** The proxy has ACKed the cluster, does not lose it to what is in flight, and has its endpoints where it needs them. */
function isReady(stream: StreamState, clusters: Follow, wanted: Content, name: string): boolean {
  // After a refusal nobody knows what it has.
  if (clusters.trust.kind !== 'sound') return false
  if (clusters.held?.content.resources.has(name) !== true) return false
  if (!clusters.pending.every(({ content }) => content.resources.has(name))) return false
  const cluster = wanted.resources.get(name)
  const endpoints = cluster === undefined ? [] : (clusters.type.names.eds?.(cluster) ?? [])
  return endpoints.every((one) => !stream.unwarmed.has(one))
}

/** Names of held resources that the goal no longer has, sorted out: those that may go, those that stay for now. */
export function sortOut(
  stream: StreamState,
  follow: Follow,
  gone: Iterable<string>,
  goal: Content,
  context: Context,
  now: Now,
): { readonly released: readonly string[]; readonly lingering: Map<string, Resource | undefined> } {
  const before = follow.base ?? follow.before
  const candidates = new Map(follow.lingering)
  for (const name of gone) if (!candidates.has(name)) candidates.set(name, undefined)
  const since = lingersSince(stream, follow, candidates, context, now) ?? now.mono
  const overdue = since + context.limits.orderDeadlineMs <= now.mono
  const released: string[] = []
  const lingering = new Map<string, Resource | undefined>()
  for (const [name, known] of candidates) {
    if (goal.resources.has(name)) continue
    const resource = bodyOf(stream, follow, name, known, context) ?? before?.resources.get(name)
    if (!overdue && isNamed(stream, follow, name, context, now)) lingering.set(name, resource)
    else released.push(name)
  }
  return { released, lingering }
}

/** The resource as it was ACKed, or as a generation had it that was not refused: what is in flight may be. */
function bodyOf(
  stream: StreamState,
  follow: Follow,
  name: string,
  known: Resource | undefined,
  context: Context,
): Resource | undefined {
  const { node, group } = stream
  const sure = (follow.held?.content ?? follow.came)?.resources.get(name) ?? known
  if (sure !== undefined || node === undefined || group === undefined) return sure
  const record = context.nodeOf(node.id)
  const { url } = follow.type
  return lastKept(context.world, group, url, name, (version) => isParked(record, url, version))
}

/** Whether what the proxy holds, or is about to, may still name this resource. */
export const isNamed = (
  stream: StreamState,
  follow: Follow,
  name: string,
  context: Context,
  now: Now,
): boolean => follow.type.namedBy.some((key) => isNamedBy(key, stream, follow, name, context, now))

/**
 * Since when what lingers waits to be let go. Infinite while something that names it cannot change, because the proxy refuses what
 * is newest of that type or that type still waits for what it needs: without their clusters the routes that it has would answer
 * requests with errors. The deadline begins when it may take others.
 */
export function lingersSince(
  stream: StreamState,
  follow: Follow,
  lingering: Follow['lingering'],
  context: Context,
  now: Now,
): number | undefined {
  if (lingering.size === 0) return undefined
  const isKept = follow.type.namedBy.some((key) => {
    const other = stream.follows.get(urlOf(key))
    if (other === undefined) return false
    const names = [...lingering.keys()]
    // What a cluster needs stays with it: its own deadline is the one that counts.
    if (names.some((name) => staysNamed(other, follow.type.key, name))) return true
    if (other.waiting === undefined && !refusesNewest(stream, other, context)) return false
    return names.some((name) => isNamedBy(key, stream, follow, name, context, now))
  })
  if (isKept) return Number.POSITIVE_INFINITY
  const since = follow.lingeringSince ?? now.mono
  return since === Number.POSITIVE_INFINITY ? now.mono : since
}

/** Whether an Envoy has asked for endpoints, and not for clusters. */
export const withholdsClusters = (stream: StreamState): boolean =>
  !stream.follows.has(cds) && stream.node?.agent.startsWith('envoy') === true

/**
 * Whether a proxy that asks for no clusters waits in vain for these endpoints: their cluster is gone, and nothing that it holds may
 * route there (see withheld.ts). Not at once: clusters may be asked for a moment later.
 */
export function isWithdrawn(
  stream: StreamState,
  follow: Follow,
  name: string,
  context: Context,
  now: Now,
): boolean {
  if (!withholdsClusters(stream) || now.mono < stream.openedAt + context.limits.clustersFirstMs) return false
  const newest = stream.group === undefined ? undefined : newestOf(context.world, stream.group)
  if (newest === undefined || contentOf(newest, cds).resources.has(name)) return false
  return !mayRouteTo(stream, follow, name, context, now)
}

function isNamedBy(
  key: XdsType['key'],
  stream: StreamState,
  follow: Follow,
  name: string,
  context: Context,
  now: Now,
): boolean {
  const type = xdsTypeOf(urlOf(key))
  if (type === undefined) return false
  if (follow.type.removalEndsWarming && isWithdrawn(stream, follow, name, context, now)) return false
  return (
    staysNamed(stream.follows.get(type.url), follow.type.key, name) ||
    contentsHeld(stream, follow, type, context, now).some(mayName(type, follow.type.key, name))
  )
}

/** Whether what the proxy holds, or is about to, may route to this cluster. */
const mayRouteTo = (stream: StreamState, follow: Follow, name: string, context: Context, now: Now): boolean =>
  routing.some((type) => contentsHeld(stream, follow, type, context, now).some(mayName(type, 'cds', name)))

/** Whether a content of `type` names this resource of another type. What is not known may. */
const mayName =
  (type: XdsType, key: XdsType['key'], name: string) =>
  (content: Content | 'unknown'): boolean =>
    content === 'unknown' || namesIn(content, type, key).has(name)

/** What stays for now names things as before. */
function staysNamed(other: Follow | undefined, key: XdsType['key'], name: string): boolean {
  const naming = other?.type.names[key]
  if (other === undefined || naming === undefined) return false
  for (const resource of other.lingering.values()) {
    if (resource !== undefined && naming(resource).includes(name)) return true
  }
  return false
}

/** The contents of another type that the proxy may hold: ACKed, or on the way. */
function contentsHeld(
  stream: StreamState,
  follow: Follow,
  type: XdsType,
  context: Context,
  now: Now,
): readonly (Content | 'unknown')[] {
  const other = stream.follows.get(type.url)
  const isEarly = now.mono < stream.openedAt + context.limits.clustersFirstMs
  if (other === undefined && type.key === 'ecds')
    return isEarly ? extensionsKept(stream, follow, context) : []
  if (other === undefined || other.report !== undefined) {
    // Not asked for on this stream yet. It will say itself what it holds; after a while, what it came with is taken.
    const cameWith = follow.origin !== undefined || follow.opaque
    if (cameWith && isEarly) return ['unknown']
    if (follow.origin !== undefined) return [contentOf(follow.origin, type.url)]
    return follow.opaque ? ['unknown'] : []
  }
  if (other.opaque) return ['unknown']
  const contents: Content[] = other.pending.map(({ content }) => content)
  for (const content of [other.held?.content ?? other.came, other.base, other.before])
    if (content !== undefined) contents.push(content)
  return contents
}

/**
 * The extensions that a proxy which came back may hold, before it asks for any: those of every kept generation. Only who has a
 * listener with one asks, and then at once: after a while there are none.
 */
function extensionsKept(
  stream: StreamState,
  follow: Follow,
  context: Context,
): readonly (Content | 'unknown')[] {
  if (follow.opaque) return ['unknown']
  if (follow.origin === undefined || stream.group === undefined) return []
  const ring = context.world.rings.get(stream.group)
  return [...new Set(ring?.generations.map((generation) => contentOf(generation, urlOf('ecds'))))]
}

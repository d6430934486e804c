// What a push changes for one node group, and what of it has to be warm before its routes may go out.
import { typeUrls } from '../envoy-api/index.ts'
import { clusterTypes, namingTypes } from '../fleet/index.ts'
import { isMirrorCluster } from '../model/index.ts'
import type { CompiledGroup, EncodedResource } from '../snapshot/index.ts'
import type { Generation } from '../store/index.ts'

export interface Needs {
  /** type URL → names that the push puts or removes. What a refusal is weighed against. */
  readonly changed: ReadonlyMap<string, ReadonlySet<string>>
  /** Clusters to be warm: those that routes newly name, and those that change. */
  readonly clusters: ReadonlySet<string>
  /** Of those with traffic: no usable endpoint. */
  readonly empty: readonly string[]
  /** Whether proxies have to be told anything now; what only leaves intent is left to its retirement. */
  readonly moves: boolean
}

/** The needs of a push that changes nothing here. */
export const noNeeds: Needs = { changed: new Map(), clusters: new Set(), empty: [], moves: false }

/** The difference between what is applied and the push's target. `applied` undefined: the group is new. */
export function needsOf(applied: CompiledGroup | undefined, target: CompiledGroup): Needs {
  const changed = new Map<string, ReadonlySet<string>>()
  for (const type of new Set([...(applied?.types.keys() ?? []), ...target.types.keys()])) {
    const names = differing(applied?.types.get(type), target.types.get(type))
    if (names.size > 0) changed.set(type, names)
  }
  const routed = newlyRouted(applied, target, changed)
  const touched = [...clusterTypes.flatMap((type) => [...(changed.get(type) ?? [])])]
  const present = touched.filter((name) => target.types.get(typeUrls.cds)?.has(name) === true)
  const clusters = new Set([...routed, ...present])
  const withTraffic = present.length === 0 ? routed : new Set([...routed, ...alreadyRouted(target, present)])
  // A mirror that has nobody to copy to holds up nobody: its copies are lost, and that is all.
  const empty = [...withTraffic].filter((name) => !isMirrorCluster(name) && isEmpty(target, name)).sort()
  return { changed, clusters, empty, moves: moves(target, changed) }
}

function moves(target: CompiledGroup, changed: Needs['changed']): boolean {
  for (const [type, names] of changed) {
    if (!clusterTypes.includes(type)) return true
    for (const name of names) if (target.types.get(type)?.has(name) === true) return true
  }
  return false
}

type Resources = ReadonlyMap<string, EncodedResource>

function differing(before: Resources | undefined, after: Resources | undefined): ReadonlySet<string> {
  const names = new Set<string>()
  if (before === after) return names
  for (const [name, { hash }] of after ?? []) if (before?.get(name)?.hash !== hash) names.add(name)
  for (const name of before?.keys() ?? []) if (after?.has(name) !== true) names.add(name)
  return names
}

/** Clusters that changed routes, listeners and proxies of connections name and did not name before. */
function newlyRouted(
  applied: CompiledGroup | undefined,
  target: CompiledGroup,
  changed: Needs['changed'],
): ReadonlySet<string> {
  const named = new Set<string>()
  for (const type of namingTypes) {
    for (const name of changed.get(type) ?? []) {
      const before = new Set(applied?.types.get(type)?.get(name)?.facts.clusters)
      for (const cluster of target.types.get(type)?.get(name)?.facts.clusters ?? []) {
        if (!before.has(cluster)) named.add(cluster)
      }
    }
  }
  return named
}

function alreadyRouted(target: CompiledGroup, clusters: readonly string[]): readonly string[] {
  const asked = new Set(clusters)
  const found = new Set<string>()
  for (const type of namingTypes) {
    for (const { facts } of target.types.get(type)?.values() ?? []) {
      for (const cluster of facts.clusters ?? []) if (asked.has(cluster)) found.add(cluster)
    }
  }
  return [...found]
}

/** Whether nobody would answer there. Only what EDS serves is known. */
function isEmpty(target: CompiledGroup, name: string): boolean {
  const cluster = target.types.get(typeUrls.cds)?.get(name)
  if (cluster?.facts.discovery !== 'eds') return false
  const endpoints = target.types.get(typeUrls.eds)?.get(cluster.facts.edsName ?? name)
  return (endpoints?.facts.usable ?? 0) === 0
}

/**
 * type URL → the generation since which everything that `needs` asks for has been served without a break. A proxy that
 * holds the type since then holds it. `kept`: the group's generations, oldest first.
 */
export function servedSince(kept: readonly Generation[], needs: Needs): ReadonlyMap<string, number> {
  const since = new Map<string, number>()
  const newest = kept.at(-1)
  if (newest === undefined) return since
  for (const type of clusterTypes) {
    const names = new Set([...needs.clusters, ...(needs.changed.get(type) ?? [])])
    if (names.size > 0) since.set(type, sinceWhen(kept, newest, type, names))
  }
  return since
}

function sinceWhen(
  kept: readonly Generation[],
  newest: Generation,
  type: string,
  names: ReadonlySet<string>,
): number {
  const wanted = newest.types.get(type)
  let since = newest.number
  for (let index = kept.length - 2; index >= 0; index--) {
    const older = kept[index]
    const held = older?.types.get(type)
    if (older === undefined) break
    if (held !== wanted) {
      for (const name of names) {
        if (held?.entries.get(name) !== wanted?.entries.get(name)) return since
      }
    }
    since = older.number
  }
  return since
}

// For tests that show what retirement is for, and nothing else: a group without what its routes do not name.
import { typeUrls } from '../envoy-api/index.ts'
import { namingTypes } from '../fleet/index.ts'
import type { CompiledGroup, EncodedResource } from '../snapshot/index.ts'

/** The group with only those clusters, and endpoints of clusters, that its own routes name; pushes that prepare keep theirs. */
export function onlyReferenced(routes: CompiledGroup, warm: readonly CompiledGroup[]): CompiledGroup {
  const named = new Set<string>()
  for (const { types } of [routes, ...warm]) {
    for (const type of namingTypes) {
      for (const { facts } of types.get(type)?.values() ?? [])
        for (const name of facts.clusters ?? []) named.add(name)
    }
  }
  const clusters = routes.types.get(typeUrls.cds) ?? new Map<string, EncodedResource>()
  const keeps = (name: string): boolean => named.has(name) || !clusters.has(name)
  const types = new Map(routes.types)
  for (const type of [typeUrls.cds, typeUrls.eds]) {
    types.set(type, new Map([...(routes.types.get(type) ?? [])].filter(([name]) => keeps(name))))
  }
  return { group: routes.group, types }
}

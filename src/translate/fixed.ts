// Resources that every node group has, whatever its objects: a proxy that subscribes is answered, and never with nothing.
import { names } from '../base/index.ts'
import { typeUrls } from '../envoy-api/index.ts'
import { slotContents } from './http-filters.ts'
import { runtimeLayers } from './names.ts'
import type { Draft, DraftJson, ResourceFacts } from './types.ts'

const facts: ReadonlyMap<string, ResourceFacts> = new Map([
  [typeUrls.cds, { discovery: 'static' }],
  [typeUrls.eds, { usable: 0 }],
])

/** Empty runtime layers, a cluster that nothing routes to, the slots that do nothing, no members of the fleet yet. */
export const fixedDrafts: readonly Draft[] = [
  fixed(typeUrls.cds, names.floorCluster, { name: names.floorCluster, type: 'STATIC', connectTimeout: '1s' }),
  fixed(typeUrls.eds, names.localCluster, { clusterName: names.localCluster }),
  ...runtimeLayers.map((layer) => fixed(typeUrls.rtds, layer, { name: layer, layer: {} })),
  ...slotContents.map((content) => fixed(typeUrls.ecds, content.name, content)),
]

function fixed(typeUrl: string, name: string, json: DraftJson): Draft {
  return { kind: 'whole', typeUrl, name, json, facts: facts.get(typeUrl) ?? {}, origins: [] }
}

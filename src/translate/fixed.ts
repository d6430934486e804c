// Resources that every node group has, whatever its objects: a proxy that subscribes to them is answered.
import { names } from '../base/index.ts'
import { typeUrls } from '../envoy-api/index.ts'
import { slotContent } from './http-filters.ts'
import { extensionSlot, runtimeLayers } from './names.ts'
import type { Draft, DraftJson } from './types.ts'

/** Empty runtime layers, the slot that does nothing, the fleet's own members (none yet). One list for all groups. */
export const fixedDrafts: readonly Draft[] = [
  fixed(typeUrls.eds, names.localCluster, { clusterName: names.localCluster }),
  ...runtimeLayers.map((layer) => fixed(typeUrls.rtds, layer, { name: layer, layer: {} })),
  fixed(typeUrls.ecds, extensionSlot, slotContent),
]

function fixed(typeUrl: string, name: string, json: DraftJson): Draft {
  const facts = typeUrl === typeUrls.eds ? { usable: 0 } : {}
  return { kind: 'whole', typeUrl, name, json, facts, origins: [] }
}

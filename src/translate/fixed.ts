// Resources that every node group has, whatever its objects: a proxy that subscribes is answered, and never with nothing.
import { names } from '../base/index.ts'
import { typeUrls } from '../envoy-api/index.ts'
import { type Locality, loadAssignment } from './endpoints.ts'
import { slotContents } from './http-filters.ts'
import { runtimeLayers } from './names.ts'
import type { Draft, DraftJson, ResourceFacts } from './types.ts'

const facts: ReadonlyMap<string, ResourceFacts> = new Map([
  [typeUrls.cds, { discovery: 'static' }],
  [typeUrls.eds, { usable: 0 }],
])

/** Empty runtime layers, a cluster that nothing routes to, the slots that do nothing, no members of the fleet. */
const usual: readonly Draft[] = [
  fixed(typeUrls.cds, names.floorCluster, { name: names.floorCluster, type: 'STATIC', connectTimeout: '1s' }),
  fixed(typeUrls.eds, names.localCluster, { clusterName: names.localCluster }),
  ...runtimeLayers.map((layer) => fixed(typeUrls.rtds, layer, { name: layer, layer: {} })),
  ...slotContents.map((content) => fixed(typeUrls.ecds, content.name, content)),
]

/**
 * The same for every group, but for the fleet's own assignment: where a service prefers the proxy's own zone, it has an endpoint in
 * each of these localities. Envoy asks it which zones the fleet is in and sends nothing there, so the address is nobody's.
 */
export function fixedDrafts(localities: readonly Locality[]): readonly Draft[] {
  if (localities.length === 0) return usual
  const members = localities.map((locality) => ({ address: '127.0.0.1', port: 1, locality }))
  const json = loadAssignment(names.localCluster, members)
  const fleet: Draft = { ...fixed(typeUrls.eds, names.localCluster, json), facts: { usable: members.length } }
  return usual.map((draft) => (draft.typeUrl === typeUrls.eds ? fleet : draft))
}

function fixed(typeUrl: string, name: string, json: DraftJson): Draft {
  return { kind: 'whole', typeUrl, name, json, facts: facts.get(typeUrl) ?? {}, origins: [] }
}

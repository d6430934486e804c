// The table of kinds: a new kind is a file in kinds/ and a line here (and one in `SpecOf`, which the compiler asks for).
import type { KindDefinition } from './kind-definition.ts'
import { gateway } from './kinds/gateway.ts'
import { nodeGroup } from './kinds/node-group.ts'
import { patch } from './kinds/patch.ts'
import { rawSnapshot } from './kinds/raw-snapshot.ts'
import { route } from './kinds/route.ts'
import { secret } from './kinds/secret.ts'
import { service } from './kinds/service.ts'
import { sidecar } from './kinds/sidecar.ts'
import { tombstone } from './kinds/tombstone.ts'
import { traffic } from './kinds/traffic.ts'
import { trafficPolicy } from './kinds/traffic-policy.ts'
import type { DerivedKind, Kind, ManifestKind } from './objects.ts'

/** Kinds that people write, in the order in which they refer to each other. */
export const manifestKinds: { readonly [K in ManifestKind]: KindDefinition<K> } = {
  NodeGroup: nodeGroup,
  Secret: secret,
  Gateway: gateway,
  Service: service,
  Sidecar: sidecar,
  Route: route,
  TrafficPolicy: trafficPolicy,
  RawSnapshot: rawSnapshot,
  Patch: patch,
}

/** Kinds that only plans write. */
export const derivedKinds: { readonly [K in DerivedKind]: KindDefinition<K> } = {
  Traffic: traffic,
  Tombstone: tombstone,
}

/** Every kind. */
export const kinds: { readonly [K in Kind]: KindDefinition<K> } = { ...manifestKinds, ...derivedKinds }

/** Names of the kinds that people write. */
export const manifestKindNames: readonly string[] = Object.keys(manifestKinds)

/** Whether it is a kind that people write. */
export const isManifestKind = (text: string): text is ManifestKind => Object.hasOwn(manifestKinds, text)
/** Whether it is a kind at all. */
export const isKind = (text: string): text is Kind => Object.hasOwn(kinds, text)

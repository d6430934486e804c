// Sidecars of a node group → everything of theirs but the services that they lead to.
import type { Violation } from '../../base/index.ts'
import type { ObjectKey, StoredObject, StoredOf } from '../../model/index.ts'
import type { Draft, DraftRouteConfiguration } from '../types.ts'
import { createInbound } from './inbound.ts'
import { createSidecarListeners } from './listeners.ts'
import { createOutbound, type RouteMakers } from './outbound.ts'

export interface SidecarDrafts {
  readonly listeners: readonly Draft[]
  readonly routeConfigurations: readonly DraftRouteConfiguration[]
  /** Of the workloads' own ports. */
  readonly clusters: readonly Draft[]
  /** Keys of the Services that workloads may call. */
  readonly services: readonly ObjectKey[]
  readonly violations: readonly Violation[]
}

/** Makes the drafts of Sidecars; `routesOf` gives the Routes that name one. */
export function createSidecars(
  makers: RouteMakers,
): (
  sidecars: readonly StoredOf<'Sidecar'>[],
  routesOf: (sidecar: StoredOf<'Sidecar'>) => readonly StoredOf<'Route'>[],
  objects: ReadonlyMap<ObjectKey, StoredObject>,
) => SidecarDrafts {
  const listenersOf = createSidecarListeners()
  const inboundOf = createInbound()
  const outboundOf = createOutbound(makers)
  return (sidecars, routesOf, objects) => {
    const inbound = sidecars.map((sidecar) => inboundOf(sidecar, objects))
    const outbound = sidecars.map((sidecar) => outboundOf(sidecar, routesOf(sidecar), objects))
    return {
      listeners: sidecars.flatMap(listenersOf),
      routeConfigurations: [...inbound, ...outbound].flatMap((each) => each.routeConfigurations),
      clusters: inbound.flatMap((each) => each.clusters),
      services: outbound.flatMap((each) => each.services),
      violations: outbound.flatMap((each) => each.violations),
    }
  }
}

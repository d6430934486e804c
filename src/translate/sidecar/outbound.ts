// What a Sidecar takes from its workload: for each outbound listener the virtual hosts of the services that it may call, and of the
// Routes that name it.
import type { Violation } from '../../base/index.ts'
import { typeUrls } from '../../envoy-api/index.ts'
import { keyOf, type ObjectKey, type Outbound, type StoredObject, type StoredOf } from '../../model/index.ts'
import { type HostGroup, hostLayout } from '../host-layout.ts'
import { identityMemo } from '../memo.ts'
import { sidecarListenerName } from '../names.ts'
import type { RouteDrafts, RouteSource } from '../routes.ts'
import type { DraftRouteConfiguration, DraftVirtualHost } from '../types.ts'
import { createServiceDrafts, createServiceSources } from './service-source.ts'

/** What outbound listeners are made with; shared with gateways, so that a Route on both is made once. */
export interface RouteMakers {
  readonly routesOf: (route: RouteSource, objects: ReadonlyMap<ObjectKey, StoredObject>) => RouteDrafts
  readonly virtualHostsOf: (
    layout: readonly HostGroup[],
    drafts: readonly RouteDrafts[],
  ) => readonly DraftVirtualHost[]
}

export interface OutboundDrafts {
  readonly routeConfigurations: readonly DraftRouteConfiguration[]
  /** Keys of the Services that requests may be led to. */
  readonly services: readonly ObjectKey[]
  readonly violations: readonly Violation[]
}

/** Makes the route configurations of a Sidecar's outbound listeners. `routes` are the Routes that name it. */
export function createOutbound({
  routesOf,
  virtualHostsOf,
}: RouteMakers): (
  sidecar: StoredOf<'Sidecar'>,
  routes: readonly StoredOf<'Route'>[],
  objects: ReadonlyMap<ObjectKey, StoredObject>,
) => OutboundDrafts {
  const sourceOf = createServiceSources()
  const withoutMatch = createServiceDrafts()
  const attachments = identityMemo<Outbound, Attachment>()
  const configurations = identityMemo<Outbound, DraftRouteConfiguration>()
  return (sidecar, routes, objects) => {
    const { namespace } = sidecar
    const services = new Set<ObjectKey>()
    const violations: Violation[] = []
    const routeConfigurations = sidecar.spec.outbound.map((listener) => {
      const callable = listener.services.map((service) => sourceOf(namespace, service))
      const { sources, layout } = attachments(listener, [routes, ...callable], () =>
        attach(routes, sidecar, listener, callable),
      )
      const drafts = sources.map((source) => {
        const made = routesOf(source, objects)
        return source.kind === 'Service' ? withoutMatch(made) : made
      })
      for (const each of drafts) {
        for (const key of each.services) services.add(key)
        violations.push(...each.violations)
      }
      const virtualHosts = virtualHostsOf(layout, drafts)
      for (const host of virtualHosts) violations.push(...host.violations)
      return configurations(listener, virtualHosts, () => configuration(sidecar, listener, virtualHosts))
    })
    return { routeConfigurations, services: [...services], violations }
  }
}

interface Attachment {
  /** Routes first: what they say of a host goes before what everybody gets. */
  readonly sources: readonly RouteSource[]
  readonly layout: readonly HostGroup[]
}

function attach(
  routes: readonly StoredOf<'Route'>[],
  sidecar: StoredOf<'Sidecar'>,
  listener: Outbound,
  callable: readonly RouteSource[],
): Attachment {
  const attached = routes.filter((route) =>
    route.spec.sidecars?.some(
      (parent) =>
        parent.name === sidecar.name && (parent.listener === undefined || parent.listener === listener.name),
    ),
  )
  const sources = [...attached, ...callable]
  return { sources, layout: hostLayout(sources) }
}

function configuration(
  sidecar: StoredOf<'Sidecar'>,
  listener: Outbound,
  virtualHosts: readonly DraftVirtualHost[],
): DraftRouteConfiguration {
  const name = sidecarListenerName(sidecar.namespace, sidecar.name, listener.name)
  return {
    kind: 'routes',
    typeUrl: typeUrls.rds,
    name,
    front: { name },
    virtualHosts,
    back: { validateClusters: true, ignorePortInHostMatching: true },
    origin: keyOf(sidecar),
  }
}

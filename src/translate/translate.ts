// Objects → everything that one node group is served. Pure; work grows with what changed since the last calls,
// apart from one look at each Route and Service of the group.
import type { Violation } from '../base/index.ts'
import { typeUrls } from '../envoy-api/index.ts'
import { type GroupKey, keyOf, type ObjectKey, type StoredOf, type World } from '../model/index.ts'
import { fixedDrafts } from './fixed.ts'
import { createListeners } from './listeners.ts'
import { identityMemo } from './memo.ts'
import { listenerName } from './names.ts'
import { createRoutes, type RouteDrafts } from './routes.ts'
import { createServices } from './services.ts'
import type { Draft, DraftGroup, DraftRouteConfiguration } from './types.ts'
import { createVirtualHosts } from './virtual-hosts.ts'
import { createWorldIndex } from './world-index.ts'

type GatewayListener = StoredOf<'Gateway'>['spec']['listeners'][number]

/** Translates a world for one node group. Its memory is bounded: it lives with the objects it was made of. */
export interface Translator {
  /**
   * Every Gateway that lists the group → one Listener and one RouteConfiguration per listener; every Service that
   * a Route on those listeners refers to → the clusters and load assignments of all its environments.
   */
  translate(world: World, group: GroupKey): DraftGroup
}

/** A translator that remembers; a fresh one gives equal results. */
export function createTranslator(): Translator {
  const index = createWorldIndex()
  const listenersOf = createListeners()
  const routesOf = createRoutes()
  const servicesOf = createServices()
  const virtualHostsOf = createVirtualHosts()
  const configurations = identityMemo<GatewayListener, DraftRouteConfiguration>()

  return {
    translate(world, group) {
      const { gatewaysOf, routesOf: attachedTo } = index(world)
      const listeners: Draft[] = []
      const routeConfigurations: DraftRouteConfiguration[] = []
      const used = new Set<ObjectKey>()
      const violations = new Set<Violation>()
      for (const gateway of gatewaysOf.get(group) ?? []) {
        listeners.push(...listenersOf(gateway))
        const routes = attachedTo.get(`${gateway.namespace}/${gateway.name}`) ?? []
        const drafts = routes.map((route) => routesOf(route, world))
        for (const each of drafts) {
          for (const key of each.services) used.add(key)
          for (const violation of each.violations) violations.add(violation)
        }
        for (const listener of gateway.spec.listeners) {
          const virtualHosts = virtualHostsOf(attached(drafts, gateway, listener.name))
          for (const host of virtualHosts) for (const violation of host.violations) violations.add(violation)
          const name = listenerName(gateway.namespace, gateway.name, listener.name)
          routeConfigurations.push(
            configurations(listener, virtualHosts, () => ({
              kind: 'routes',
              typeUrl: typeUrls.rds,
              name,
              front: { name },
              virtualHosts,
              back: { validateClusters: true, ignorePortInHostMatching: true },
              origin: keyOf(gateway),
            })),
          )
        }
      }
      const services = [...used].flatMap((key) => {
        const service = world.get(key)
        return service?.kind === 'Service' ? [servicesOf(service)] : []
      })
      for (const each of services) for (const violation of each.violations) violations.add(violation)
      return {
        group,
        listeners: listeners.sort(byName),
        routeConfigurations: routeConfigurations.sort(byName),
        services,
        fixed: fixedDrafts,
        violations: withoutRepeats(violations),
      }
    },
  }
}

/** The Routes of a Gateway that this listener serves: those that name it, and those that name no listener. */
function attached(
  drafts: readonly RouteDrafts[],
  gateway: StoredOf<'Gateway'>,
  listener: string,
): readonly RouteDrafts[] {
  return drafts.filter(({ route }) =>
    route.spec.gateways.some(
      (parent) =>
        parent.name === gateway.name && (parent.listener === undefined || parent.listener === listener),
    ),
  )
}

const byName = (a: { readonly name: string }, b: { readonly name: string }): number =>
  a.name < b.name ? -1 : a.name > b.name ? 1 : 0

/** Two rules for one Service find the same fault twice. */
function withoutRepeats(violations: ReadonlySet<Violation>): readonly Violation[] {
  const said = new Map<string, Violation>()
  for (const each of violations) said.set(JSON.stringify([each.object, each.path, each.message]), each)
  return [...said.values()]
}

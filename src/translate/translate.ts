// Objects → everything that one node group is served. Pure; work grows with what changed since the last calls,
// apart from one look at each Route and Service of the group.
import type { Violation } from '../base/index.ts'
import { typeUrls } from '../envoy-api/index.ts'
import {
  type GroupKey,
  keyOf,
  nothingObserved,
  type ObjectKey,
  type Observed,
  type StoredObject,
  type StoredOf,
  type World,
} from '../model/index.ts'
import { createConnectionLimits } from './connection-limits.ts'
import { type Locality, localityKey } from './endpoints.ts'
import { fixedDrafts } from './fixed.ts'
import { type HostGroup, hostLayout } from './host-layout.ts'
import { createListeners } from './listeners.ts'
import { identityMemo } from './memo.ts'
import { listenerName } from './names.ts'
import { byName } from './order.ts'
import { createRoutes } from './routes.ts'
import { createSecrets } from './secrets.ts'
import { createServices } from './services.ts'
import { createSidecars } from './sidecar/sidecars.ts'
import { createTcpProxies } from './tcp-proxies.ts'
import { claimExtensions } from './traffic/token-claims.ts'
import type { Draft, DraftGroup, DraftRouteConfiguration, DraftService } from './types.ts'
import { withoutRepeats } from './violations.ts'
import { createVirtualHosts } from './virtual-hosts.ts'
import { createWorldIndex, policyKey } from './world-index.ts'

type GatewayListener = StoredOf<'Gateway'>['spec']['listeners'][number]

/** Translates a world for one node group. Its memory is bounded: it lives with the objects it was made of. */
export interface Translator {
  /**
   * Every Gateway that lists the group → one Listener and one RouteConfiguration per listener; every Service that
   * a Route on those listeners refers to → the clusters and load assignments of all its environments. Sidecars likewise.
   */
  translate(world: World, group: GroupKey, observed?: Observed): DraftGroup
  /** One Service (`namespace/name`) as a translation of the world would have it; undefined: there is none. */
  service(world: World, name: string, observed: Observed): DraftService | undefined
}

/** A translator that remembers; a fresh one gives equal results. */
export function createTranslator(): Translator {
  const index = createWorldIndex()
  const listenersOf = createListeners()
  const routesOf = createRoutes()
  const proxiesOf = createTcpProxies()
  const servicesOf = createServices()
  const claimsOf = createClaims()
  const secretsOf = createSecrets()
  const limited = createConnectionLimits()
  const virtualHostsOf = createVirtualHosts()
  const attachments = identityMemo<GatewayListener, Attachment>()
  const configurations = identityMemo<GatewayListener, DraftRouteConfiguration>()
  const draftsOfSidecars = createSidecars({ routesOf, virtualHostsOf })

  const serviceIn = (objects: World, key: ObjectKey, observed: Observed): DraftService | undefined => {
    const service = objects.get(key)
    if (service?.kind !== 'Service') return undefined
    const { namespace, name } = service
    const policy = objects.get(policyKey(namespace, name))
    const known = policy?.kind === 'TrafficPolicy' ? policy : undefined
    return servicesOf(service, observed.endpoints.get(`${namespace}/${name}`), known)
  }

  return {
    service(world, fullName, observed) {
      const [namespace = '', name = ''] = fullName.split('/')
      return serviceIn(index(world).objects, keyOf({ kind: 'Service', namespace, name }), observed)
    },
    translate(world, group, observed = nothingObserved) {
      const {
        gatewaysOf,
        routesOf: attachedTo,
        sidecarsOf,
        sidecarRoutesOf,
        objects,
        writtenOf,
      } = index(world)
      const listeners: Draft[] = []
      const routeConfigurations: DraftRouteConfiguration[] = []
      const extensions: Draft[] = []
      const used = new Set<ObjectKey>()
      const violations = new Set<Violation>()
      const gateways = gatewaysOf.get(group) ?? noGateways
      for (const gateway of gateways) {
        listeners.push(...listenersOf(gateway))
        const routes = attachedTo.get(`${gateway.namespace}/${gateway.name}`) ?? noRoutes
        for (const listener of gateway.spec.listeners) {
          if (listener.protocol === 'TCP') {
            const way = proxiesOf(gateway, listener, objects)
            if (way.draft !== undefined) extensions.push(way.draft)
            for (const key of way.services) used.add(key)
            for (const violation of way.violations) violations.add(violation)
            continue
          }
          const { attached, layout } = attachments(listener, [routes], () =>
            attach(routes, gateway, listener),
          )
          const drafts = attached.map((route) => routesOf(route, objects))
          for (const each of drafts) {
            for (const key of each.services) used.add(key)
            for (const violation of each.violations) violations.add(violation)
          }
          const virtualHosts = virtualHostsOf(layout, drafts)
          for (const host of virtualHosts) for (const violation of host.violations) violations.add(violation)
          const name = listenerName(gateway.namespace, gateway.name, listener.name)
          routeConfigurations.push(
            configurations(listener, virtualHosts, () => ({
              kind: 'routes',
              typeUrl: typeUrls.rds,
              name,
              front: { name },
              virtualHosts,
              back: {
                validateClusters: true,
                ignorePortInHostMatching: true,
                ...alternatives(listener),
              },
              origin: keyOf(gateway),
            })),
          )
        }
      }
      const sidecars = sidecarsOf.get(group) ?? noSidecars
      const mesh = draftsOfSidecars(
        sidecars,
        ({ namespace, name }) => sidecarRoutesOf.get(`${namespace}/${name}`) ?? noRoutes,
        objects,
      )
      listeners.push(...mesh.listeners)
      routeConfigurations.push(...mesh.routeConfigurations)
      for (const key of mesh.services) used.add(key)
      for (const violation of mesh.violations) violations.add(violation)
      const services = [...used].flatMap((key) => serviceIn(objects, key, observed) ?? [])
      for (const each of services) for (const violation of each.violations) violations.add(violation)
      const written = writtenOf.get(group)
      return {
        group,
        listeners: listeners.sort(byName),
        routeConfigurations: routeConfigurations.sort(byName),
        services,
        ...secretsOf(users([...gateways, ...sidecars], services), objects, observed.secrets),
        extensions: [...extensions, ...claimsOf(services, objects)].sort(byName),
        fixed: [
          ...limited(fixedDrafts(distinct(services.flatMap(({ localities }) => localities))), [
            ...gateways,
            ...sidecars,
          ]),
          ...mesh.clusters,
        ],
        violations: withoutRepeats(violations),
        ...(written === undefined ? {} : { written }),
      }
    },
  }
}

/** Made again only when a policy or the traffic of one of these services changed. */
function createClaims() {
  const memo = identityMemo<StoredOf<'TrafficPolicy'>, readonly Draft[]>()
  return (services: readonly DraftService[], objects: World): readonly Draft[] => {
    const parts = services.flatMap(({ service: { namespace, name } }) => {
      const policy = objects.get(policyKey(namespace, name))
      const traffic = objects.get(keyOf({ kind: 'Traffic', namespace, name }))
      const both = policy?.kind === 'TrafficPolicy' && traffic?.kind === 'Traffic'
      return both && policy.spec.jwt !== undefined ? [{ policy, traffic }] : []
    })
    const [first] = parts
    if (first === undefined) return []
    return memo(
      first.policy,
      parts.flatMap(({ policy, traffic }) => [policy, traffic]),
      () => claimExtensions(parts),
    )
  }
}

function distinct(localities: readonly Locality[]): readonly Locality[] {
  if (localities.length === 0) return localities
  return [...new Map(localities.map((each) => [localityKey(each), each])).values()]
}

const noGateways: readonly StoredOf<'Gateway'>[] = []
const noSidecars: readonly StoredOf<'Sidecar'>[] = []
const noRoutes: readonly StoredOf<'Route'>[] = []

/** Whatever may name Secrets. */
const users = (
  openers: readonly (StoredOf<'Gateway'> | StoredOf<'Sidecar'>)[],
  services: readonly DraftService[],
): readonly StoredObject[] => [...openers, ...services.map(({ service }) => service)]

/** Clients that may come by HTTP/3 are told so with every answer. */
const alternatives = ({ http3, port }: GatewayListener): Partial<DraftRouteConfiguration['back']> =>
  http3 === true
    ? {
        responseHeadersToAdd: [
          {
            header: { key: 'alt-svc', value: `h3=":${port}"; ma=86400` },
            appendAction: 'OVERWRITE_IF_EXISTS_OR_ADD',
          },
        ],
      }
    : {}

interface Attachment {
  /** The Routes that name this listener, or no listener at all. */
  readonly attached: readonly StoredOf<'Route'>[]
  readonly layout: readonly HostGroup[]
}

function attach(
  routes: readonly StoredOf<'Route'>[],
  gateway: StoredOf<'Gateway'>,
  listener: GatewayListener,
): Attachment {
  const attached = routes.filter((route) =>
    route.spec.gateways.some(
      (parent) =>
        parent.name === gateway.name && (parent.listener === undefined || parent.listener === listener.name),
    ),
  )
  return { attached, layout: hostLayout(attached) }
}

// Listener for TCP → its tcp_proxy, which comes by ECDS: a listener that changes drains, this may change under running connections
// (docs/decisions/envoy-behaviour.md). They stay where they are; new ones go by its weights.
import type { Violation } from '../base/index.ts'
import { type envoy, typeUrlOf, typeUrls } from '../envoy-api/index.ts'
import {
  keyOf,
  type Listener,
  type ObjectKey,
  type StoredOf,
  settingsOf,
  type World,
} from '../model/index.ts'
import { adsSource } from './ads.ts'
import { defaults } from './defaults.ts'
import { duration } from './duration.ts'
import { extension } from './extension.ts'
import { identityMemo } from './memo.ts'
import { listenerName } from './names.ts'
import { type Share, sharesOf } from './traffic/weights.ts'
import type { Draft } from './types.ts'
import { policyKey } from './world-index.ts'

/** What may come through the slot of a listener for TCP. */
export const tcpProxyType = 'envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy'

/** The only filter of a listener for TCP. It has no default: no connection is taken before it is known where to. */
export const tcpProxySlot = (name: string): envoy.ListenerFilter => ({
  name,
  configDiscovery: { configSource: adsSource, typeUrls: [typeUrlOf(tcpProxyType)] },
})

/** Where the connections of one listener go. */
export interface TcpWay {
  /** Named like the listener. Undefined where the Service is not there. */
  readonly draft: Draft | undefined
  readonly services: readonly ObjectKey[]
  readonly violations: readonly Violation[]
}

/** Makes the ways; made again only when the Gateway, the Service, its traffic or its policy changed. */
export function createTcpProxies(): (
  gateway: StoredOf<'Gateway'>,
  listener: Listener,
  world: World,
) => TcpWay {
  const memo = identityMemo<Listener, TcpWay>()
  return (gateway, listener, world) => {
    const { namespace } = gateway
    const name = listener.service?.name ?? ''
    const service = world.get(keyOf({ kind: 'Service', namespace, name }))
    const traffic = world.get(keyOf({ kind: 'Traffic', namespace, name }))
    const policy = world.get(policyKey(namespace, name))
    return memo(listener, [gateway, service, traffic, policy], () => {
      if (service?.kind !== 'Service' || traffic?.kind !== 'Traffic') return missing(gateway, listener)
      const known = policy?.kind === 'TrafficPolicy' ? policy : undefined
      return wayOf(gateway, listener, service, traffic, known)
    })
  }
}

function missing(gateway: StoredOf<'Gateway'>, listener: Listener): TcpWay {
  const at = gateway.spec.listeners.indexOf(listener)
  const message = `there is no Service "${listener.service?.name}" with Traffic in namespace "${gateway.namespace}"`
  const path = `spec.listeners[${at}].service.name`
  return { draft: undefined, services: [], violations: [{ object: keyOf(gateway), path, message }] }
}

function wayOf(
  gateway: StoredOf<'Gateway'>,
  listener: Listener,
  service: StoredOf<'Service'>,
  traffic: StoredOf<'Traffic'>,
  policy: StoredOf<'TrafficPolicy'> | undefined,
): TcpWay {
  const port = listener.service?.port ?? service.spec.ports[0]?.name ?? ''
  const { shares, violations } = sharesOf(service, traffic, port)
  const name = listenerName(gateway.namespace, gateway.name, listener.name)
  const clusters = weightsOf(shares)
  const { idle, connection = 0 } = settingsOf(gateway.spec, listener).timeouts ?? {}
  const typedConfig = extension(tcpProxyType, {
    statPrefix: name,
    weightedClusters: { clusters },
    idleTimeout: duration(idle ?? defaults.downstreamIdleTimeoutMs),
    // 0 would end every connection at once.
    ...(connection === 0 ? {} : { maxDownstreamConnectionDuration: duration(connection) }),
    // An endpoint that takes no connection costs the client nothing while another one does.
    maxConnectAttempts: defaults.tcpConnectAttempts,
    ...(hashesAddresses(service, shares) ? { hashPolicy: [{ sourceIp: {} }] } : {}),
  })
  const who = `listener "${listener.name}" of ${keyOf(gateway)}`
  return {
    draft: {
      kind: 'whole',
      typeUrl: typeUrls.ecds,
      name,
      json: { name, typedConfig },
      facts: { clusters: clusters.map((each) => each.name).sort() },
      origins: [keyOf(gateway), keyOf(service), keyOf(traffic)],
    },
    services: [keyOf(service)],
    violations: [...violations, ...needRequests(who, traffic, policy)],
  }
}

/** Each cluster once: without stickiness the order of the hash range means nothing. Envoy refuses a weight of 0. */
function weightsOf(shares: readonly Share[]): readonly { readonly name: string; readonly weight: number }[] {
  const weights = new Map<string, number>()
  for (const { cluster, weight } of shares) weights.set(cluster, (weights.get(cluster) ?? 0) + weight)
  return [...weights].map(([name, weight]) => ({ name, weight }))
}

/** Whether a cluster chooses its endpoint by the client's address. Which cluster it is, Envoy draws anew for each connection. */
const hashesAddresses = (service: StoredOf<'Service'>, shares: readonly Share[]): boolean =>
  service.spec.environments.some(
    ({ name, upstream }) =>
      shares.some(({ environment }) => environment === name) &&
      (upstream?.loadBalancing ?? service.spec.upstream?.loadBalancing)?.hash !== undefined,
  )

/** What goes by requests cannot be had of a connection; said where it stands. */
function needRequests(
  who: string,
  traffic: StoredOf<'Traffic'>,
  policy: StoredOf<'TrafficPolicy'> | undefined,
): readonly Violation[] {
  const why = `${who} takes TCP, and a connection has no headers, cookies or methods to go by: only weights share it`
  const found = traffic.spec
  return [
    ...(found.cohorts ?? []).map((name) => ({ path: `spec.cohorts.${name}`, what: `cohort "${name}"` })),
    ...Object.keys(found.mirrors ?? {}).map((name) => ({
      path: `spec.mirrors.${name}`,
      what: `mirror "${name}"`,
    })),
  ]
    .map(
      ({ path, what }): Violation => ({
        object: keyOf(traffic),
        path,
        message: `${what} is refused: ${why}`,
      }),
    )
    .concat(
      policy?.spec.stickiness === undefined
        ? []
        : [{ object: keyOf(policy), path: 'spec.stickiness', message: `is refused: ${why}` }],
    )
}

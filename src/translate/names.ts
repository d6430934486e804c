// What generated resources are called. A name is made of content that never changes its meaning, never of an
// index (envoyproxy/gateway#9029), and of parts that cannot hold the separator, so that no two things share one.
import { names } from '../base/index.ts'

/**
 * The cluster's name in statistics: Envoy cuts the cluster tag at the first dot, so `blue.1` becomes `blue_1`
 * (names hold no underscore, so it stays unambiguous).
 */
export const clusterStatName = (name: string): string => name.replace(/\.(\d+)(?=\/|$)/, '_$1')

/** A Gateway listener and its route configuration share one name: `<namespace>/<gateway>/<listener>`. */
export const listenerName = (namespace: string, gateway: string, listener: string): string =>
  `${namespace}/${gateway}/${listener}`

/**
 * A Sidecar listener and its route configuration: `<namespace>/sidecar~<sidecar>/<listener>`. No name holds the `~`, so it is
 * never a Gateway's.
 */
export const sidecarListenerName = (namespace: string, sidecar: string, listener: string): string =>
  `${namespace}/sidecar~${sidecar}/${listener}`

/** The cluster of a workload's own port: another port, another cluster. */
export const localClusterName = (listener: string, port: number): string => `${listener}/${port}`

/** The UDP listener beside it: a part more than any other has. */
export const http3ListenerName = (listener: string): string => `${listener}/h3`

/** Runtime key of Envoy's own for the connections of a listener. */
export const connectionLimitKey = (listener: string): string =>
  `envoy.resource_limits.listener.${listener}.connection_limit`

/** Routes are named by service: `route_name` of the access log is there even when no cluster could be picked. */
export const routeName = (namespace: string, service: string): string => `${namespace}/${service}`

/** Name of the routes of a Route that lead to no service: redirects, answers of the proxy's own. */
export const ownRouteName = (namespace: string, route: string): string => `${namespace}/route/${route}`

/** Prefix of the runtime keys that can move a service's weights: `<prefix>.<cluster name>`. */
export const weightRuntimePrefix = (namespace: string, service: string): string =>
  `verdigris.weight.${namespace}/${service}`

/** Runtime key of how much a mirror copies, in 1/10,000. */
export const mirrorRuntimeKey = (namespace: string, service: string, mirror: string): string =>
  `verdigris.mirror.${namespace}/${service}.${mirror}`

/** Request header that names the cluster of a mirror to Envoy, on requests of the environment that it copies. */
export const mirrorHeader = (namespace: string, service: string, mirror: string): string =>
  `${trustedHeaderPrefix}mirror-${namespace}.${service}.${mirror}`

/** Request header of every copy, with the name of its mirror. What carries it is not copied again. */
export const shadowHeader = 'x-verdigris-shadow'

/** Request header with the environment that the first proxy of a request chose. */
export const environmentHeader = 'x-verdigris-environment'

/** Cookie of clients without an id: which part of the hash range they are in. */
export const bucketCookie = 'vd-id'

/** What the tokens of a policy are verified as. */
export const jwtProvider = ({
  namespace,
  spec,
}: {
  readonly namespace: string
  readonly spec: { readonly service: string }
}): string => `${namespace}/${spec.service}`

/** The ECDS resource that fills the slot of every HTTP listener. */
export const extensionSlot = 'verdigris/http'

/** The ECDS resource of the JWT filter of every HTTP listener: which issuers are believed is no property of a listener. */
export const jwtSlot = 'verdigris/jwt'

/** Runtime keys with a safe default in every listener; the flags layer turns them on. */
export const runtimeKeys = {
  /** Fraction of requests in the gRPC access log. Default 0. */
  accessLog: 'verdigris.access_log',
  /** Fraction of requests whose single upstream tries (retries and mirrors too) are logged. Default 0. */
  upstreamLog: 'verdigris.upstream_log',
} as const

/** RTDS resources that every group has from the start. */
export const runtimeLayers = [names.flagsLayer, names.temporaryLayer] as const

/** Request headers that only this fleet may set: removed from what clients send, before a route is chosen. */
export const trustedHeaderPrefix = 'x-verdigris-'

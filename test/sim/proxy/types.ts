// A proxy as the control plane sees it, without a socket or a clock: what happens to it, what it does, what it holds.
// Times are milliseconds of a monotonic clock that whoever drives it owns.
import type { Request, VariantName } from '../../../src/xds/machine.ts'

/**
 * What a proxy thinks of one resource. A constraint error in the resource's own message refuses the whole response; a
 * semantic one, or a constraint error inside an extension's configuration (`typed_config`), a part of it.
 */
export type Verdict =
  | { readonly kind: 'fine' }
  | { readonly kind: 'constraint' | 'semantic'; readonly text: string }

export interface ProxyOptions {
  /** node.id and node.cluster. */
  readonly id: string
  readonly cluster: string
  readonly variant: VariantName
  /**
   * Milliseconds until who waits for endpoints, routes or secrets goes live without, where the resource that names
   * them has no initial_fetch_timeout of its own (ours say 0s); 0: never.
   */
  readonly initialFetchTimeoutMs: number
  /** Asked for every resource of a response. */
  readonly judge: (typeUrl: string, name: string, body: Uint8Array) => Verdict
  /** In [0, 1): for what Envoy does in no fixed order. The only randomness there is. */
  readonly random: () => number
  // What follows has defaults: those of our bootstrap and of Envoy.
  /** Milliseconds that a listener which went keeps its routes and secrets subscribed: `--drain-time-s`. Default 600,000. */
  readonly drainMs?: number
  /** Milliseconds of a first round of active health checks; 0: none is waited for. Default 0. */
  readonly healthCheckRoundMs?: number
  /** Runtime layers that are subscribed. Default: both of ours. */
  readonly runtimeLayers?: readonly string[]
  /** A static cluster with endpoints over EDS; '': none. Default: ours. */
  readonly staticCluster?: string
  /** A CDS response that leaves fewer is refused as a whole. Default 1. */
  readonly minimumClusters?: number
}

export type ProxyEvent =
  /** A stream to a control plane is open; nothing was said on it yet. */
  | { readonly kind: 'connected' }
  /** Bytes of a DiscoveryResponse or DeltaDiscoveryResponse. */
  | { readonly kind: 'response'; readonly bytes: Uint8Array }
  | { readonly kind: 'disconnected' }
  /** The process starts anew: it holds nothing and has no stream. */
  | { readonly kind: 'restarted' }
  /** The time that was asked for has come. */
  | { readonly kind: 'tick' }

/** Carried out in this order. */
export type ProxyEffect =
  | { readonly kind: 'request'; readonly request: Request }
  /** Wants a `tick` at this time; replaces the one before. */
  | { readonly kind: 'timer'; readonly at: number }

/** What it holds and serves with, as its /config_dump would tell. */
export interface ProxyView {
  /** Active clusters by name; `warming` where a newer content of it waits (it may be in both). */
  readonly clusters: ReadonlyMap<string, { readonly hash: string }>
  readonly warming: ReadonlyMap<string, { readonly hash: string }>
  readonly endpoints: ReadonlyMap<string, { readonly hash: string }>
  readonly listeners: ReadonlyMap<
    string,
    { readonly hash: string; readonly routeConfigurations: readonly string[] }
  >
  /** Added or changed ones that wait for their routes; an older one of the same name serves meanwhile. */
  readonly warmingListeners: ProxyView['listeners']
  readonly routes: ReadonlyMap<string, { readonly hash: string; readonly clusters: readonly string[] }>
  /** Filters by ECDS. */
  readonly extensions: ProxyView['routes']
  readonly secrets: ReadonlyMap<string, { readonly hash: string }>
  readonly runtime: ReadonlyMap<string, { readonly hash: string }>
}

export interface Proxy {
  /** Takes one event in; changes the proxy. */
  step(event: ProxyEvent, now: number): readonly ProxyEffect[]
  view(): ProxyView
}

// What is asked of a proxy, and what is said of it: which way a request takes, in Envoy's own order.
import type { Place } from '../base/index.ts'
import type { envoy } from '../envoy-api/index.ts'

/** One header, its name in lower case. */
export interface HeaderField {
  readonly name: string
  readonly value: string
}

/** A request as its client sends it, with what may be known of the connection. */
export interface Asked {
  readonly scheme: 'http' | 'https' | 'tcp'
  /** The host, with its port where the client names one. */
  readonly authority: string
  /** With its query. */
  readonly path: string
  readonly method: string
  readonly headers: readonly HeaderField[]
  /** Server name of the TLS handshake; absent: the host. */
  readonly sni?: string
  /** Address from which the proxy sees the client come; absent: not known. */
  readonly sourceAddress?: string
  /** Claims of a token that verifies, by their path with dots; absent: not known. */
  readonly claims?: ReadonlyMap<string, readonly string[]>
  /** Where the proxy runs; absent: not known. */
  readonly place?: Place
}

/** What one proxy, or one node group, is served, as far as it decides where a request goes. */
export interface Served {
  readonly listeners: readonly envoy.Listener[]
  /** Route configurations by name. */
  readonly routes: (name: string) => envoy.RouteConfiguration | undefined
  /** Configurations that come by ECDS, by name. */
  readonly extensions: (name: string) => envoy.AnyMessage | undefined
  /** Runtime values by key, the last layer first. */
  readonly runtime: ReadonlyMap<string, unknown>
  /** Whether a cluster of this name is served. */
  readonly hasCluster: (name: string) => boolean
  /** Which Route and cohort made a route, where that is known. */
  readonly madeBy?: (
    configuration: string,
    virtualHost: envoy.VirtualHost,
    index: number,
    route: envoy.Route,
  ) => MadeBy | undefined
}

/** Where a route comes from, in the words of manifests. */
export interface MadeBy {
  /** `default/Route/shop`. */
  readonly object: string
  /** `spec.rules[1].matches[0]`. */
  readonly path: string
  /** What its author called the rule; may be empty. */
  readonly rule: string
  /** Cohort, carried environment or the like, that this way of the rule is for; empty: everybody. */
  readonly audience: string
}

/** What becomes of a request on one way. */
export type Outcome =
  /** It goes to a backend. */
  | 'FORWARDED'
  /** The proxy sends the client elsewhere. */
  | 'REDIRECTED'
  /** The proxy answers by itself. */
  | 'ANSWERED'
  /** No virtual host or route takes it: 404. */
  | 'NOT_FOUND'
  /** The connection is not taken, or ends. */
  | 'CLOSED'
  /** It is up to what is not looked into here. */
  | 'UNTOLD'

/** A part of the requests, and the cluster that gets it. Shares in 1/10,000, rounded. */
export interface Share {
  readonly cluster: string
  readonly namespace: string
  readonly service: string
  /** Empty: a cluster that is not an environment of a service. */
  readonly environment: string
  readonly incarnation: number
  readonly port: string
  readonly share: number
}

/** Copies of requests. */
export interface Mirror {
  /** Empty where it has none: it was written in Envoy's own words. */
  readonly name: string
  readonly cluster: string
  readonly environment: string
  /** Of the requests that it copies from, in 1/10,000. */
  readonly share: number
  /** Clusters whose requests are copied; empty: all of this way. */
  readonly of: readonly string[]
}

/** One thing that holds on the way: `timeout`, `15s`. */
export interface Setting {
  readonly name: string
  readonly value: string
}

/** One way that the request may take. */
export interface Way {
  /** What only the proxy can know; all must hold. None: the request goes this way if it went none before. */
  readonly conditions: readonly string[]
  /** In 1/10,000, how many of those that could go this way do; absent: all. */
  readonly chance?: number
  readonly outcome: Outcome
  /** Name of the route; empty: none. */
  readonly route: string
  /** What the route takes. */
  readonly match: string
  readonly madeBy?: MadeBy
  /** Of an answer of the proxy's own; 0: none. */
  readonly status: number
  /** What it says to a client of gRPC; absent: the client is none. */
  readonly grpcStatus?: number
  /** Where a redirect leads. */
  readonly location: string
  /** Why it is so, in a sentence, where the outcome alone does not say. */
  readonly detail: string
  /** What chooses among the shares. */
  readonly decidedBy: string
  readonly shares: readonly Share[]
  readonly mirrors: readonly Mirror[]
  readonly settings: readonly Setting[]
}

/** A route that was near and did not match. */
export interface Miss {
  readonly route: string
  readonly match: string
  readonly madeBy?: MadeBy
  readonly reasons: readonly string[]
}

/** What one listener makes of a request. */
export interface Explanation {
  readonly listener: string
  /** `0.0.0.0:8080`. */
  readonly address: string
  readonly filterChain: string
  /** Empty: none takes the host, or it is no listener of requests. */
  readonly virtualHost: string
  /** The domain by which it was found. */
  readonly domain: string
  /** In the order in which they are looked at: the first whose conditions hold is taken. The last has none. */
  readonly ways: readonly Way[]
  readonly misses: readonly Miss[]
  readonly notes: readonly string[]
}

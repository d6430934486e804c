// What the load process is told and what it reports. Totals only grow: whoever wants an interval subtracts two.

/** How a request travels. `kept`: on a connection that stays; `new`: on one of its own. */
export const travels = ['h1-kept', 'h1-new', 'h2-kept', 'h2-new'] as const
export type Travel = (typeof travels)[number]

export interface LoadTarget {
  readonly name: string
  readonly host: string
  readonly port: number
  /** Host header. */
  readonly authority: string
  readonly path: string
  /** Requests started each second, whether or not the earlier ones were answered. */
  readonly ratePerSecond: number
}

export interface LoadConfig {
  readonly targets: readonly LoadTarget[]
  /** Parts of each travel in the whole; any positive integers. */
  readonly mix: Readonly<Record<Travel, number>>
  /** A request without a whole answer by then has failed. */
  readonly timeoutMs: number
  readonly reportEveryMs: number
}

/** The mix of the zero-loss claim: kept and new connections, HTTP/1.1 and HTTP/2. */
export const mixedTravels: LoadConfig['mix'] = { 'h1-kept': 12, 'h1-new': 2, 'h2-kept': 5, 'h2-new': 1 }

export type ToLoad =
  | { readonly kind: 'start'; readonly config: LoadConfig }
  | { readonly kind: 'sample'; readonly id: number }
  /** No new requests; `stopped` follows when the running ones have ended. */
  | { readonly kind: 'stop' }

export type FromLoad =
  | { readonly kind: 'report' | 'stopped'; readonly report: LoadReport }
  | { readonly kind: 'sample'; readonly id: number; readonly report: LoadReport }

export interface LoadReport {
  /** Milliseconds since the load began. */
  readonly atMs: number
  readonly targets: readonly TargetReport[]
  /** Longest pause of the load's own event loop since the report before, in ms: above 100, distrust the load. */
  readonly worstPauseMs: number
}

/** Totals since the load began. */
export interface TargetReport {
  readonly name: string
  readonly sent: number
  /** 2xx answers. */
  readonly ok: number
  readonly failed: number
  /** What failed, in words, with how often: `503 no healthy upstream`, `connect ECONNREFUSED`. */
  readonly failures: Readonly<Record<string, number>>
  /** 2xx answers by environment. */
  readonly environments: Readonly<Record<string, number>>
  readonly travels: Readonly<Record<Travel, number>>
  /** Requests without an answer at this moment. */
  readonly inFlight: number
  /** Due, but not sent because the load process itself was late. */
  readonly missed: number
  /** Environments as they took over from each other, oldest first; the newest of them. */
  readonly turns: readonly Turn[]
}

/**
 * A request that was sent after another environment had answered was answered by this one: what was in flight when traffic
 * moved makes no turn, and a proxy that steps back makes one.
 */
export interface Turn {
  readonly environment: string
  /** Milliseconds since the load began, of the first answer. */
  readonly atMs: number
}

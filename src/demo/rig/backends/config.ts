// What the backend process is told, and what it answers with.

/** One backend server: an endpoint of an environment. */
export interface BackendInstance {
  readonly environment: string
  /** `blue-1`. */
  readonly instance: string
  /** HTTP/2 is cleartext with prior knowledge, as Envoy speaks it to a cluster. */
  readonly protocol: 'HTTP' | 'HTTP2'
  /** Milliseconds before an answer, so that requests are in flight. */
  readonly delayMs: number
  /** Wanted port; 0 takes a free one. */
  readonly port: number
}

export type FromBackends =
  /** Ports in the order of the instances. */
  | { readonly kind: 'listening'; readonly ports: readonly number[] }
  | { readonly kind: 'failed'; readonly message: string }

/** Header of every answer that names the environment, and the one that names the instance. */
export const environmentHeader = 'x-environment'
export const instanceHeader = 'x-instance'
/** Backends close connections that were idle this long, as many real ones do. */
export const backendIdleMs = 5_000

// Where referenced resources come from.
import type { envoy } from '../envoy-api/index.ts'

/**
 * The stream that the referring resource came on. `initial_fetch_timeout` 0: nothing goes live that was not
 * answered (with Envoy's 15 s a cluster would go live empty and a listener without routes, envoy-facts). Envoy
 * refuses `self` here, and gRPC clients take `ads`.
 */
export const adsSource = {
  ads: {},
  resourceApiVersion: 'V3',
  initialFetchTimeout: '0s',
} as const satisfies envoy.ConfigSource

/**
 * The same for secrets, but what waits for one goes on after a while: a certificate whose files are gone must not keep a proxy
 * from starting, nor its other listeners from serving. TLS connections are refused there until the secret comes.
 */
export const secretSource = { ...adsSource, initialFetchTimeout: '15s' } as const satisfies envoy.ConfigSource

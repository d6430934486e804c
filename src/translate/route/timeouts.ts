// How long a request may take.
import type { envoy } from '../../envoy-api/index.ts'
import type { Rule } from '../../model/index.ts'
import { defaults } from '../defaults.ts'
import { duration } from '../duration.ts'

type Timeouts = Pick<envoy.RouteAction, 'timeout' | 'idleTimeout' | 'maxStreamDuration'>

/**
 * The time-outs of a rule. A gRPC client says itself how long it waits (`grpc-timeout`): it is answered DEADLINE_EXCEEDED
 * then, at the latest after the rule's own time.
 */
export function timeouts(rule: Rule, grpc: boolean): Timeouts {
  const timeout = rule.timeout ?? defaults.routeTimeoutMs
  const longest = rule.maxStreamDuration ?? 0
  const most = Math.min(...[timeout, longest].filter((each) => each > 0))
  const stream = {
    ...(longest === 0 ? {} : { maxStreamDuration: duration(longest) }),
    ...(grpc ? { grpcTimeoutHeaderMax: duration(Number.isFinite(most) ? most : 0) } : {}),
  }
  return {
    timeout: duration(timeout),
    ...(rule.idleTimeout === undefined ? {} : { idleTimeout: duration(rule.idleTimeout) }),
    ...(Object.keys(stream).length === 0 ? {} : { maxStreamDuration: stream }),
  }
}

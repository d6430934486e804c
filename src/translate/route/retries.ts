// When Envoy tries a request again.
import type { envoy } from '../../envoy-api/index.ts'
import type { Retry } from '../../model/index.ts'
import { defaults } from '../defaults.ts'
import { duration } from '../duration.ts'
import { extension } from '../extension.ts'

/** The retry policy. How many retries run at once is the retry budget of each cluster. */
export function retryPolicy(retry: Retry): envoy.RouteRetryPolicy {
  const { on, statusCodes, attempts, perTryTimeout, perTryIdleTimeout, backOff, otherHosts } = retry
  return {
    retryOn: [...on, ...(statusCodes.length === 0 ? [] : ['retriable-status-codes'])].join(','),
    numRetries: attempts,
    ...(statusCodes.length === 0 ? {} : { retriableStatusCodes: statusCodes }),
    ...(perTryTimeout === undefined ? {} : { perTryTimeout: duration(perTryTimeout) }),
    ...(perTryIdleTimeout === undefined ? {} : { perTryIdleTimeout: duration(perTryIdleTimeout) }),
    ...(backOff === undefined
      ? {}
      : {
          retryBackOff: {
            baseInterval: duration(backOff.base),
            ...(backOff.max === undefined ? {} : { maxInterval: duration(backOff.max) }),
          },
        }),
    ...(otherHosts
      ? {
          retryHostPredicate: [
            {
              name: 'envoy.retry_host_predicates.previous_hosts',
              typedConfig: extension(
                'envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate',
                {},
              ),
            },
          ],
          hostSelectionRetryMaxAttempts: defaults.retryHostSelections,
        }
      : {}),
  }
}

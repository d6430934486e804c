// Bounds of a cluster, and the ejection of endpoints that fail in service.
import type { envoy } from '../envoy-api/index.ts'
import type { CircuitBreakers, OutlierDetection } from '../model/index.ts'
import { defaults } from './defaults.ts'
import { duration } from './duration.ts'

/** Bounds of one cluster in each proxy. */
export function circuitBreakers(settings: CircuitBreakers | undefined): envoy.CircuitBreakers {
  const { connections, pendingRequests, requests, retries, retryBudget } = settings ?? {}
  return {
    thresholds: [
      {
        maxConnections: connections ?? defaults.circuitBreaker,
        maxPendingRequests: pendingRequests ?? defaults.circuitBreaker,
        maxRequests: requests ?? defaults.circuitBreaker,
        ...(retries === undefined ? {} : { maxRetries: retries }),
        ...(retryBudget === undefined
          ? {}
          : {
              retryBudget: {
                budgetPercent: { value: retryBudget.percent },
                minRetryConcurrency: retryBudget.minConcurrency,
              },
            }),
      },
    ],
  }
}

/** Ejection by what real requests meet. */
export function outlierDetection(settings: OutlierDetection): envoy.OutlierDetection {
  const { consecutive5xx, consecutiveGatewayFailures, interval, baseEjectionTime } = settings
  const { maxEjectionTime, maxEjectionPercent } = settings
  return {
    ...(consecutive5xx === undefined
      ? {}
      : { consecutive5xx, enforcingConsecutive5xx: consecutive5xx === 0 ? 0 : 100 }),
    ...(consecutiveGatewayFailures === undefined || consecutiveGatewayFailures === 0
      ? {}
      : {
          consecutiveGatewayFailure: consecutiveGatewayFailures,
          // Envoy counts them and ejects nobody unless told to.
          enforcingConsecutiveGatewayFailure: 100,
        }),
    ...(interval === undefined ? {} : { interval: duration(interval) }),
    ...(baseEjectionTime === undefined ? {} : { baseEjectionTime: duration(baseEjectionTime) }),
    ...(maxEjectionTime === undefined ? {} : { maxEjectionTime: duration(maxEjectionTime) }),
    ...(maxEjectionPercent === undefined ? {} : { maxEjectionPercent }),
    // What is compared over time and endpoints needs more traffic than many services have.
    enforcingSuccessRate: 0,
  }
}

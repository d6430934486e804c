// What keeps an environment from being overrun, and its bad endpoints from being used.
import { z } from 'zod'
import { positiveDuration } from '../../fields.ts'

const most = 4_294_967_295
const count = z.int().min(1, `wanted 1 to ${most}`).max(most, `wanted 1 to ${most}`)
const failures = z.int().min(0, 'wanted 0 to 10000').max(10_000, 'wanted 0 to 10000')
const percent = z.int().min(0, 'wanted 0 to 100 (percent)').max(100, 'wanted 0 to 100 (percent)')

export const circuitBreakers = z
  .strictObject({
    connections: count.optional().describe('Connections at once. Default 1,000,000.'),
    pendingRequests: count.optional().describe('Requests that wait for a connection. Default 1,000,000.'),
    requests: count.optional().describe('Requests at once. Default 1,000,000.'),
    retries: count.optional().describe('Retries at once. Default 3, as in Envoy; not beside `retryBudget`.'),
    retryBudget: z
      .strictObject({
        percent: z
          .number()
          .min(0, 'wanted 0 to 100 (percent)')
          .max(100, 'wanted 0 to 100 (percent)')
          .default(20)
          .describe('Retries at once, as a percentage of the running requests.'),
        minConcurrency: z
          .int()
          .min(0, `wanted 0 to ${most}`)
          .max(most, `wanted 0 to ${most}`)
          .default(3)
          .describe('Retries at once that are always allowed.'),
      })
      .optional()
      .describe('Retries as a share of the traffic, so that a storm of them ends itself.'),
  })
  .superRefine((value, context) => {
    if (value.retries === undefined || value.retryBudget === undefined) return
    const message = 'wanted one of "retries" and "retryBudget": Envoy takes the budget only'
    context.addIssue({ code: 'custom', message, path: ['retries'] })
  })

/** Envoy's own, where none is given. */
const usualEjectionMs = 30_000

export const outlierDetection = z
  .strictObject({
    consecutive5xx: failures
      .optional()
      .describe('5xx in a row (connection failures included) that eject an endpoint. 0: never. Default 5.'),
    consecutiveGatewayFailures: failures
      .optional()
      .describe('502, 503 and 504 in a row that eject an endpoint. 0: never. Default 0.'),
    interval: positiveDuration.optional().describe('Time between two looks. Default 10 s.'),
    baseEjectionTime: positiveDuration
      .optional()
      .describe('Time out of use, times the number of ejections so far. Default 30 s.'),
    maxEjectionTime: positiveDuration.optional().describe('Longest time out of use. Default 300 s.'),
    maxEjectionPercent: percent
      .optional()
      .describe('Most endpoints that may be out of use at once, as a percentage. Default 10.'),
  })
  .superRefine(({ baseEjectionTime = usualEjectionMs, maxEjectionTime }, context) => {
    if (maxEjectionTime === undefined || maxEjectionTime >= baseEjectionTime) return
    const message = 'wanted at least baseEjectionTime (default 30 s): Envoy refuses less'
    context.addIssue({ code: 'custom', message, path: ['maxEjectionTime'] })
  })

export type CircuitBreakers = z.infer<typeof circuitBreakers>
export type OutlierDetection = z.infer<typeof outlierDetection>

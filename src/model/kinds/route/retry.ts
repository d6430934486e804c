// When a request is tried again, and how often. What limits retries altogether is the Service's retry budget.
import { z } from 'zod'
import { limits } from '../../../base/index.ts'
import { positiveDuration } from '../../fields.ts'

/** Envoy's own words: HTTP first, then gRPC statuses. */
const conditions = z.enum([
  '5xx',
  'gateway-error',
  'reset',
  'reset-before-request',
  'connect-failure',
  'envoy-ratelimited',
  'retriable-4xx',
  'refused-stream',
  'cancelled',
  'deadline-exceeded',
  'internal',
  'resource-exhausted',
  'unavailable',
])

const statusForm = 'wanted a status from 400 to 599'

export const retry = z
  .strictObject({
    on: z
      .array(conditions)
      .max(conditions.options.length)
      .refine((each) => new Set(each).size === each.length, 'wanted each condition once')
      .default([])
      .describe("What is tried again, in Envoy's words; `reset` and `5xx` may do a write twice."),
    statusCodes: z
      .array(z.int(statusForm).min(400, statusForm).max(599, statusForm))
      .max(limits.statusCodesPerRetry)
      .refine((each) => new Set(each).size === each.length, 'wanted each status once')
      .default([])
      .describe('Statuses that are tried again, besides `on`.'),
    attempts: z
      .int(`wanted 1 to ${limits.retryAttempts}`)
      .min(1, `wanted 1 to ${limits.retryAttempts}`)
      .max(limits.retryAttempts, `wanted 1 to ${limits.retryAttempts}`)
      .default(1)
      .describe('Tries after the first.'),
    perTryTimeout: positiveDuration
      .optional()
      .describe('For each try, at most `timeout`. Default: `timeout` is for all of them together.'),
    perTryIdleTimeout: positiveDuration
      .optional()
      .describe('For each try: time without a byte of the answer.'),
    backOff: z
      .strictObject({
        base: positiveDuration.prefault('25ms').describe('About the time before the first retry.'),
        max: positiveDuration.optional().describe('The longest. Default: ten times `base`.'),
      })
      .refine(({ base, max = base }) => base <= max, { error: 'wanted at least "base"', path: ['max'] })
      .optional()
      .describe('Time between tries: random, doubled at each.'),
    otherHosts: z.boolean().default(true).describe('Looks for an endpoint that was not tried yet.'),
    bufferBytes: z
      .int('wanted a number of bytes')
      .min(1, 'wanted at least 1')
      .max(limits.bufferedRequestBytes, `wanted at most ${limits.bufferedRequestBytes}`)
      .optional()
      .describe('Larger requests are not tried again. Default: what the listener buffers.'),
  })
  .superRefine(({ on, statusCodes }, context) => {
    if (on.length > 0 || statusCodes.length > 0) return
    const message = 'missing, wanted at least one condition, or "statusCodes": nothing would be tried again'
    context.addIssue({ code: 'custom', message, path: ['on'] })
  })

export type Retry = z.infer<typeof retry>

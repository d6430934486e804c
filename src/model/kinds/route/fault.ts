// Faults on purpose, for rehearsals: some requests are late, some fail.
import { z } from 'zod'
import { limits } from '../../../base/index.ts'
import { positiveDuration } from '../../fields.ts'
import { percent } from './fields.ts'
import { headerMatch } from './match.ts'

const statusForm = 'wanted a status from 200 to 599'
const grpcForm = 'wanted a gRPC status from 1 to 16'

export const fault = z
  .strictObject({
    delay: z
      .strictObject({
        duration: positiveDuration.describe('How much later.'),
        percent: percent.default(100).describe('How many of the requests.'),
      })
      .optional()
      .describe('Holds requests back before they go on.'),
    abort: z
      .strictObject({
        status: z
          .int(statusForm)
          .min(200, statusForm)
          .max(599, statusForm)
          .optional()
          .describe('HTTP status of the answer.'),
        grpcStatus: z
          .int(grpcForm)
          .min(1, grpcForm)
          .max(16, grpcForm)
          .optional()
          .describe('gRPC status, instead of `status`.'),
        percent: percent.default(100).describe('How many of the requests.'),
      })
      .superRefine(({ status, grpcStatus }, context) => {
        if ((status === undefined) !== (grpcStatus === undefined)) return
        const found = status === undefined ? 'none' : 'both'
        const message = `wanted exactly one of "status" and "grpcStatus", found ${found}`
        context.addIssue({ code: 'custom', message })
      })
      .optional()
      .describe('Answers requests itself; no backend sees them.'),
    headers: z
      .array(headerMatch)
      .min(1, 'wanted at least one header, or no list')
      .max(limits.headersPerMatch)
      .optional()
      .describe('Only requests that all of them match. Default: every request of the rule.'),
  })
  .superRefine(({ delay, abort }, context) => {
    if (delay !== undefined || abort !== undefined) return
    context.addIssue({ code: 'custom', message: 'wanted at least one of "delay" and "abort"' })
  })

export type Fault = z.infer<typeof fault>

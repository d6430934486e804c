// How many requests one proxy lets through.
import { z } from 'zod'
import { limits } from '../../../base/index.ts'
import { positiveDuration } from '../../fields.ts'

const count = `wanted 1 to ${limits.rateLimitTokens}`
const tokens = z.int(count).min(1, count).max(limits.rateLimitTokens, count)

export const rateLimit = z
  .strictObject({
    requests: tokens.describe('How many in each `per`.'),
    per: positiveDuration
      .refine((ms) => ms >= 50, 'wanted at least 50ms')
      .prefault('1s')
      .describe('At least 50 ms.'),
    burst: tokens.optional().describe('How many at once after a pause. Default: `requests`.'),
  })
  .refine(({ requests, burst = requests }) => burst >= requests, {
    error: 'wanted at least "requests"',
    path: ['burst'],
  })

export type RateLimit = z.infer<typeof rateLimit>

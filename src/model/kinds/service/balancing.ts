// How requests are spread over the endpoints of one environment.
import { z } from 'zod'
import { isPrime, limits } from '../../../base/index.ts'
import { cookieName, headerName, positiveDuration, refuseUnlessOne } from '../../fields.ts'

const hash = z
  .strictObject({
    header: headerName.optional().describe('Value of a request header.'),
    cookie: cookieName.optional().describe('Value of a cookie of the request.'),
    query: z.string().min(1).max(limits.labelLength).optional().describe('Value of a query parameter.'),
    source: z.literal(true).optional().describe('Address of the client.'),
  })
  .superRefine((value, context) => refuseUnlessOne(value, ['header', 'cookie', 'query', 'source'], context))

const tableForm = 'wanted a prime from 3 to 5000011'

export const loadBalancing = z
  .strictObject({
    policy: z
      .enum(['RoundRobin', 'LeastRequest', 'RingHash', 'Maglev', 'Random'])
      .default('RoundRobin')
      .describe('Which endpoint gets the next request. gRPC clients without a proxy know `RoundRobin` only.'),
    hash: z
      .array(hash)
      .min(1, 'wanted at least one part')
      .max(4, 'wanted at most 4 parts')
      .optional()
      .describe('With `RingHash` and `Maglev`: what is hashed; the first part that a request has.'),
    choices: z
      .int()
      .min(2, 'wanted 2 to 10')
      .max(10, 'wanted 2 to 10')
      .optional()
      .describe('With `LeastRequest`: how many endpoints are compared. Default 2.'),
    ringSize: z
      .int()
      .min(1, 'wanted 1 to 8388608')
      .max(8_388_608, 'wanted 1 to 8388608')
      .optional()
      .describe('With `RingHash`: fewest entries of the ring. Default 1024.'),
    tableSize: z
      .int(tableForm)
      .min(3, tableForm)
      .max(5_000_011, tableForm)
      .refine(isPrime, tableForm)
      .optional()
      .describe('With `Maglev`: entries of the table, a prime. Default 65537.'),
    zones: z
      .enum(['Weighted', 'Local'])
      .default('Weighted')
      .describe(
        '`Weighted`: zones share by their weights. `Local`: a proxy prefers endpoints of its own zone while there are some.',
      ),
    panicThreshold: z
      .number()
      .min(0, 'wanted 0 to 100 (percent)')
      .max(100, 'wanted 0 to 100 (percent)')
      .optional()
      .describe(
        'Below this percentage of healthy endpoints all of them are used. 0: never. Default 50, as in Envoy.',
      ),
    slowStart: z
      .strictObject({
        window: positiveDuration.describe('A new endpoint has its full share after this time.'),
        minWeight: z
          .number()
          .min(1, 'wanted 1 to 100 (percent)')
          .max(100, 'wanted 1 to 100 (percent)')
          .optional()
          .describe('Percentage of its share that it begins with. Default 10.'),
      })
      .optional()
      .describe('With `RoundRobin` and `LeastRequest`: new endpoints get their share bit by bit.'),
  })
  .superRefine((value, context) => {
    const belongs = [
      ['hash', ['RingHash', 'Maglev']],
      ['choices', ['LeastRequest']],
      ['ringSize', ['RingHash']],
      ['tableSize', ['Maglev']],
      ['slowStart', ['RoundRobin', 'LeastRequest']],
    ] as const
    for (const [field, policies] of belongs) {
      const allowed: readonly string[] = policies
      if (value[field] === undefined || allowed.includes(value.policy)) continue
      const message = `belongs to policy ${policies.join(' and ')}, found ${value.policy}`
      context.addIssue({ code: 'custom', message, path: [field] })
    }
    const hashes = value.policy === 'RingHash' || value.policy === 'Maglev'
    if (hashes && value.hash === undefined) {
      const message = `missing, wanted what ${value.policy} hashes`
      context.addIssue({ code: 'custom', message, path: ['hash'] })
    }
    if (hashes && value.zones === 'Local') {
      const message = `wanted "Weighted": ${value.policy} spreads over all zones`
      context.addIssue({ code: 'custom', message, path: ['zones'] })
    }
  })

export type LoadBalancing = z.infer<typeof loadBalancing>

// Active health checks of a Service's backends.
import { z } from 'zod'
import { limits } from '../../../base/index.ts'
import { positiveDuration, refuseUnlessOne } from '../../fields.ts'

const checkPath = z
  .string()
  .startsWith('/', 'wanted a path that starts with "/"')
  .max(2_048, 'wanted at most 2048 characters')
const threshold = z.int().min(1, 'wanted 1 to 100').max(100, 'wanted 1 to 100')
const status = z.int().min(100, 'wanted a status from 100 to 599').max(599, 'wanted a status from 100 to 599')
const hex = z
  .string()
  .min(2, 'wanted bytes in hexadecimal, such as "50494e47"')
  .max(limits.fieldLength)
  .regex(/^([0-9a-fA-F]{2})+$/, 'wanted bytes in hexadecimal, such as "50494e47"')

export const healthCheck = z
  .strictObject({
    http: z
      .strictObject({
        path: checkPath.describe('Path to ask for.'),
        host: z
          .string()
          .min(1)
          .max(253)
          .optional()
          .describe('Host header. Default: the name of the service.'),
        statuses: z
          .array(status)
          .min(1, 'wanted at least one status')
          .max(16, 'wanted at most 16 statuses')
          .optional()
          .describe('Statuses that are healthy. Default: 200.'),
      })
      .optional()
      .describe('Asks by HTTP, in the protocol of the port.'),
    grpc: z
      .strictObject({
        service: z
          .string()
          .max(limits.labelLength)
          .optional()
          .describe(
            'The service that `grpc.health.v1.Health/Check` is asked about. Default: the whole server.',
          ),
      })
      .optional()
      .describe('Asks by the gRPC health protocol; for ports that speak `HTTP2` or `GRPC`.'),
    tcp: z
      .strictObject({
        send: hex.optional().describe('Bytes to send, in hexadecimal. Default: none, connecting is enough.'),
        receive: hex.optional().describe('Bytes that the answer must hold, in hexadecimal.'),
      })
      .optional()
      .describe('Connects; may send and expect bytes.'),
    interval: positiveDuration.prefault('5s').describe('Time between two checks.'),
    timeout: positiveDuration.prefault('1s').describe('Time after which a check has failed.'),
    healthyThreshold: threshold.default(1).describe('Passes in a row that make an endpoint healthy.'),
    unhealthyThreshold: threshold.default(3).describe('Failures in a row that make an endpoint unhealthy.'),
  })
  .superRefine((check, context) => {
    refuseUnlessOne(check, ['http', 'grpc', 'tcp'], context)
    if (check.timeout <= check.interval) return
    const message = 'wanted at most the interval: checks would overlap'
    context.addIssue({ code: 'custom', message, path: ['timeout'] })
  })

export type HealthCheck = z.infer<typeof healthCheck>

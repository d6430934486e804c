// The two directions of a Sidecar: what it takes for its workload, and what it takes from it.
import { z } from 'zod'
import { limits } from '../../../base/index.ts'
import { anyDuration, ipAddress, name, port, refuseRepeats } from '../../fields.ts'
import { listenerSettings } from '../gateway/settings.ts'
import { listenerTls } from '../gateway/tls.ts'

const settings = {
  accessLog: listenerSettings.accessLog,
  limits: listenerSettings.limits,
  timeouts: listenerSettings.timeouts,
}

const servicePort = name
  .optional()
  .describe('Port of it by name. May be left out where the service has one port.')

export const inbound = z.strictObject({
  name: name.describe('Name of the listener.'),
  address: ipAddress.default('0.0.0.0').describe('IP address that the proxies bind.'),
  port: port.describe(
    'Port that the proxies bind: the one that the endpoints of the environment say, as this is where callers come.',
  ),
  localPort: port.describe('Port of 127.0.0.1 where the workload itself listens.'),
  service: z
    .strictObject({ name: name.describe('A Service of the same namespace.'), port: servicePort })
    .describe('Which service the workload is: its protocol, and what its requests are called in logs.'),
  environment: name.describe('Which environment of the service the workload is.'),
  tls: listenerTls.optional().describe('Takes callers by TLS only. Default: plaintext.'),
  timeout: anyDuration
    .prefault('0s')
    .describe('For the whole response of the workload. 0: no bound of its own, callers have theirs.'),
  ...settings,
})

export const outbound = z.strictObject({
  name: name.describe('Name of the listener; routes refer to it.'),
  address: ipAddress
    .default('127.0.0.1')
    .describe('IP address that the proxies bind; only the workload should reach it.'),
  port: port.describe('Port that the workload sends its calls to.'),
  services: z
    .array(
      z.strictObject({
        name: name.describe(
          'A Service of the same namespace. Calls name it in `host`: `<name>` or `<name>.<namespace>`.',
        ),
        port: servicePort,
      }),
    )
    .min(1, 'wanted at least one service')
    .max(limits.servicesPerSidecar, `wanted at most ${limits.servicesPerSidecar} services`)
    .superRefine((services, context) =>
      refuseRepeats(
        services,
        (each) => each.name,
        'service',
        (at) => [at, 'name'],
        context,
      ),
    )
    .describe(
      'Services that the workload may call, each with its live traffic; Routes that name the sidecar say more of them, or add hosts. Any other host is answered 404.',
    ),
  environment: name
    .optional()
    .describe(
      'Environment that calls carry (`x-verdigris-environment`) which the workload sends without one: for applications that do not pass headers on. Default: they stay without.',
    ),
  ...settings,
})

export type Inbound = z.infer<typeof inbound>
export type Outbound = z.infer<typeof outbound>

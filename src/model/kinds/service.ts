// Service: what callers call, with its environments and what runs in each.
import { z } from 'zod'
import { canonicalJson, limits } from '../../base/index.ts'
import { canonicalAddress } from '../address.ts'
import { anyDuration, ipAddress, name, port, positiveDuration, refuseRepeats } from '../fields.ts'
import type { KindDefinition } from '../kind-definition.ts'
import type { ContentOf } from '../objects.ts'

const checkPath = z
  .string()
  .startsWith('/', 'wanted a path that starts with "/"')
  .max(2_048, 'wanted at most 2048 characters')
const threshold = z.int().min(1, 'wanted 1 to 100').max(100, 'wanted 1 to 100')

const healthCheck = z
  .strictObject({
    http: z
      .strictObject({
        path: checkPath.describe('Path to ask for; 200 is healthy.'),
        host: z
          .string()
          .min(1)
          .max(253)
          .optional()
          .describe('Host header. Default: the name of the service.'),
      })
      .describe('Asks by HTTP, in the protocol of the port.'),
    interval: positiveDuration.prefault('5s').describe('Time between two checks.'),
    timeout: positiveDuration.prefault('1s').describe('Time after which a check has failed.'),
    healthyThreshold: threshold.default(1).describe('Passes in a row that make an endpoint healthy.'),
    unhealthyThreshold: threshold.default(3).describe('Failures in a row that make an endpoint unhealthy.'),
  })
  .superRefine((check, context) => {
    if (check.timeout <= check.interval) return
    const message = 'wanted at most the interval: checks would overlap'
    context.addIssue({ code: 'custom', message, path: ['timeout'] })
  })

/** Settings towards the upstream; an environment's go over its service's, field by field. */
const upstream = z.strictObject({
  connectTimeout: positiveDuration.optional().describe('Time for a TCP connection. Default 1 s.'),
  idleTimeout: anyDuration
    .optional()
    .describe(
      'Idle upstream connections are closed after this; keep it below the keep-alive of the backends, so that Envoy closes first. `0s`: never. Default 4 s.',
    ),
  healthCheck: healthCheck.optional().describe('Active health checks by every proxy. Default: none.'),
})

const endpoint = z.strictObject({
  address: ipAddress.describe('IP address of the backend.'),
  port: port.optional().describe('Port number: for a service with one port.'),
  ports: z
    .record(name, port)
    .optional()
    .describe('Port name → number: for a service with several ports, every one of them.'),
})

const freeText = z.string().min(1, 'wanted at least one character').max(256, 'wanted at most 256 characters')
const environment = z.strictObject({
  name: name.describe('Name of the environment, such as `blue`. Any name, any number of them.'),
  release: z
    .strictObject({
      version: freeText.describe('What runs there, as people call it. A change is a new incarnation.'),
      digest: freeText
        .optional()
        .describe('The exact content, such as an image digest. A change is a new incarnation.'),
    })
    .describe('What runs in the environment.'),
  endpoints: z
    .strictObject({
      static: z
        .array(endpoint)
        .max(limits.endpointsPerEnvironment, `wanted at most ${limits.endpointsPerEnvironment} endpoints`)
        .superRefine((endpoints, context) =>
          refuseRepeats(endpoints, socketOf, 'endpoint', (at) => [at], context),
        )
        .describe('Backends by address. An empty list is allowed while nothing is sent there.'),
    })
    .describe('Where its backends are.'),
  upstream: upstream.optional().describe("Settings of this environment, over the service's, field by field."),
})

export const serviceSpec = z
  .strictObject({
    ports: z
      .array(
        z.strictObject({
          name: name.describe('Name of the port.'),
          protocol: z.enum(['HTTP', 'HTTP2']).default('HTTP').describe('What the backends speak on it.'),
        }),
      )
      .min(1, 'wanted at least one port')
      .max(limits.portsPerService)
      .superRefine((ports, context) =>
        refuseRepeats(
          ports,
          (each) => each.name,
          'port',
          (at) => [at, 'name'],
          context,
        ),
      )
      .describe('Named ports.'),
    upstream: upstream.optional().describe('Settings towards the backends of all environments.'),
    environments: z
      .array(environment)
      .min(1, 'wanted at least one environment')
      .max(limits.environmentsPerService)
      .superRefine((environments, context) =>
        refuseRepeats(
          environments,
          (each) => each.name,
          'environment',
          (at) => [at, 'name'],
          context,
        ),
      )
      .describe('The places where a release of the service runs.'),
  })
  .superRefine((spec, context) => {
    const names = [...new Set(spec.ports.map((each) => each.name))]
    spec.environments.forEach((each, at) => {
      each.endpoints.static.forEach((one, index) => {
        for (const { field, message } of portFaults(one, names)) {
          const path = ['environments', at, 'endpoints', 'static', index, ...field]
          context.addIssue({ code: 'custom', message, path })
        }
      })
    })
  })

export type HealthCheck = z.infer<typeof healthCheck>
export type Upstream = z.infer<typeof upstream>
export type Endpoint = z.infer<typeof endpoint>
export type Environment = z.infer<typeof environment>
export type ServiceSpec = z.infer<typeof serviceSpec>

export const service: KindDefinition<'Service'> = {
  summary: 'What callers call: its ports, its environments, and the release and backends of each.',
  spec: serviceSpec,
  // A live cluster with other settings replaces its upstream connections. A new incarnation is a new cluster.
  effect: (before, after) => {
    if (after === undefined) return undefined
    const changed = before.spec.environments.some((was) => {
      const now = after.spec.environments.find((each) => each.name === was.name)
      if (now === undefined || before.incarnations[was.name] !== after.incarnations[was.name]) return false
      return clusterSettings(before, was).some((setting) => {
        const kept = clusterSettings(after, now).find(({ port: portName }) => portName === setting.port)
        return kept !== undefined && canonicalJson(kept) !== canonicalJson(setting)
      })
    })
    return changed ? 'reconnects' : undefined
  },
}

/** What the Envoy clusters of an environment are made of, besides their endpoints. */
function clusterSettings(
  { spec }: ContentOf<'Service'>,
  { upstream: own }: Environment,
): readonly { readonly port: string; readonly protocol: string; readonly upstream: Upstream }[] {
  return spec.ports.map((each) => ({
    port: each.name,
    protocol: each.protocol,
    upstream: { ...spec.upstream, ...own },
  }))
}

const socketOf = ({ address, port: number, ports }: Endpoint): string =>
  `${canonicalAddress(address)}${number === undefined ? '' : `:${number}`}${ports === undefined ? '' : ` ${canonicalJson(ports)}`}`

function portFaults(
  { port: one, ports }: Endpoint,
  names: readonly string[],
): readonly { readonly field: readonly string[]; readonly message: string }[] {
  if (names.length === 1) {
    if (ports !== undefined) {
      return [
        {
          field: ['ports'],
          message: 'wanted "port": the service has one port, so the endpoint gives one number',
        },
      ]
    }
    return one === undefined ? [{ field: ['port'], message: 'missing, wanted a port from 1 to 65535' }] : []
  }
  const given = ports ?? {}
  const wanted = names.map((each) => `"${each}"`).join(', ')
  return [
    ...(one === undefined
      ? []
      : [
          {
            field: ['port'],
            message: `wanted "ports" with a number for each of ${wanted}: the service has several ports`,
          },
        ]),
    ...names
      .filter((each) => one === undefined && !Object.hasOwn(given, each))
      .map((each) => ({
        field: ['ports', each],
        message: `missing, wanted a number for each port: ${wanted}`,
      })),
    ...Object.keys(given)
      .filter((each) => !names.includes(each))
      .map((each) => ({
        field: ['ports', each],
        message: `the service has no port "${each}", wanted ${wanted}`,
      })),
  ]
}

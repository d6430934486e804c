// Service: what callers call, with its environments and what runs in each.
import { z } from 'zod'
import { canonicalJson, limits } from '../../base/index.ts'
import { name, refuseRepeats } from '../fields.ts'
import type { KindDefinition, Reference } from '../kind-definition.ts'
import type { ContentOf } from '../objects.ts'
import { certificateReference, trustedCaReference } from './secret.ts'
import { type Endpoint, endpoints } from './service/endpoints.ts'
import { type Upstream, upstream } from './service/upstream.ts'

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
  endpoints: endpoints.describe('Where its backends are.'),
  upstream: upstream.optional().describe("Settings of this environment, over the service's, field by field."),
})

export const serviceSpec = z
  .strictObject({
    ports: z
      .array(
        z.strictObject({
          name: name.describe('Name of the port.'),
          protocol: z
            .enum(['HTTP', 'HTTP2', 'GRPC', 'TCP'])
            .default('HTTP')
            .describe('What the backends speak on it. `GRPC` is HTTP/2 with the time-outs of gRPC.'),
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
      const { static: fixed, dns } = each.endpoints
      const list = dns === undefined ? fixed : dns.hosts
      const where = dns === undefined ? ['static'] : ['dns', 'hosts']
      list.forEach((one, index) => {
        for (const { field, message } of portFaults(one, names)) {
          const path = ['environments', at, 'endpoints', ...where, index, ...field]
          context.addIssue({ code: 'custom', message, path })
        }
      })
    })
    const levels: readonly (readonly [readonly PropertyKey[], Upstream | undefined])[] = [
      [['upstream'], spec.upstream],
      ...spec.environments.map((each, at) => [['environments', at, 'upstream'], each.upstream] as const),
    ]
    for (const [path, settings] of levels) {
      for (const { field, message } of protocolFaults(settings, spec.ports))
        context.addIssue({ code: 'custom', message, path: [...path, ...field] })
    }
  })

export type Environment = z.infer<typeof environment>
export type ServiceSpec = z.infer<typeof serviceSpec>

export const service: KindDefinition<'Service'> = {
  summary: 'What callers call: its ports, its environments, and the release and backends of each.',
  spec: serviceSpec,
  references: ({ spec }) => [
    ...secretsOf(spec.upstream, 'spec.upstream'),
    ...spec.environments.flatMap(({ upstream: own }, at) =>
      secretsOf(own, `spec.environments[${at}].upstream`),
    ),
  ],
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

function secretsOf(settings: Upstream | undefined, path: string): readonly Reference[] {
  const { ca, certificate } = settings?.tls ?? {}
  return [
    ...(ca === undefined ? [] : [trustedCaReference(ca, `${path}.tls.ca`)]),
    ...(certificate === undefined ? [] : [certificateReference(certificate, `${path}.tls.certificate`)]),
  ]
}

/** What the Envoy clusters of an environment are made of, besides their endpoints. */
function clusterSettings(
  { spec }: ContentOf<'Service'>,
  { upstream: own, endpoints }: Environment,
): readonly {
  readonly port: string
  readonly protocol: string
  readonly upstream: Upstream
  readonly dns?: Environment['endpoints']['dns']
}[] {
  return spec.ports.map((each) => ({
    port: each.name,
    protocol: each.protocol,
    upstream: { ...spec.upstream, ...own },
    // Names are part of the cluster; addresses are not.
    ...(endpoints.dns === undefined ? {} : { dns: endpoints.dns }),
  }))
}

/** Settings that a port's protocol does not know. */
function protocolFaults(
  settings: Upstream | undefined,
  ports: readonly { readonly name: string; readonly protocol: string }[],
): readonly { readonly field: readonly string[]; readonly message: string }[] {
  if (settings === undefined) return []
  const without = (protocols: readonly string[]): string | undefined =>
    ports.find((each) => !protocols.includes(each.protocol))?.name
  const { healthCheck, http2Keepalive, maxRequestsPerConnection, loadBalancing } = settings
  const checks: readonly (readonly [boolean, readonly string[], readonly string[]])[] = [
    [healthCheck?.http !== undefined, ['healthCheck', 'http'], ['HTTP', 'HTTP2', 'GRPC']],
    [healthCheck?.grpc !== undefined, ['healthCheck', 'grpc'], ['HTTP2', 'GRPC']],
    [http2Keepalive !== undefined, ['http2Keepalive'], ['HTTP2', 'GRPC']],
    [maxRequestsPerConnection !== undefined, ['maxRequestsPerConnection'], ['HTTP', 'HTTP2', 'GRPC']],
  ]
  const faults = checks.flatMap(([isGiven, field, protocols]) => {
    const port = isGiven ? without(protocols) : undefined
    if (port === undefined) return []
    const wanted = protocols.join(' or ')
    return [{ field, message: `is for ports that speak ${wanted}, which port "${port}" does not` }]
  })
  const tcp = ports.find(({ protocol }) => protocol === 'TCP')?.name
  const odd = loadBalancing?.hash?.findIndex(({ source }) => source === undefined) ?? -1
  if (tcp === undefined || odd === -1) return faults
  const message = `wanted "source": port "${tcp}" speaks TCP and has no headers`
  return [...faults, { field: ['loadBalancing', 'hash', String(odd)], message }]
}

/** What is wrong with the port or ports of an endpoint, for a service with ports of these names. */
export function portFaults(
  { port: one, ports }: Pick<Endpoint, 'port' | 'ports'>,
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

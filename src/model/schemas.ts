// The shape of every kind's spec, defaults included. Types are inferred: the schema is the only source.
import { z } from 'zod'
import { limits } from '../base/index.ts'

const name = z
  .string()
  .max(limits.nameLength)
  .regex(
    /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/,
    'wanted lower-case letters, digits and "-", starting and ending with a letter or digit',
  )
const port = z.int().min(1).max(65_535)
/** `250ms`, `1s`, `1m30s`, `2h` → milliseconds. */
const durationMs = z
  .string()
  .regex(
    /^(?=\d)(\d+h)?(\d+m)?(\d+(\.\d+)?s)?(\d+ms)?$/,
    'wanted a duration such as "250ms", "1s" or "1m30s"',
  )
  .transform((text) => {
    const part = (unit: RegExp): number => Number(unit.exec(text)?.[1] ?? 0)
    return (
      part(/(\d+)h/) * 3_600_000 +
      part(/(\d+)m(?!s)/) * 60_000 +
      part(/(\d+(?:\.\d+)?)s/) * 1_000 +
      part(/(\d+)ms/)
    )
  })
const address = z.string().min(1).max(253)
/** Environment → share in 1/10,000; only environments that get a share are listed; sums to 10,000. */
const weights = z.record(name, z.int().min(1).max(10_000))

export const nodeGroupSelector = z.strictObject({
  /** node.cluster of the bootstrap. */
  cluster: z.string().min(1).optional(),
  /** String members of node.metadata that must be equal. */
  metadata: z.record(z.string(), z.string()).optional(),
  locality: z
    .strictObject({
      region: z.string().optional(),
      zone: z.string().optional(),
      subZone: z.string().optional(),
    })
    .optional(),
})
export const nodeGroupSpec = z.strictObject({
  selector: nodeGroupSelector,
  expected: z
    .strictObject({
      size: z.int().min(0).max(limits.nodes).optional(),
      within: durationMs.default(limits.expectWithinMs),
    })
    .prefault({}),
})

export const gatewaySpec = z.strictObject({
  nodeGroups: z.array(name).min(1),
  listeners: z
    .array(
      z.strictObject({
        name,
        address: address.default('0.0.0.0'),
        port,
        protocol: z.enum(['HTTP']).default('HTTP'),
      }),
    )
    .min(1),
})

export const healthCheck = z.strictObject({
  http: z.strictObject({ path: z.string().startsWith('/').max(2_048), host: z.string().optional() }),
  interval: durationMs.prefault('5s'),
  timeout: durationMs.prefault('1s'),
  healthyThreshold: z.int().min(1).max(100).default(1),
  unhealthyThreshold: z.int().min(1).max(100).default(3),
})
/** Settings towards the upstream; an environment's go over its service's. */
export const upstream = z.strictObject({
  connectTimeout: durationMs.optional(),
  /** Below the backends' own keep-alive, so that Envoy closes first. Default 4 s. */
  idleTimeout: durationMs.optional(),
  healthCheck: healthCheck.optional(),
})
export const endpoint = z.strictObject({
  address,
  /** One port for a service with one port. */
  port: port.optional(),
  /** Port name → number, for a service with several. */
  ports: z.record(name, port).optional(),
})
export const environment = z.strictObject({
  name,
  release: z.strictObject({
    version: z.string().min(1).max(256),
    digest: z.string().min(1).max(256).optional(),
  }),
  endpoints: z.strictObject({ static: z.array(endpoint) }),
  upstream: upstream.optional(),
})
export const serviceSpec = z.strictObject({
  ports: z
    .array(z.strictObject({ name, protocol: z.enum(['HTTP', 'HTTP2']).default('HTTP') }))
    .min(1)
    .max(32),
  upstream: upstream.optional(),
  environments: z.array(environment).min(1).max(64),
})

export const pathMatch = z.union([
  z.strictObject({ prefix: z.string().startsWith('/') }),
  z.strictObject({ exact: z.string().startsWith('/') }),
])
export const headerMatch = z.strictObject({
  name: z.string().min(1).max(256),
  exact: z.string().optional(),
  prefix: z.string().min(1).optional(),
  present: z.boolean().optional(),
})
export const routeSpec = z.strictObject({
  gateways: z.array(z.strictObject({ name, listener: name.optional() })).min(1),
  hosts: z.array(z.string().min(1).max(253)).min(1),
  rules: z
    .array(
      z.strictObject({
        name: name.optional(),
        /** Any of them; none means everything. */
        matches: z
          .array(z.strictObject({ path: pathMatch.optional(), headers: z.array(headerMatch).optional() }))
          .default([]),
        service: z.strictObject({ name, port: name.optional() }),
        /** Whole response; default 15 s as in Envoy. 0s: none. */
        timeout: durationMs.optional(),
      }),
    )
    .min(1),
})

export const trafficPolicySpec = z.strictObject({
  service: name,
  managedBy: z
    .union([z.enum(['operator', 'manifest']), z.templateLiteral(['external:', z.string().min(1)])])
    .default('operator'),
  /** Shares at the first apply; default: the first environment gets all. */
  initial: z.strictObject({ weights }).optional(),
})

/** Not written by people: the second part of a TrafficPolicy. */
export const trafficState = z.strictObject({ weights })

export type NodeGroupSelector = z.infer<typeof nodeGroupSelector>
export type NodeGroupSpec = z.infer<typeof nodeGroupSpec>
export type GatewaySpec = z.infer<typeof gatewaySpec>
export type ServiceSpec = z.infer<typeof serviceSpec>
export type RouteSpec = z.infer<typeof routeSpec>
export type TrafficPolicySpec = z.infer<typeof trafficPolicySpec>
export type TrafficState = z.infer<typeof trafficState>

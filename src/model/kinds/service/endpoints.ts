// Where the backends of an environment are.
import { z } from 'zod'
import { canonicalJson, limits } from '../../../base/index.ts'
import { canonicalAddress, isIpAddress } from '../../address.ts'
import { ipAddress, name, port, positiveDuration, refuseRepeats } from '../../fields.ts'

const place = z.string().min(1, 'wanted at least one character').max(limits.labelLength)

/** What static and DNS endpoints share. */
const standing = {
  weight: z
    .int()
    .min(1, 'wanted 1 to 128')
    .max(128, 'wanted 1 to 128')
    .optional()
    .describe('Share among the endpoints of its zone. Default 1.'),
  priority: z
    .int()
    .min(0, 'wanted 0 to 15')
    .max(15, 'wanted 0 to 15')
    .optional()
    .describe('0 first; the next when too few of it are healthy. No number may be left out. Default 0.'),
  locality: z
    .strictObject({
      region: place.optional().describe('Region of the endpoint.'),
      zone: place.optional().describe('Zone of the endpoint.'),
      subZone: place.optional().describe('Sub-zone of the endpoint.'),
    })
    .optional()
    .describe('Where it runs.'),
}

const ports = {
  port: port.optional().describe('Port number: for a service with one port.'),
  ports: z
    .record(name, port)
    .optional()
    .describe('Port name → number: for a service with several ports, every one of them.'),
}

/** One backend by address: as a Service declares it, or as an owner registers it. */
export const endpoint = z.strictObject({
  address: ipAddress.describe('IP address of the backend.'),
  ...ports,
  ...standing,
  draining: z.boolean().optional().describe('`true`: gets no new sessions, keeps those it has.'),
})

const dnsHost = z.strictObject({
  host: z
    .string()
    .min(1, 'wanted a host name')
    .max(253, 'wanted at most 253 characters')
    .regex(
      /^[A-Za-z0-9_]([-A-Za-z0-9_]*[A-Za-z0-9_])?(\.[A-Za-z0-9_]([-A-Za-z0-9_]*[A-Za-z0-9_])?)*\.?$/,
      'wanted a host name',
    )
    .refine((text) => !isIpAddress(text), 'wanted a host name; addresses belong in "static"')
    .describe('Host name that every proxy looks up.'),
  ...ports,
  ...standing,
})

const dns = z
  .strictObject({
    mode: z
      .enum(['Strict', 'Logical'])
      .default('Strict')
      .describe(
        '`Strict`: every address that a name has is an endpoint. `Logical`: new connections go to the first address; for names with many changing addresses.',
      ),
    hosts: z
      .array(dnsHost)
      .min(1, 'wanted at least one host')
      .max(limits.dnsHostsPerEnvironment, `wanted at most ${limits.dnsHostsPerEnvironment} hosts`)
      .superRefine((hosts, context) =>
        refuseRepeats(
          hosts,
          ({ host, port: one, ports: many }) => `${host.toLowerCase()} ${canonicalJson({ one, many })}`,
          'host',
          (at) => [at],
          context,
        ),
      )
      .describe('Names and ports.'),
    resolvers: z
      .array(
        z.strictObject({
          address: ipAddress.describe('IP address of the name server.'),
          port: port.default(53).describe('Its port, UDP and TCP.'),
        }),
      )
      .min(1, 'wanted at least one name server')
      .max(8, 'wanted at most 8 name servers')
      .optional()
      .describe('Name servers to ask. Default: those of the machine that the proxy runs on.'),
    refresh: positiveDuration.prefault('5s').describe('Time between two look-ups.'),
    respectTtl: z.boolean().default(false).describe('Looks up again when the TTL of the answer is over.'),
    family: z
      .enum(['V4Only', 'V6Only', 'V4Preferred', 'All'])
      .default('V4Preferred')
      .describe('Which addresses are taken.'),
  })
  .superRefine((value, context) => {
    if (value.mode === 'Strict' || value.hosts.length === 1) return
    const message = `wanted one host with mode Logical, found ${value.hosts.length}`
    context.addIssue({ code: 'custom', message, path: ['hosts'] })
  })

export const endpoints = z
  .strictObject({
    static: z
      .array(endpoint)
      .max(limits.endpointsPerEnvironment, `wanted at most ${limits.endpointsPerEnvironment} endpoints`)
      .superRefine((each, context) => {
        refuseRepeats(each, socketOf, 'endpoint', (at) => [at], context)
      })
      .default([])
      .describe('Backends by address. An empty list is allowed while nothing is sent there.'),
    dns: dns.optional().describe('Backends by name, looked up by every proxy. Not beside `static`.'),
    registered: z
      .boolean()
      .optional()
      .describe(
        '`true`: takes backends that a deploy tool registers (`verdigris endpoints`, the API, `--endpoints-file`), beside `static`. Default false.',
      ),
  })
  .superRefine((value, context) => {
    if (value.dns !== undefined && value.registered === true) {
      const message = 'wanted one of "dns" and "registered": an environment has one kind of endpoints'
      context.addIssue({ code: 'custom', message, path: ['registered'] })
    }
    if (value.dns !== undefined && value.static.length > 0) {
      const message = 'wanted one of "static" and "dns": an environment has one kind of endpoints'
      context.addIssue({ code: 'custom', message, path: ['dns'] })
    }
    const [list, path] =
      value.dns === undefined ? [value.static, ['static']] : [value.dns.hosts, ['dns', 'hosts']]
    const missing = firstGap(list.map(({ priority = 0 }) => priority))
    if (missing === undefined) return
    const at = list.findIndex(({ priority = 0 }) => priority > missing)
    const message = `no endpoint has priority ${missing}, wanted every number from 0 on`
    context.addIssue({ code: 'custom', message, path: [...path, at, 'priority'] })
  })

export type Endpoint = z.infer<typeof endpoint>
export type DnsHost = z.infer<typeof dnsHost>
export type DnsEndpoints = z.infer<typeof dns>
export type Endpoints = z.infer<typeof endpoints>

/** The smallest priority below the greatest that nobody has. */
function firstGap(priorities: readonly number[]): number | undefined {
  const given = new Set(priorities)
  for (let each = 0; each < Math.max(-1, ...given); each++) if (!given.has(each)) return each
  return undefined
}

const socketOf = ({ address, port: number, ports: numbers }: Endpoint): string =>
  `${canonicalAddress(address)}${number === undefined ? '' : `:${number}`}${numbers === undefined ? '' : ` ${canonicalJson(numbers)}`}`

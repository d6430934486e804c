// Route: which requests go to which service. Where inside the service is not here: that is its traffic.
import { z } from 'zod'
import { canonicalJson, limits } from '../../base/index.ts'
import { isIpAddress } from '../address.ts'
import { anyDuration, name, refuseRepeats } from '../fields.ts'
import type { KindDefinition, Mismatch } from '../kind-definition.ts'
import type { ObjectContent } from '../objects.ts'

const path = z
  .string()
  .startsWith('/', 'wanted a path that starts with "/"')
  .max(2_048, 'wanted at most 2048 characters')
  .regex(/^[^?#\s]*$/, 'wanted a path without "?", "#" and spaces')

const pathMatch = z.union(
  [
    z.strictObject({
      prefix: path.describe('Whole segments: `/cart` takes `/cart` and `/cart/1`, and leaves `/cartoon`.'),
    }),
    z.strictObject({ exact: path.describe('The whole path, without the query.') }),
  ],
  'wanted exactly one of "prefix" and "exact"',
)

const matchers = ['exact', 'prefix', 'present'] as const
const headerMatch = z
  .strictObject({
    name: z
      .string()
      .max(256, 'wanted at most 256 characters')
      .regex(/^:?[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'wanted the name of a header')
      .describe('Name of the header, in any case.'),
    exact: z.string().max(limits.fieldLength).optional().describe('The whole value.'),
    prefix: z.string().min(1, 'wanted at least one character').optional().describe('How the value begins.'),
    present: z.boolean().optional().describe('`true`: the header is there; `false`: it is not.'),
  })
  .superRefine((match, context) => {
    const given = matchers.filter((matcher) => match[matcher] !== undefined)
    if (given.length === 1) return
    const found = given.length === 0 ? 'none' : given.map((each) => `"${each}"`).join(' and ')
    context.addIssue({
      code: 'custom',
      message: `wanted exactly one of "exact", "prefix" and "present", found ${found}`,
    })
  })

const match = z.strictObject({
  path: pathMatch.optional().describe('Default: every path.'),
  headers: z.array(headerMatch).max(limits.headersPerMatch).optional().describe('All of them must match.'),
})

const rule = z.strictObject({
  name: name.optional().describe('For people.'),
  matches: z
    .array(match)
    .max(limits.matchesPerRule)
    .default([])
    .describe(
      'Any of them; none means every request. An exact path goes before a prefix, a longer prefix before a shorter.',
    ),
  service: z
    .strictObject({
      name: name.describe('A Service of the same namespace.'),
      port: name.optional().describe('A port of it; may be left out when there is only one.'),
    })
    .describe('Where matching requests go.'),
  timeout: anyDuration.optional().describe('For the whole response. `0s`: none, for streams. Default 15 s.'),
})

const hostForm = /^(\*|(\*\.)?[a-z0-9_]([-a-z0-9_]*[a-z0-9_])?(\.[a-z0-9_]([-a-z0-9_]*[a-z0-9_])?)*)$/
const host = z
  .string()
  .min(1, 'wanted a host')
  .max(253, 'wanted at most 253 characters')
  .refine(
    (text) => hostForm.test(text) || isIpAddress(text),
    'wanted a lower-case host name without port, "*.example.com", an IP address or "*"',
  )

export const routeSpec = z
  .strictObject({
    gateways: z
      .array(
        z.strictObject({
          name: name.describe('A Gateway of the same namespace.'),
          listener: name.optional().describe('One listener of it. Default: all.'),
        }),
      )
      .min(1, 'wanted at least one gateway')
      .max(limits.gatewaysPerRoute)
      .superRefine((gateways, context) => {
        gateways.forEach((each, index) => {
          const earlier = gateways
            .slice(0, index)
            .some(
              (other) =>
                other.name === each.name &&
                (other.listener ?? each.listener ?? '') === (each.listener ?? other.listener ?? ''),
            )
          if (!earlier) return
          const message = `gateway "${each.name}"${each.listener === undefined ? '' : `, listener "${each.listener}",`} is there twice`
          context.addIssue({ code: 'custom', message, path: [index] })
        })
      })
      .describe('Where the route is served.'),
    hosts: z
      .array(host)
      .min(1, 'wanted at least one host')
      .max(limits.hostsPerRoute)
      .superRefine((hosts, context) =>
        refuseRepeats(
          hosts,
          (each) => each,
          'host',
          (at) => [at],
          context,
        ),
      )
      .describe(
        'Hosts without port: `shop.example.com`, `*.example.com` (any number of labels), an address, or `*`.',
      ),
    rules: z
      .array(rule)
      .min(1, 'wanted at least one rule')
      .max(limits.rulesPerRoute)
      .superRefine((rules, context) => {
        const first = new Map<string, number>()
        rules.forEach((each, index) => {
          for (const { text, at } of matchesOf(each)) {
            const earlier = first.get(text)
            if (earlier === undefined) first.set(text, index)
            else {
              const message = `never reached: rules[${earlier}] takes the same requests (${text})`
              context.addIssue({ code: 'custom', message, path: [index, ...at] })
            }
          }
        })
      })
      .describe('What is matched and where it goes.'),
  })
  .superRefine((spec, context) => {
    const matches = spec.rules.reduce((sum, each) => sum + Math.max(1, each.matches.length), 0)
    const product = spec.gateways.length * spec.hosts.length * matches
    if (product <= limits.matchesPerRoute) return
    const message = `gateways × hosts × matches are ${product}, wanted at most ${limits.matchesPerRoute}: split the Route`
    context.addIssue({ code: 'custom', message, path: ['rules'] })
  })

export type RouteSpec = z.infer<typeof routeSpec>
type Rule = RouteSpec['rules'][number]
type Match = Rule['matches'][number]

export const route: KindDefinition<'Route'> = {
  summary: 'Which requests, on which gateways and hosts, go to which service.',
  spec: routeSpec,
  references: ({ spec }) => [
    ...spec.gateways.map((each, index) => ({
      kind: 'Gateway' as const,
      name: each.name,
      path: `spec.gateways[${index}].name`,
      check: (target: ObjectContent) =>
        listenerMismatch(target, each.listener, `spec.gateways[${index}].listener`),
    })),
    ...spec.rules.map((each, index) => ({
      kind: 'Service' as const,
      name: each.service.name,
      path: `spec.rules[${index}].service.name`,
      check: (target: ObjectContent) =>
        portMismatch(target, each.service.port, `spec.rules[${index}].service.port`),
    })),
  ],
  claims: ({ namespace, spec }) =>
    spec.gateways.flatMap((each) =>
      spec.hosts.flatMap((one) =>
        spec.rules.flatMap((rule, index) =>
          matchesOf(rule).map(({ text, at }) => ({
            claim: `host ${namespace}/${each.name} ${one} ${text}`,
            detail: each.listener ?? '',
            path: [
              'spec.rules',
              `[${index}]`,
              ...at.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`)),
            ].join(''),
            overlaps: (mine: string, theirs: string) => mine === '' || theirs === '' || mine === theirs,
            clash: (other: string) =>
              `the same requests (host "${one}" on gateway "${each.name}"${text === anything ? '' : `, ${text}`}) already go to ${other}`,
          })),
        ),
      ),
    ),
}

/** The text of a match of everything. */
const anything = 'path prefix /'

/** Every match of a rule as one text: equal texts match the same requests. */
function matchesOf({
  matches,
}: Rule): readonly { readonly text: string; readonly at: readonly (string | number)[] }[] {
  if (matches.length === 0) return [{ text: anything, at: [] }]
  return matches.map((each, index) => ({ text: textOf(each), at: ['matches', index] }))
}

function textOf({ path: wanted, headers = [] }: Match): string {
  const where =
    wanted === undefined
      ? anything
      : 'exact' in wanted
        ? `path ${wanted.exact}`
        : `path prefix ${wanted.prefix.replace(/\/+$/, '') || '/'}`
  const sorted = headers.map((each) => canonicalJson({ ...each, name: each.name.toLowerCase() })).sort()
  return [where, ...sorted.map((each) => `header ${each}`)].join(', ')
}

function listenerMismatch(
  target: ObjectContent,
  listener: string | undefined,
  at: string,
): readonly Mismatch[] {
  if (target.kind !== 'Gateway') return []
  const names = target.spec.listeners.map((each) => each.name)
  if (listener === undefined || names.includes(listener)) return []
  return [
    { path: at, message: `Gateway "${target.name}" has no listener "${listener}", wanted ${quoted(names)}` },
  ]
}

function portMismatch(target: ObjectContent, port: string | undefined, at: string): readonly Mismatch[] {
  if (target.kind !== 'Service') return []
  const names = target.spec.ports.map((each) => each.name)
  if (port === undefined) {
    if (names.length === 1) return []
    return [
      { path: at, message: `missing: Service "${target.name}" has several ports, wanted ${quoted(names)}` },
    ]
  }
  if (names.includes(port)) return []
  return [{ path: at, message: `Service "${target.name}" has no port "${port}", wanted ${quoted(names)}` }]
}

const quoted = (names: readonly string[]): string =>
  `${names.length === 1 ? '' : 'one of '}${names.map((each) => `"${each}"`).join(', ')}`

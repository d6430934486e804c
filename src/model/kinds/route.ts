// Route: which requests go to which service. Where inside the service is not here: that is its traffic.
import { z } from 'zod'
import { limits } from '../../base/index.ts'
import { isIpAddress } from '../address.ts'
import { name, refuseRepeats } from '../fields.ts'
import type { KindDefinition, Mismatch } from '../kind-definition.ts'
import type { ObjectContent } from '../objects.ts'
import type { Match } from './route/match.ts'
import { anything, compareRanks, type Placed, rankOf, textOf, unreached } from './route/order.ts'
import { type Rule, rule } from './route/rule.ts'

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
        for (const { late, early } of unreached(placed(rules))) {
          const [from, to] = [early.owner, late.owner]
          const equal = textOf(early.match) === textOf(late.match)
          const message = equal
            ? `never reached: rules[${from.rule}] takes the same requests (${textOf(late.match)})`
            : `never reached: rules[${from.rule}] goes first and takes all of them (${textOf(early.match)})`
          context.addIssue({ code: 'custom', message, path: [to.rule, ...to.at] })
        }
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
    ...spec.rules.flatMap(({ service }, index) =>
      service === undefined
        ? []
        : [
            {
              kind: 'Service' as const,
              name: service.name,
              path: `spec.rules[${index}].service.name`,
              check: (target: ObjectContent) =>
                portMismatch(target, service.port, `spec.rules[${index}].service.port`),
            },
          ],
    ),
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

/** Where a match stands in its Route. */
interface Place {
  readonly rule: number
  readonly at: readonly (string | number)[]
}

/** Every match, in the order in which they are tried. */
function placed(rules: readonly Rule[]): readonly Placed<Place>[] {
  return rules
    .flatMap((each, index) => matchesOf(each).map(({ match, at }) => ({ match, owner: { rule: index, at } })))
    .sort((a, b) => compareRanks(rankOf(a.match), rankOf(b.match)))
}

/** Every match of a rule, and where in it that stands. A rule without any matches everything. */
function matchesOf({ matches }: Rule): readonly {
  readonly match: Match
  readonly text: string
  readonly at: readonly (string | number)[]
}[] {
  if (matches.length === 0) return [{ match: {}, text: anything, at: [] }]
  return matches.map((match, index) => ({ match, text: textOf(match), at: ['matches', index] }))
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
  const { ports } = target.spec
  const names = ports.map((each) => each.name)
  if (port === undefined && names.length > 1) {
    return [
      { path: at, message: `missing: Service "${target.name}" has several ports, wanted ${quoted(names)}` },
    ]
  }
  const chosen = port === undefined ? ports[0] : ports.find((each) => each.name === port)
  if (chosen === undefined) {
    return [{ path: at, message: `Service "${target.name}" has no port "${port}", wanted ${quoted(names)}` }]
  }
  if (chosen.protocol !== 'TCP') return []
  const message = `port "${chosen.name}" of Service "${target.name}" speaks TCP, wanted HTTP, HTTP2 or GRPC: a Route reads requests`
  return [{ path: at, message }]
}

const quoted = (names: readonly string[]): string =>
  `${names.length === 1 ? '' : 'one of '}${names.map((each) => `"${each}"`).join(', ')}`

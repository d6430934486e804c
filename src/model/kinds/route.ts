// Route: which requests go to which service. Where inside the service is not here: that is its traffic.
import { z } from 'zod'
import { limits } from '../../base/index.ts'
import { isIpAddress } from '../address.ts'
import { name, refuseRepeats } from '../fields.ts'
import type { KindDefinition, Mismatch } from '../kind-definition.ts'
import type { ObjectContent } from '../objects.ts'
import { autoHostMismatch } from './route/auto-host.ts'
import type { Match } from './route/match.ts'
import { anything, compareRanks, type Placed, rankOf, textOf, unreached } from './route/order.ts'
import { type Rule, rule } from './route/rule.ts'
import { portMismatch, quoted } from './service-port.ts'

const hostForm = /^(\*|(\*\.)?[a-z0-9_]([-a-z0-9_]*[a-z0-9_])?(\.[a-z0-9_]([-a-z0-9_]*[a-z0-9_])?)*)$/
const host = z
  .string()
  .min(1, 'wanted a host')
  .max(253, 'wanted at most 253 characters')
  .refine(
    (text) => hostForm.test(text) || isIpAddress(text),
    'wanted a lower-case host name without port, "*.example.com", an IP address or "*"',
  )

/** The same listener twice: all of a gateway beside one of it, or one of it twice. */
function refuseTwice(
  what: 'gateway' | 'sidecar',
  list: readonly { readonly name: string; readonly listener?: string | undefined }[],
  context: { addIssue(issue: { code: 'custom'; message: string; path: PropertyKey[] }): void },
): void {
  list.forEach((each, index) => {
    const earlier = list
      .slice(0, index)
      .some(
        (other) =>
          other.name === each.name &&
          (other.listener ?? each.listener ?? '') === (each.listener ?? other.listener ?? ''),
      )
    if (!earlier) return
    const message = `${what} "${each.name}"${each.listener === undefined ? '' : `, listener "${each.listener}",`} is there twice`
    context.addIssue({ code: 'custom', message, path: [index] })
  })
}

export const routeSpec = z
  .strictObject({
    gateways: z
      .array(
        z.strictObject({
          name: name.describe('A Gateway of the same namespace.'),
          listener: name.optional().describe('One listener of it. Default: all.'),
        }),
      )
      .max(limits.gatewaysPerRoute)
      .superRefine((gateways, context) => refuseTwice('gateway', gateways, context))
      .default([])
      .describe('Where the route is served. Needed, unless there are `sidecars`.'),
    sidecars: z
      .array(
        z.strictObject({
          name: name.describe('A Sidecar of the same namespace.'),
          listener: name.optional().describe('One of its outbound listeners. Default: all.'),
        }),
      )
      .max(limits.gatewaysPerRoute)
      .superRefine((sidecars, context) => refuseTwice('sidecar', sidecars, context))
      .optional()
      .describe(
        'Sidecars whose workloads make calls by this route too. What its rules leave of a service that the workload may call goes on without it.',
      ),
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
    const sidecars = spec.sidecars?.length ?? 0
    if (spec.gateways.length + sidecars === 0) {
      const message = 'missing, wanted at least one gateway (or one of "sidecars")'
      context.addIssue({ code: 'custom', message, path: ['gateways'] })
    }
    const matches = spec.rules.reduce((sum, each) => sum + Math.max(1, each.matches.length), 0)
    const product = (spec.gateways.length + sidecars) * spec.hosts.length * matches
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
    ...(spec.sidecars ?? []).map((each, index) => ({
      kind: 'Sidecar' as const,
      name: each.name,
      path: `spec.sidecars[${index}].name`,
      check: (target: ObjectContent) =>
        listenerMismatch(target, each.listener, `spec.sidecars[${index}].listener`),
    })),
    ...spec.rules.flatMap((rule, index) => {
      const { service } = rule
      if (service === undefined) return []
      const at = `spec.rules[${index}]`
      const check = (target: ObjectContent) => [
        ...portMismatch(target, service.port, `${at}.service.port`, 'a Route'),
        ...autoHostMismatch(target, rule, at),
      ]
      return [{ kind: 'Service' as const, name: service.name, path: `${at}.service.name`, check }]
    }),
  ],
  claims: ({ namespace, spec }) =>
    placesOf(spec).flatMap((each) =>
      spec.hosts.flatMap((one) =>
        spec.rules.flatMap((rule, index) =>
          matchesOf(rule).map(({ text, at }) => ({
            claim: `host ${each.kind} ${namespace}/${each.name} ${one} ${text}`,
            detail: each.listener ?? '',
            path: [
              'spec.rules',
              `[${index}]`,
              ...at.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`)),
            ].join(''),
            overlaps: (mine: string, theirs: string) => mine === '' || theirs === '' || mine === theirs,
            clash: (other: string) =>
              `the same requests (host "${one}" on ${each.kind} "${each.name}"${text === anything ? '' : `, ${text}`}) already go to ${other}`,
          })),
        ),
      ),
    ),
}

/** Gateways and sidecars, as claims name them. */
const placesOf = ({ gateways, sidecars = [] }: RouteSpec) => [
  ...gateways.map((each) => ({ ...each, kind: 'gateway' as const })),
  ...sidecars.map((each) => ({ ...each, kind: 'sidecar' as const })),
]

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
  if (target.kind !== 'Gateway' && target.kind !== 'Sidecar') return []
  const isGateway = target.kind === 'Gateway'
  const all = isGateway ? target.spec.listeners : target.spec.outbound
  const isTcp = (each: (typeof all)[number]): boolean => 'protocol' in each && each.protocol === 'TCP'
  const names = all.filter((each) => !isTcp(each)).map((each) => each.name)
  const what = isGateway ? 'listener' : 'outbound listener'
  const tcp = all.find((each) => isTcp(each) && (listener === undefined || each.name === listener))
  if (tcp !== undefined && (listener !== undefined || names.length === 0)) {
    const message = `listener "${tcp.name}" of Gateway "${target.name}" takes TCP, wanted HTTP or HTTPS: a Route reads requests`
    return [{ path: at, message }]
  }
  if (listener === undefined && names.length > 0) return []
  if (listener !== undefined && names.includes(listener)) return []
  const message =
    names.length === 0
      ? `${target.kind} "${target.name}" has no ${what}`
      : `${target.kind} "${target.name}" has no ${what} "${listener}", wanted ${quoted(names)}`
  return [{ path: at, message }]
}

// TrafficPolicy: who moves the traffic of a service, where it starts, and what can be turned on: cohorts, mirrors, stickiness.
// What is live stands in Traffic.
import { z } from 'zod'
import { limits } from '../../base/index.ts'
import { name, refuseRepeats, weights } from '../fields.ts'
import type { KindDefinition, Mismatch } from '../kind-definition.ts'
import type { ContentOf } from '../objects.ts'
import { cohorts } from './traffic-policy/cohorts.ts'
import { jwt } from './traffic-policy/jwt.ts'
import { mirrors } from './traffic-policy/mirrors.ts'
import { stickiness } from './traffic-policy/stickiness.ts'

const names = (what: string) =>
  z.array(name).superRefine((list, context) =>
    refuseRepeats(
      list,
      (each) => each,
      what,
      (at) => [at],
      context,
    ),
  )

export const trafficPolicySpec = z
  .strictObject({
    service: name.describe('The Service, of the same namespace. A service has at most one policy.'),
    managedBy: z
      .union(
        [
          z.enum(['operator', 'manifest']),
          z.templateLiteral(['external:', z.string().min(1).max(limits.nameLength)]),
        ],
        'wanted "operator", "manifest" or "external:<name>"',
      )
      .default('operator')
      .describe(
        'Who moves the traffic. `operator`: `switch`, `split`, `cohort`, `mirror` and `rollback`. `manifest`: `apply` sets it to `initial` and the verbs are refused. `external:<name>`: only that manager.',
      ),
    stickiness: stickiness
      .optional()
      .describe(
        'What keeps a user where he is while weights move: a share that grows moves nobody back. Default: every request is drawn anew.',
      ),
    carried: z
      .boolean()
      .optional()
      .describe(
        'Whether requests stay in an environment over the calls that they cause: one that carries no environment is marked with the one that it gets (`x-verdigris-environment`), and one that carries the name of an environment of this service goes there, whatever the cohorts and weights. Environments with a share, and those that declare endpoints, count. Default: false.',
      ),
    cohorts: cohorts
      .optional()
      .describe(
        'Groups of requests that go to one environment whatever the weights, in this order: the first that is on and matches wins. `verdigris cohort` turns them on.',
      ),
    jwt: jwt.optional().describe('Whose tokens are verified, for cohorts by claims.'),
    mirrors: mirrors
      .optional()
      .describe('Copies of requests for another environment. `verdigris mirror` turns them on.'),
    initial: z
      .strictObject({
        weights: weights.describe(
          'Environment → share in 1/10,000; sums to 10,000; an environment without a share is left out.',
        ),
        cohorts: names('cohort').optional().describe('Cohorts that are on.'),
        mirrors: names('mirror').optional().describe('Mirrors that are on.'),
      })
      .optional()
      .describe('Traffic at the first apply. Default: the first environment gets all.'),
  })
  .superRefine((spec, context) => {
    for (const { path, message } of faultsInside(spec)) {
      context.addIssue({ code: 'custom', message, path: [...path] })
    }
  })

export type TrafficPolicySpec = z.infer<typeof trafficPolicySpec>

type Path = readonly (string | number)[]

/** What the parts of a policy ask of each other. */
function faultsInside(spec: {
  readonly managedBy: string
  readonly cohorts?: z.infer<typeof cohorts> | undefined
  readonly jwt?: unknown
  readonly mirrors?: z.infer<typeof mirrors> | undefined
  readonly initial?:
    | {
        readonly weights: Readonly<Record<string, number>>
        readonly cohorts?: readonly string[] | undefined
        readonly mirrors?: readonly string[] | undefined
      }
    | undefined
}): readonly { readonly path: Path; readonly message: string }[] {
  const { initial, cohorts: groups = [], mirrors: copies = [] } = spec
  const faults: { readonly path: Path; readonly message: string }[] = []
  if (spec.managedBy === 'manifest' && initial === undefined) {
    const message = 'missing, wanted the shares: with managedBy "manifest" they are the traffic'
    faults.push({ path: ['initial'], message })
  }
  groups.forEach(({ matches }, at) => {
    matches.forEach(({ claims }, index) => {
      if (claims === undefined || spec.jwt !== undefined) return
      const message = 'wanted "spec.jwt" too: it says whose tokens are believed'
      faults.push({ path: ['cohorts', at, 'matches', index, 'claims'], message })
    })
  })
  initial?.cohorts?.forEach((each, at) => {
    if (groups.some(({ name: known }) => known === each)) return
    faults.push({ path: ['initial', 'cohorts', at], message: `the policy has no cohort "${each}"` })
  })
  const on = initial?.mirrors ?? []
  on.forEach((each, at) => {
    const path = ['initial', 'mirrors', at]
    const mirror = copies.find(({ name: known }) => known === each)
    if (mirror === undefined) faults.push({ path, message: `the policy has no mirror "${each}"` })
    else if (Object.hasOwn(initial?.weights ?? {}, mirror.to)) {
      const message = `"${mirror.to}", where mirror "${each}" sends its copies, has a share of the traffic: wanted one without`
      faults.push({ path, message })
    }
  })
  if (on.length > limits.mirrorsOn) {
    const message = `wanted at most ${limits.mirrorsOn} mirrors that are on, found ${on.length}`
    faults.push({ path: ['initial', 'mirrors'], message })
  }
  return faults
}

/** What the one policy of a service claims. */
export const policyClaim = (namespace: string, service: string): string => `policy ${namespace}/${service}`

export const trafficPolicy: KindDefinition<'TrafficPolicy'> = {
  summary:
    'Who moves the traffic of a service and how it is shared at the start; its stickiness, cohorts and mirrors.',
  spec: trafficPolicySpec,
  references: ({ spec }) => [
    {
      kind: 'Service',
      name: spec.service,
      path: 'spec.service',
      check: (target) => (target.kind === 'Service' ? serviceMismatches(spec, target) : []),
    },
  ],
  claims: ({ namespace, spec }) => [
    {
      claim: policyClaim(namespace, spec.service),
      path: 'spec.service',
      clash: (other) => `Service "${spec.service}" already has ${other}: a service has one policy`,
    },
  ],
}

/** Environments that the service has not, and parts that its ports cannot have. */
function serviceMismatches(spec: TrafficPolicySpec, service: ContentOf<'Service'>): readonly Mismatch[] {
  const known = service.spec.environments.map((each) => each.name)
  const named = [
    ...Object.keys(spec.initial?.weights ?? {}).map(
      (each) => [`spec.initial.weights.${each}`, each] as const,
    ),
    ...(spec.cohorts ?? []).map((each, at) => [`spec.cohorts[${at}].environment`, each.environment] as const),
    ...(spec.mirrors ?? []).flatMap((each, at) => [
      [`spec.mirrors[${at}].from`, each.from] as const,
      [`spec.mirrors[${at}].to`, each.to] as const,
    ]),
  ]
  const unknown = named
    .filter(([, each]) => !known.includes(each))
    .map(([path, each]) => ({
      path,
      message: `Service "${service.name}" has no environment "${each}", wanted ${known.map((one) => `"${one}"`).join(', ')}`,
    }))
  const tcpOnly = service.spec.ports.every(({ protocol }) => protocol === 'TCP')
  const http = (['stickiness', 'carried', 'cohorts', 'mirrors'] as const)
    .filter((part) => tcpOnly && spec[part] !== undefined)
    .map((part) => ({
      path: `spec.${part}`,
      message: `Service "${service.name}" speaks TCP only: a connection has no headers, cookies or methods to go by; only weights share it`,
    }))
  return [...unknown, ...http]
}

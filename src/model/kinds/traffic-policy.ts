// TrafficPolicy: who moves the traffic of a service, and where it starts. What is live stands in Traffic.
import { z } from 'zod'
import { limits } from '../../base/index.ts'
import { name, weights } from '../fields.ts'
import type { KindDefinition } from '../kind-definition.ts'

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
        'Who moves the traffic. `operator`: `switch`, `split` and `rollback`. `manifest`: `apply` sets it to `initial.weights` and the verbs are refused. `external:<name>`: only that manager.',
      ),
    initial: z
      .strictObject({
        weights: weights.describe(
          'Environment → share in 1/10,000; sums to 10,000; an environment without a share is left out.',
        ),
      })
      .optional()
      .describe('Shares at the first apply. Default: the first environment gets all.'),
  })
  .superRefine((spec, context) => {
    if (spec.managedBy !== 'manifest' || spec.initial !== undefined) return
    const message = 'missing, wanted the shares: with managedBy "manifest" they are the traffic'
    context.addIssue({ code: 'custom', message, path: ['initial'] })
  })

export type TrafficPolicySpec = z.infer<typeof trafficPolicySpec>

/** What the one policy of a service claims. */
export const policyClaim = (namespace: string, service: string): string => `policy ${namespace}/${service}`

export const trafficPolicy: KindDefinition<'TrafficPolicy'> = {
  summary: 'Who moves the traffic of a service, and how it is shared at the start.',
  spec: trafficPolicySpec,
  references: ({ spec }) => [
    {
      kind: 'Service',
      name: spec.service,
      path: 'spec.service',
      check: (target) => {
        if (target.kind !== 'Service') return []
        const names = target.spec.environments.map((each) => each.name)
        return Object.keys(spec.initial?.weights ?? {})
          .filter((each) => !names.includes(each))
          .map((each) => ({
            path: `spec.initial.weights.${each}`,
            message: `Service "${target.name}" has no environment "${each}", wanted ${names.map((one) => `"${one}"`).join(', ')}`,
          }))
      },
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

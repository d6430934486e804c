// Traffic: what is live. Not written by people: the first apply makes it, verbs move it.
import { z } from 'zod'
import { name, weights } from '../fields.ts'
import type { KindDefinition } from '../kind-definition.ts'

export const trafficState = z.strictObject({
  weights: weights.describe('Environment → share in 1/10,000.'),
  incarnations: z
    .record(name, z.int().min(1))
    .optional()
    .describe(
      'Environment → its incarnation when the shares were set: going back means going back to these.',
    ),
})

export type TrafficState = z.infer<typeof trafficState>

export const traffic: KindDefinition<'Traffic'> = {
  summary: 'Which environment of a service gets which share, now.',
  spec: trafficState,
  references: (subject) => [
    {
      kind: 'Service',
      name: subject.name,
      path: 'metadata.name',
      check: (target) => {
        if (target.kind !== 'Service') return []
        const names = target.spec.environments.map((each) => each.name)
        return Object.keys(subject.spec.weights)
          .filter((each) => !names.includes(each))
          .map((each) => ({
            path: `spec.weights.${each}`,
            message: `"${each}" carries traffic but is no environment of the service, wanted ${names.map((one) => `"${one}"`).join(', ')}`,
          }))
      },
    },
  ],
}

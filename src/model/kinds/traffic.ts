// Traffic: what is live. Not written by people: the first apply makes it, verbs move it.
import { z } from 'zod'
import { name, totalWeight, weights } from '../fields.ts'
import type { KindDefinition, Mismatch } from '../kind-definition.ts'
import type { ContentOf } from '../objects.ts'

const share = z.int().min(1).max(totalWeight)

export const trafficState = z.strictObject({
  weights: weights.describe('Environment → share in 1/10,000.'),
  incarnations: z
    .record(name, z.int().min(1))
    .optional()
    .describe(
      'Environment → its incarnation when the traffic was set: going back means going back to these.',
    ),
  slices: z
    .array(z.strictObject({ environment: name, share }))
    .optional()
    .describe(
      'Which part of the hash range goes where, from its beginning. Absent: as the service lists its environments, the first one last.',
    ),
  cohorts: z.array(name).optional().describe('Cohorts that are on.'),
  mirrors: z
    .record(name, share)
    .optional()
    .describe('Mirrors that are on → how many requests they copy, in 1/10,000.'),
  fences: z
    .array(
      z.strictObject({
        id: z.int().min(1),
        text: z.string(),
        actor: z.string(),
        at: z.int().min(0).describe('Milliseconds since the epoch.'),
        incarnations: z
          .record(name, z.int().min(1))
          .describe('What stands behind it: environment → its incarnation then.'),
      }),
    )
    .optional()
    .describe('What traffic does not go back over unless forced.'),
})

export type TrafficState = z.infer<typeof trafficState>

export const traffic: KindDefinition<'Traffic'> = {
  summary: 'Which environment of a service gets which share, which cohorts and mirrors are on, now.',
  spec: trafficState,
  references: (subject) => [
    {
      kind: 'Service',
      name: subject.name,
      path: 'metadata.name',
      check: (target) => (target.kind === 'Service' ? unknownEnvironments(subject.spec, target) : []),
    },
  ],
}

function unknownEnvironments(spec: TrafficState, service: ContentOf<'Service'>): readonly Mismatch[] {
  const names = service.spec.environments.map((each) => each.name)
  return Object.keys(spec.weights)
    .filter((each) => !names.includes(each))
    .map((each) => ({
      path: `spec.weights.${each}`,
      message: `"${each}" carries traffic but is no environment of the service, wanted ${names.map((one) => `"${one}"`).join(', ')}`,
    }))
}

// The answer to a change as it is kept for a retry.
import { z } from 'zod'
import type { Json } from '../base/index.ts'
import type { ChangeAnswer, ObjectDiff } from './types.ts'

const answer = z.object({
  revision: z.int().optional(),
  push: z.string().optional(),
  objects: z.array(
    z.object({
      key: z.string(),
      change: z.enum(['created', 'changed', 'deleted', 'unchanged']),
      lines: z.array(z.string()),
      effect: z.enum(['drains', 'reconnects']).optional(),
    }),
  ),
  notes: z.array(z.string()),
})

/** The answer as it was given; throws when it is none (the store checks its bytes, so that is a bug). */
export function parseAnswer(value: Json): ChangeAnswer {
  const { revision, push, objects, notes } = answer.parse(value)
  return {
    ...(revision === undefined ? {} : { revision }),
    ...(push === undefined ? {} : { push }),
    objects: objects.map(
      ({ effect, ...rest }): ObjectDiff => (effect === undefined ? rest : { ...rest, effect }),
    ),
    notes,
  }
}

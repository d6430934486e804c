// Tombstone: the incarnations of a deleted Service. A Service of the same name counts on from them, so that the
// name of an Envoy cluster never comes to mean something else.
import { z } from 'zod'
import { name } from '../fields.ts'
import type { KindDefinition } from '../kind-definition.ts'

const tombstoneSpec = z.strictObject({
  incarnationsEver: z
    .record(name, z.int().min(1))
    .describe('Environment → the highest incarnation ever given.'),
})

export type TombstoneSpec = z.infer<typeof tombstoneSpec>

export const tombstone: KindDefinition<'Tombstone'> = {
  summary: 'What outlives a deleted Service: which incarnations were given.',
  spec: tombstoneSpec,
}

// The root record: the one small value whose write makes a commit visible. It says how many commits there were, what
// the digest over all records must be, and which staged change still has to be put in its place.
import { z } from 'zod'
import type { EngineWrite } from './engine.ts'
import { rootKey } from './keys.ts'
import { encodeFrame } from './record.ts'
import type { StoreState } from './state.ts'

/** Staged parts of a change: how many, and of how many bytes together. */
export interface Staged {
  readonly parts: number
  readonly bytes: number
}

export const rootRecord = z.strictObject({
  id: z.string().min(1),
  sequence: z.int().min(0),
  revision: z.int().min(0),
  /** Keys and digest of the ledger. */
  keys: z.int().min(0),
  digest: z.int().min(0),
  settling: z.strictObject({ parts: z.int().min(1), bytes: z.int().min(0) }).optional(),
})
export type RootRecord = z.infer<typeof rootRecord>

/** The write that makes this state the committed one. */
export function rootWrite(state: StoreState, settling?: Staged): EngineWrite {
  const root: RootRecord = {
    id: state.id,
    sequence: state.sequence,
    revision: state.revision,
    keys: state.ledger.entries.size,
    digest: state.ledger.digest,
    ...(settling === undefined ? {} : { settling }),
  }
  return { key: rootKey, value: encodeFrame(rootKey, 'json', Buffer.from(JSON.stringify(root))).bytes }
}

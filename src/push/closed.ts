// Which generation of each group is known to be held by everybody. Table `closed`, under the group's key.
import { z } from 'zod'
import type { Json } from '../base/index.ts'
import type { GroupKey } from '../model/index.ts'

const record = z.object({ group: z.string(), generation: z.int() })

/** Group → generation. */
export function parseClosed(records: ReadonlyMap<string, Json>): ReadonlyMap<GroupKey, number> {
  const closed = new Map<GroupKey, number>()
  for (const value of records.values()) {
    const { group, generation } = record.parse(value)
    closed.set(group, generation)
  }
  return closed
}

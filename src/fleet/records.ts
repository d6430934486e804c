// What of the fleet outlives the process: the inventory and the open refusals. Values of the store's tables
// `inventory` (key: node id) and `refusal` (key: node id, space, type URL), parsed when they are read back.
import { z } from 'zod'
import type { Json } from '../base/index.ts'
import type { NodeState, Refusal } from './state.ts'

const inventoryRecord = z.object({
  id: z.string(),
  cluster: z.string(),
  metadata: z.record(z.string(), z.string()),
  locality: z.object({ region: z.string(), zone: z.string(), subZone: z.string() }),
  agent: z.string(),
  group: z.string().optional(),
  lastSeen: z.number(),
  gone: z.boolean(),
  asks: z.array(z.string()).default([]),
  resends: z.int(),
})
const refusalRecord = z.object({
  node: z.string(),
  group: z.string(),
  type: z.string(),
  resend: z.int(),
  parked: z.string(),
  generation: z.int(),
  good: z.int().optional(),
  detail: z.string(),
  repaired: z.literal(true).optional(),
  times: z.int(),
  pushes: z.array(z.string()).optional(),
  at: z.number(),
})

export type InventoryRecord = z.infer<typeof inventoryRecord>

/** What is written of a node. `gone`: it was out of reach when this was written. */
export function inventoryValue(node: NodeState, gone: boolean): Json {
  return {
    id: node.id,
    cluster: node.identity.cluster,
    metadata: node.identity.metadata,
    locality: { ...node.identity.locality },
    agent: node.identity.agent,
    ...(node.group === undefined ? {} : { group: node.group }),
    lastSeen: node.lastSeen,
    gone,
    asks: [...node.asks].sort(),
    resends: node.resends,
  }
}

/** Key of a refusal in its table. A type URL holds no space. */
export const refusalKey = (node: string, type: string): string => `${node} ${type}`

export function refusalValue(refusal: Refusal): Json {
  const { good, repaired, pushes = [], ...rest } = refusal
  return {
    ...rest,
    ...(good === undefined ? {} : { good }),
    ...(repaired === undefined ? {} : { repaired }),
    ...(pushes.length === 0 ? {} : { pushes }),
  }
}

/** The inventory as it was read; throws when a record is not one (the store checks its bytes, so that is a bug). */
export const parseInventory = (records: ReadonlyMap<string, Json>): readonly InventoryRecord[] =>
  [...records.values()].map((value) => inventoryRecord.parse(value))

export const parseRefusals = (records: ReadonlyMap<string, Json>): readonly Refusal[] =>
  [...records.values()].map((value) => {
    const { good, repaired, pushes, ...rest } = refusalRecord.parse(value)
    return {
      ...rest,
      ...(good === undefined ? {} : { good }),
      ...(repaired === undefined ? {} : { repaired }),
      ...(pushes === undefined ? {} : { pushes }),
    }
  })

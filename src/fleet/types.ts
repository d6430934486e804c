// What is known of every proxy: the inventory and what each holds and refused.
import type { NodeIdentity } from '../channel/index.ts'
import type { GroupKey } from '../model/index.ts'

/** How one node stands with one resource type, over all its streams (the least of them). */
export interface NodeTypeStatus {
  readonly type: string
  readonly sent?: number
  readonly holds?: number
  readonly unwarmed: readonly string[]
  readonly nack?: {
    readonly generation: number
    readonly version: string
    readonly detail: string
    readonly at: number
  }
}

/** One node of the inventory, connected or not. */
export interface NodeStatus {
  readonly node: NodeIdentity
  readonly group: GroupKey | undefined
  readonly connected: boolean
  /** More than one stream: a copied bootstrap or a hot restart; warned about. */
  readonly streams: readonly {
    readonly id: string
    readonly variant: 'sotw' | 'delta'
    readonly peer: string
    readonly since: number
  }[]
  readonly lastSeen: number
  readonly types: readonly NodeTypeStatus[]
  /** Newest generation that it holds of every type it subscribed to. */
  readonly holds?: number
}

export interface FleetView {
  nodes(): readonly NodeStatus[]
  node(id: string): NodeStatus | undefined
}

// fleet: in comes what the streams say, out comes what is known of every proxy: the inventory, what each holds and
// refused, and barriers over it. Start at step.ts; standing.ts is what a barrier asks of one proxy.
export type { Barrier, BarrierCount, BarrierOptions } from './barrier.ts'
export { count, createBarrier, heldUpBy, isOpen, look, outOfReach, touch } from './barrier.ts'
export { heldBackBy, isClosed } from './closed.ts'
export { inventoryOf } from './groups.ts'
export {
  inventoryValue,
  parseInventory,
  parseRefusals,
  refusalKey,
  refusalValue,
} from './records.ts'
export { clusterTypes, namingTypes } from './resource-roles.ts'
export { createFleet } from './restore.ts'
export type { Requirement, Standing } from './standing.ts'
export type {
  FleetSettings,
  FleetState,
  GroupExpectation,
  NodeState,
  Now,
  Refusal,
} from './state.ts'
export { defaultFleetSettings } from './state.ts'
export type { FleetEffect, FleetEvent } from './step.ts'
export { forgettable, step } from './step.ts'
export * from './types.ts'
export { createFleetView } from './view.ts'

// events: what happens, for people and programs that watch. In come events from every room that decides; out go lists and
// watches that can be resumed. Start at table.ts (what there is), then ring.ts (how it is kept).
export {
  type Attributes,
  aboutOf,
  type EventReference,
  messageOf,
  rowOf,
} from './about.ts'
export { type EventFilter, matches } from './filter.ts'
export { createEvents } from './ring.ts'
export type { AttributeKind, EventRow, Severity } from './row.ts'
export * from './table.ts'
export * from './types.ts'

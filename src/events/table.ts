// Every event there is: name, severity, reason, sentence, attributes. Whoever emits is held to it by types; the page
// docs/reference/events.md is made from it.
import type { EventRow, ValuesOf } from './row.ts'
import { nodeEvents } from './table/nodes.ts'
import { pushEvents } from './table/pushes.ts'
import { endpointEvents, processEvents, secretEvents } from './table/surroundings.ts'

/** Name → what it is. In the order of the page. */
export const eventTable = {
  ...pushEvents,
  ...nodeEvents,
  ...endpointEvents,
  ...secretEvents,
  ...processEvents,
} as const satisfies Readonly<Record<string, EventRow>>

export type EventName = keyof typeof eventTable
export type EventOf<Name extends EventName> = {
  readonly name: Name
  readonly attributes: ValuesOf<(typeof eventTable)[Name]['attributes']>
}
/** Something that happened, as it is emitted. */
export type EventInput = { [Name in EventName]: EventOf<Name> }[EventName]

export const isEventName = (name: string): name is EventName => Object.hasOwn(eventTable, name)
export const eventNames: readonly EventName[] = Object.keys(eventTable).filter(isEventName)

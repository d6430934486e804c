// What an event request asks for, as a filter; and an event as a message.
import type {
  Event,
  EventReference as EventReferenceMessage,
  EventSeverity,
  Input,
  ObjectKey as KeyMessage,
  Timestamp,
} from '../api/index.ts'
import { toStruct, toTimestamp } from '../api/index.ts'
import { err, invalid, limits, ok, type Problem, type Result, type Violation } from '../base/index.ts'
import {
  type EventEntry,
  type EventFilter,
  type EventReference,
  eventNames,
  isEventName,
  rowOf,
  type Severity,
} from '../events/index.ts'
import { type ObjectKey, suggestion, type World } from '../model/index.ts'
import { fromKey, toKey } from './convert.ts'
import { namespaceOr, parseKind } from './services/context.ts'

/** The part that List and Watch have in common. */
interface Asked {
  readonly names: readonly string[]
  readonly object: KeyMessage | null
  readonly node: string
  readonly push: string
  readonly group: string
  readonly revision: number
  readonly severity: EventSeverity
  readonly namespace: string
  readonly since: Timestamp | null
}

/** The filter, or what is wrong with it: a name that there is not would wait for ever. */
export function eventFilter(asked: Asked, heads: World): Result<EventFilter, Problem> {
  const unknown = asked.names.filter((name) => !isEventName(name)).map(unknownName)
  if (unknown.length > 0) return err(invalid(unknown))
  const objects = asked.object === null ? ok([]) : objectsMeant(asked.object, heads)
  if (!objects.ok) return objects
  const { names, node, push, group, revision, namespace, since } = asked
  const severity = severities[asked.severity]
  return ok({
    names: new Set(names),
    objects: new Set(objects.value),
    severities: new Set(severity === undefined ? [] : [severity]),
    namespaces: new Set(namespace === '' ? [] : [namespace]),
    ...(node === '' ? {} : { node }),
    ...(push === '' ? {} : { push }),
    ...(group === '' ? {} : { group }),
    ...(revision === 0 ? {} : { revision }),
    ...(since === null ? {} : { since: since.seconds * 1_000 + since.nanos / 1e6 }),
  })
}

const unknownName = (name: string): Violation => ({
  path: 'names',
  message: `no event ${JSON.stringify(name.slice(0, limits.nameLength))}${suggestion(name, eventNames)}`,
})

const severities: Readonly<Record<EventSeverity, Severity | undefined>> = {
  EVENT_SEVERITY_UNSPECIFIED: undefined,
  EVENT_SEVERITY_NORMAL: 'Normal',
  EVENT_SEVERITY_WARNING: 'Warning',
}

/** The object itself; with a Service what belongs to it: its traffic, and the policies that name it. */
export function objectsMeant(key: KeyMessage, heads: World): Result<readonly ObjectKey[], Problem> {
  const kind = parseKind(key.kind, 'object.kind')
  if (!kind.ok) return kind
  const namespace = namespaceOr(key.namespace)
  const own = fromKey({ namespace, kind: kind.value, name: key.name })
  if (kind.value !== 'Service') return ok([own])
  const policies = [...heads.values()].filter(
    (each) => each.kind === 'TrafficPolicy' && each.namespace === namespace && each.spec.service === key.name,
  )
  return ok([
    own,
    fromKey({ namespace, kind: 'Traffic', name: key.name }),
    ...policies.map(({ name }) => fromKey({ namespace, kind: 'TrafficPolicy', name })),
  ])
}

export const toEvent = (event: EventEntry, epoch: string): Input<Event> => ({
  id: event.id,
  epoch,
  at: toTimestamp(event.at),
  firstAt: toTimestamp(event.firstAt),
  name: event.name,
  severity: rowOf(event.name).severity === 'Warning' ? 'EVENT_SEVERITY_WARNING' : 'EVENT_SEVERITY_NORMAL',
  reason: rowOf(event.name).reason,
  message: event.message,
  about: event.about.map(toReference),
  count: event.count,
  attributes: toStruct(event.attributes),
})

const toReference = (reference: EventReference): Input<EventReferenceMessage> =>
  reference.kind === 'object' ? { object: toKey(reference.object) } : reference

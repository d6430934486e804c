// Events: what happens, as it happens; resumable.

import type { Input, WatchEventsResponse } from '../../api/index.ts'
import { ok } from '../../base/index.ts'
import { toEvent } from '../convert.ts'
import type { EventItem, Events } from '../events.ts'
import type { AdminRooms, Handlers } from './context.ts'

export function eventsHandlers(rooms: AdminRooms): Handlers<'Events'> {
  return {
    Watch: (request, call) => {
      const items = rooms.events.watch(
        request.fromId === undefined
          ? { kind: 'now' }
          : { kind: 'id', id: request.fromId, epoch: request.epoch === '' ? undefined : request.epoch },
        call.signal,
      )
      return ok(messages(items, rooms.events, new Set(request.names)))
    },
  }
}

async function* messages(
  items: AsyncIterable<EventItem>,
  { epoch }: Events,
  names: ReadonlySet<string>,
): AsyncGenerator<Input<WatchEventsResponse>> {
  for await (const item of items) {
    if (item.kind === 'gap') yield { gap: { ...item.gap, epoch } }
    else if (names.size === 0 || names.has(item.event.name)) yield { event: toEvent(item.event, epoch) }
  }
}

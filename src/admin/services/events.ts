// Events: what happens, as it happens; resumable.

import type { Input, WatchEventsResponse } from '../../api/index.ts'
import { err, invalid, ok, type Problem, type Result } from '../../base/index.ts'
import type { EventItem, Events } from '../../events/index.ts'
import { eventFilter, toEvent } from '../event-filter.ts'
import { type AdminRooms, type Handlers, pageSize } from './context.ts'

/** Events in an answer when no size is asked for. */
const usualEvents = 100

export function eventsHandlers(rooms: AdminRooms): Handlers<'Events'> {
  const { events } = rooms
  return {
    List: async (request) => {
      const filter = eventFilter(request, rooms.store.view().heads)
      if (!filter.ok) return filter
      const before = beforeOf(request.pageToken, events)
      if (!before.ok) return before
      const limit = pageSize(request.pageSize, usualEvents)
      const {
        events: found,
        more,
        newest,
        oldest,
      } = events.list({ filter: filter.value, limit, ...before.value })
      const last = found.at(-1)
      return ok({
        events: found.map((event) => toEvent(event, events.epoch)),
        nextPageToken: more && last !== undefined ? `${events.epoch}:${last.id}` : '',
        epoch: events.epoch,
        newest,
        oldest,
      })
    },
    Watch: (request, call) => {
      const filter = eventFilter(request, rooms.store.view().heads)
      if (!filter.ok) return filter
      const start =
        request.fromId === undefined
          ? ({ kind: 'now' } as const)
          : ({ kind: 'id', id: request.fromId, epoch: request.epoch } as const)
      return ok(messages(events.watch(start, call.signal, filter.value), events))
    },
  }
}

/** Below which id a page begins. */
function beforeOf(token: string, { epoch }: Events): Result<{ readonly before?: number }, Problem> {
  if (token === '') return ok({})
  const [of, id] = token.split(':')
  const before = Number(id)
  if (of === epoch && Number.isSafeInteger(before) && before > 0) return ok({ before })
  const message = 'not one that this run of the server has given: list from the newest again'
  return err(invalid([{ path: 'page_token', message }]))
}

async function* messages(
  items: AsyncIterable<EventItem>,
  { epoch }: Events,
): AsyncGenerator<Input<WatchEventsResponse>> {
  for await (const item of items)
    yield item.kind === 'gap' ? { gap: { ...item.gap, epoch } } : { event: toEvent(item.event, epoch) }
}

// Push: what brings a fleet to a change, watched and waited for.

import {
  fromDuration,
  type Input,
  type PushRecord as PushMessage,
  type WaitPushRequestUntil,
  type WaitPushResponse,
} from '../../api/index.ts'
import { err, invalid, limits, ok, type Problem } from '../../base/index.ts'
import { type Delivery, finalPhases, type PushPhase, type PushRecord } from '../../push/index.ts'
import { toPushRecord } from '../convert.ts'
import { objectsMeant } from '../event-filter.ts'
import { type AdminRooms, changeOptions, type Handlers, pageSize } from './context.ts'

/** Pushes in a list when no limit is asked for. */
const usualPushes = 20

export function pushHandlers(rooms: AdminRooms): Handlers<'Push'> {
  return {
    Get: async (request) => {
      const push = rooms.delivery.push(request.id)
      return push === undefined ? err(noPush(request.id)) : ok(toPushRecord(push))
    },
    List: async ({ limit, object, group }) => {
      const meant = object === null ? ok([]) : objectsMeant(object, rooms.store.view().heads)
      if (!meant.ok) return meant
      const wanted = new Set(meant.value)
      const chosen = rooms.delivery
        .pushes(limits.pushesKept + limits.pushesRunning)
        .filter(({ objects }) => wanted.size === 0 || objects.some((key) => wanted.has(key)))
        .filter(({ groups }) => group === '' || groups.some((each) => each.group === group))
      return ok({ pushes: chosen.slice(0, pageSize(limit, usualPushes)).map(toPushRecord) })
    },
    Watch: (request, call) => {
      if (request.id !== '' && rooms.delivery.push(request.id) === undefined) return err(noPush(request.id))
      const id = request.id === '' ? undefined : request.id
      return ok(messages(rooms.delivery, id, call.signal))
    },
    Wait: async (request, call) => {
      if (rooms.delivery.push(request.id) === undefined) return err(noPush(request.id))
      const timeout = request.timeout === null ? limits.waitMs : fromDuration(request.timeout)
      if (!(timeout > 0)) return err(invalid([{ path: 'timeout', message: 'wanted more than nothing' }]))
      const over = call.after(Math.min(timeout, limits.waitMs))
      const signal = AbortSignal.any([call.signal, over])
      let last = rooms.delivery.push(request.id)
      for await (const push of rooms.delivery.watchPushes(request.id, signal)) {
        last = push
        const outcome = outcomeOf(push.phase, request.until)
        if (outcome !== undefined) return ok({ outcome, push: toPushRecord(push) })
      }
      if (last === undefined) return err(noPush(request.id))
      if (!over.aborted) return err(goesOn(last))
      return ok({ outcome: 'TIMED_OUT', push: toPushRecord(last) })
    },
    Abort: async (request, call) => {
      const options = changeOptions({ ...noOptions, reason: request.reason }, call.actor)
      if (!options.ok) return options
      const aborted = await rooms.delivery.abort(request.id, call.actor, request.reason)
      return aborted.ok ? ok(toPushRecord(aborted.value)) : aborted
    },
  }
}

const noOptions = { dryRun: false, force: false, reason: '', requestId: '', manager: '' }

/** Whether a wait is over in this phase, and how. */
function outcomeOf(phase: PushPhase, until: WaitPushRequestUntil): WaitPushResponse['outcome'] | undefined {
  const reached: readonly PushPhase[] =
    until === 'UNTIL_PREPARED' ? ['prepared', 'switching', 'done'] : ['done']
  if (reached.includes(phase)) return 'REACHED'
  return finalPhases.includes(phase) ? 'ENDED' : undefined
}

async function* messages(
  delivery: Pick<Delivery, 'watchPushes'>,
  id: string | undefined,
  signal: AbortSignal,
): AsyncGenerator<Input<PushMessage>, Problem | undefined> {
  let problem: Problem | undefined
  const records = delivery.watchPushes(id, signal, () => {
    problem = tooSlow
  })
  for await (const record of records) yield toPushRecord(record)
  return problem
}

/** Rather than a push that it never hears of. */
const tooSlow: Problem = {
  kind: 'limit',
  limit: 'watcherQueue',
  message: `the watcher read so slowly that more than ${limits.watcherQueue} pushes waited for it: watch again, it begins with how those under way stand; push list has the others`,
}

/** The wait ended before its time: the server stops (or nobody waits any more). */
const goesOn = ({ id, phase }: PushRecord): Problem => ({
  kind: 'unavailable',
  message: `the server is stopping; push ${id} is ${phase} and goes on when it is back: wait again then`,
})

const noPush = (id: string): Problem => ({
  kind: 'notFound',
  message: `no push ${JSON.stringify(id.slice(0, limits.nameLength))}; the newest ${limits.pushesKept} are kept: verdigris push list`,
})

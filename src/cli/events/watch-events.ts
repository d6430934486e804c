// `events -w`: follows events over breaks and restarts of the server, and says what is missing.
import type { Event, EventGap, Input, WatchEventsRequest } from '../../api/index.ts'
import type { Failure } from '../../client/index.ts'
import type { Exit } from '../exit-codes.ts'
import { pause } from '../pause.ts'
import type { Session } from '../session.ts'

/** Where to begin: the first id wanted, and the epoch of the ids that were seen. */
export interface WatchStart {
  readonly fromId: number
  readonly epoch: string
}

/** Calls `show` for every event until Ctrl-C. A server that is away is waited for. */
export async function watchEvents(
  { client, terminal, signal }: Session,
  asked: Input<WatchEventsRequest>,
  start: WatchStart | undefined,
  show: (event: Event) => void,
): Promise<Exit | Failure> {
  let next = start
  let isAway = false
  while (!signal.aborted) {
    const request = next === undefined ? asked : { ...asked, ...next }
    for await (const item of client.watch('Events', 'Watch', request, signal)) {
      if (!item.ok) {
        // Whoever is not there at first is an error; later it is a restart.
        if (!isAwayNow(item.error) || (next === undefined && !isAway)) return item.error
        if (!isAway) terminal.say(`the server is away; going on ${whereText(next)} when it is back`)
        isAway = true
        break
      }
      if (isAway) terminal.say(`the server is back; going on ${whereText(next)}`)
      isAway = false
      const { event, gap } = item.value
      if (gap !== undefined && gap !== null) {
        terminal.say(gapText(gap))
        next = { fromId: gap.next, epoch: gap.epoch }
      }
      if (event !== undefined && event !== null) {
        next = { fromId: event.id + 1, epoch: event.epoch }
        show(event)
      }
    }
    await pause(askAgainMs, signal)
  }
  return 'interrupted'
}

/** Between two tries to reach a server that went away. */
const askAgainMs = 500

const isAwayNow = (failure: Failure): boolean =>
  failure.kind === 'unreachable' || (failure.kind === 'refused' && failure.problem.kind === 'unavailable')

const whereText = (next: WatchStart | undefined): string =>
  next === undefined ? 'from then on' : `from event ${next.fromId}`

/** What is missing, and where to look for it. */
export function gapText({ asked, next, reason }: EventGap): string {
  if (reason === 'another epoch')
    return `the server was started anew: events before that are gone; see verdigris push list and verdigris history`
  return `events ${asked} to ${next - 1} are missing: ${reason === 'too slow' ? 'they came faster than they were read' : 'they are too old to be kept'}`
}

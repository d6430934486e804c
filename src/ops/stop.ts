// How a server ends: room after room in one order, each by its part of one grace. A room that is late is left behind and
// named, so that a stuck stream, reader or disk never keeps the process.
import type { Logger } from './log.ts'

/**
 * Rooms in the order of their end, each with the part of the grace by which it has to be over: said first, then registrations, pushes while
 * their streams live, then those who ask, then streams, then whoever looks at us; the webhooks, so that they are told of all that;
 * the store last.
 */
const parts = {
  announcement: 0.02,
  endpoints: 0.1,
  pushes: 0.5,
  admin: 0.65,
  metrics: 0.65,
  xds: 0.9,
  http: 0.92,
  webhooks: 0.97,
  store: 1,
} as const

export type Room = keyof typeof parts

/** Ends one room; `graceMs`: how long it may take. */
export interface Ending {
  readonly room: Room
  end(graceMs: number): void | Promise<void>
}

const order = Object.keys(parts)

/** Ends every room that was opened, within `graceMs` together; gives the rooms that were late or failed. */
export async function endRooms(
  endings: readonly Ending[],
  graceMs: number,
  log: Pick<Logger, 'warn' | 'error'>,
): Promise<readonly Room[]> {
  const began = performance.now()
  const failed: Room[] = []
  const inOrder = [...endings].sort((a, b) => order.indexOf(a.room) - order.indexOf(b.room))
  for (const { room, end } of inOrder) {
    const leftMs = Math.max(0, began + graceMs * parts[room] - performance.now())
    const outcome = await within(leftMs, async () => end(leftMs * boundedBy)).catch((error: unknown) => {
      log.error({ event: 'stop_failed', room, err: error })
      return 'failed' as const
    })
    if (outcome === 'late')
      log.warn({ event: 'stop_late', room, afterMs: Math.round(performance.now() - began) })
    if (outcome !== 'done') failed.push(room)
  }
  return failed
}

/** A room is told of less than it has: it bounds itself, and a bound is reached a little late. */
const boundedBy = 0.8
const slackMs = 100

async function within(ms: number, work: () => Promise<void>): Promise<'done' | 'late'> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), ms + slackMs)
  })
  try {
    return await Promise.race([work().then(() => 'done' as const), late])
  } finally {
    clearTimeout(timer)
  }
}

// -w: what changes is told as it comes. A server that goes away is waited for; what was missed meanwhile is looked up.
import { type Command, Option } from 'commander'
import type { Result } from '../base/index.ts'
import type { Failure } from '../client/index.ts'
import type { Session } from './session.ts'

export interface WatchFlags {
  readonly watch?: boolean
  readonly watchOnly?: boolean
}

/** -w and --watch-only. */
export const withWatch = (command: Command): Command =>
  command
    .addOption(new Option('-w, --watch', 'then tell every change, until Ctrl-C (or --timeout)'))
    .addOption(new Option('--watch-only', 'only the changes, not what is there'))

export const isWatching = ({ watch, watchOnly }: WatchFlags): boolean => watch === true || watchOnly === true

/** Milliseconds between two tries to reach a server that went away, and two looks at what has no watch of its own. */
const askAgainMs = 500
export const lookAgainMs = 1_000

/** Ends with the session, and after `timeoutMs` where somebody said so. */
export const watchSignal = ({ signal }: Session, timeoutMs: number | undefined): AbortSignal =>
  timeoutMs === undefined ? signal : AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])

/**
 * The messages of a stream and of those that follow it when it breaks; `open` makes the next one, from where the last one was
 * left. A server that was never there, or that refuses, is a failure: the last item.
 */
export async function* keepWatching<Message>(
  { terminal }: Session,
  signal: AbortSignal,
  open: () => AsyncIterable<Result<Message, Failure>>,
): AsyncGenerator<Result<Message, Failure>> {
  let wasThere = false
  while (!signal.aborted) {
    for await (const item of open()) {
      if (!item.ok && !(wasThere && isAway(item.error))) {
        yield item
        return
      }
      if (item.ok) {
        wasThere = true
        yield item
      } else {
        terminal.progress('the server is away; it goes on when it is back')
      }
    }
    await pause(askAgainMs, signal)
  }
}

/** Several streams as one, in the order in which their messages come. */
export async function* merged<Item>(streams: readonly AsyncGenerator<Item>[]): AsyncGenerator<Item> {
  const waiting = new Map(streams.map((stream) => [stream, next(stream)]))
  while (waiting.size > 0) {
    const { stream, result } = await Promise.race(waiting.values())
    if (result.done === true) waiting.delete(stream)
    else {
      waiting.set(stream, next(stream))
      yield result.value
    }
  }
}

const next = async <Item>(stream: AsyncGenerator<Item>) => ({ stream, result: await stream.next() })

/** The server is not there now, or does not take questions yet. */
export const isAway = (failure: Failure): boolean =>
  (failure.kind === 'unreachable' && failure.foreign !== true) ||
  failure.kind === 'timedOut' ||
  (failure.kind === 'refused' && failure.problem.kind === 'unavailable')

/** Ends early when the signal aborts. */
export const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done)
    if (signal.aborted) done()
  })

// -w: what changes is told as it comes. A server that goes away is waited for; what was missed meanwhile is looked up.
import { type Command, Option } from 'commander'
import { ok, type Result } from '../base/index.ts'
import type { Failure } from '../client/index.ts'
import type { OutputOptions } from './options.ts'
import { type Listing, listingTeller, type Told } from './output/listing.ts'
import { pause } from './pause.ts'
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
const lookAgainMs = 1_000

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

/**
 * What has no watch of its own, looked at every second: at first all of it, then what differs. `stateOf` says what counts as a
 * difference.
 */
export async function* lookingAgain<Item>(
  { terminal }: Session,
  signal: AbortSignal,
  read: () => Promise<Result<readonly Item[], Failure>>,
  idOf: (item: Item) => string,
  stateOf: (item: Item) => string,
): AsyncGenerator<Result<{ readonly told: Told<Item>; readonly all: readonly Item[] }, Failure>> {
  let known: ReadonlyMap<string, Item> | undefined
  while (!signal.aborted) {
    const found = await read()
    if (signal.aborted) return
    if (found.ok) {
      const now = new Map(found.value.map((item) => [idOf(item), item]))
      yield ok({ told: differences(known, now, stateOf), all: found.value })
      known = now
    } else if (known !== undefined && isAway(found.error)) {
      terminal.progress('the server is away; it goes on when it is back')
    } else {
      yield found
      return
    }
    await pause(lookAgainMs, signal)
  }
}

/** Tells a list that is looked at again and again: what there is, unless only changes are wanted, then what differs. */
export async function watchListing<Item>(
  session: Session,
  options: WatchFlags & OutputOptions & { readonly timeout?: number },
  listing: Listing<Item>,
  read: () => Promise<Result<readonly Item[], Failure>>,
  idOf: (item: Item) => string,
  stateOf: (item: Item) => string,
): Promise<'ok' | Failure> {
  const tell = listingTeller(session.terminal, options.output, listing)
  const signal = watchSignal(session, options.timeout)
  let isFirst = true
  for await (const look of lookingAgain(session, signal, read, idOf, stateOf)) {
    if (!look.ok) return look.error
    const { told } = look.value
    // The first time also where there is nothing: the titles say that the watch has begun.
    if (isFirst) tell(options.watchOnly === true ? [] : told)
    else if (told.length > 0) tell(told)
    isFirst = false
  }
  return 'ok'
}

/** What makes one list of another, in the order of the new one; before there was one, all of it is what there is. */
export function differences<Item>(
  before: ReadonlyMap<string, Item> | undefined,
  now: ReadonlyMap<string, Item>,
  stateOf: (item: Item) => string,
): Told<Item> {
  if (before === undefined) return [...now.values()].map((item) => ['', item] as const)
  const gone = [...before].filter(([id]) => !now.has(id)).map(([, item]) => ['deleted', item] as const)
  const others = [...now].flatMap(([id, item]) => {
    const old = before.get(id)
    if (old !== undefined && stateOf(old) === stateOf(item)) return []
    return [[old === undefined ? 'added' : 'changed', item] as const]
  })
  return [...gone, ...others]
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

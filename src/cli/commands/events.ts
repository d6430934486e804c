// verdigris events
import { type Command, InvalidArgumentError, Option } from 'commander'
import type { Event, EventSeverity, Input, ListEventsRequest } from '../../api/index.ts'
import { toTimestamp } from '../../api/index.ts'
import { err, ok, type Result } from '../../base/index.ts'
import type { AdminClient, Failure } from '../../client/index.ts'
import { parseAbout } from '../events/event-about.ts'
import { gapText, type WatchStart, watchEvents } from '../events/watch-events.ts'
import {
  countOption,
  durationOption,
  type NamespaceOptions,
  type OutputOptions,
  type ServerOptions,
  withNamespace,
  withOutput,
  withServer,
} from '../options.ts'
import { dataText, printData } from '../output/data.ts'
import { plain } from '../output/plain.ts'
import type { Terminal } from '../output/terminal.ts'
import { withSession } from '../session.ts'
import { eventLine, eventTable } from '../views/event-views.ts'

interface From {
  readonly id: number
  /** Empty: of this run of the server. */
  readonly epoch: string
}
type Options = NamespaceOptions &
  OutputOptions &
  ServerOptions & {
    readonly watch?: boolean
    readonly watchOnly?: boolean
    readonly for?: string
    readonly names?: readonly string[]
    readonly severity?: 'normal' | 'warning'
    readonly since?: number
    readonly from?: From
    readonly limit: number
  }

export function configure(command: Command): void {
  command
    .option('-w, --watch', 'then follow what comes, until Ctrl-C')
    .option('--watch-only', 'only what comes')
    .option('--for <kind/name>', 'only about service/checkout, node/edge-1, push/41 and the like')
    .option('--names <list>', 'only these, with commas between', (text: string) =>
      text.split(',').filter(Boolean),
    )
    .addOption(new Option('--severity <severity>', 'only these').choices(['normal', 'warning']))
    .option('--since <time>', 'only of the last 10m, 2h and so on', durationOption)
    .option('--from <id>', 'only from this id on, or EPOCH:ID of an earlier run', fromOption)
    .option('--limit <count>', 'newest so many', countOption, 100)
  withServer(withOutput(withNamespace(command), ['table', 'wide', 'json', 'yaml']))
    .addHelpText(
      'after',
      `
Examples:
  verdigris events
  verdigris events -w --severity warning
  verdigris events --for service/checkout --since 1h
  verdigris events --for node/edge-1 -o wide
  verdigris events -w --names push_done,push_reverted -o json | jq .push

With -n only those about that namespace. Names: docs/reference/events.md.`,
    )
    .action((options: Options) =>
      withSession(options, async (session) => {
        const { client, terminal } = session
        const ownNamespace = command.getOptionValueSource('namespace') === 'cli'
        const asked = requestOf(options, ownNamespace)
        if (!asked.ok) return asked.error
        const start = await showKept(session.client, terminal, options, asked.value)
        if (!start.ok) return start.error
        if (options.watch !== true && options.watchOnly !== true) return 'ok'
        terminal.progress('watching; Ctrl-C ends it')
        return watchEvents({ ...session, client }, asked.value, start.value, (event) =>
          showOne(terminal, options, event),
        )
      }),
    )
}

function fromOption(text: string): From {
  const [, epoch = '', digits] = /^(?:([0-9a-f-]{1,64}):)?(\d{1,15})$/.exec(text) ?? []
  if (digits === undefined) throw new InvalidArgumentError('Wanted the id of an event, or EPOCH:ID.')
  return { id: Number(digits), epoch }
}

type Asked = Omit<Input<ListEventsRequest>, 'pageSize' | 'pageToken'>

function requestOf(options: Options, ownNamespace: boolean): Result<Asked, Failure> {
  const about = options.for === undefined ? ok({}) : parseAbout(options.for, options.namespace)
  if (!about.ok) return err({ kind: 'refused', problem: about.error })
  const severities: Readonly<Record<'normal' | 'warning', EventSeverity>> = {
    normal: 'EVENT_SEVERITY_NORMAL',
    warning: 'EVENT_SEVERITY_WARNING',
  }
  return ok({
    ...about.value,
    names: options.names ?? [],
    ...(options.severity === undefined ? {} : { severity: severities[options.severity] }),
    ...(options.since === undefined ? {} : { since: toTimestamp(Date.now() - options.since) }),
    // What it is about says the namespace already.
    ...(ownNamespace && options.for === undefined ? { namespace: options.namespace } : {}),
  })
}

/** Prints what is kept; gives where to go on from. */
async function showKept(
  client: AdminClient,
  terminal: Terminal,
  options: Options,
  asked: Asked,
): Promise<Result<WatchStart | undefined, Failure>> {
  const { from } = options
  // The watch says what is missing since then.
  if (from !== undefined && (options.watch === true || options.watchOnly === true))
    return ok({ fromId: from.id, epoch: from.epoch })
  const wanted =
    options.watchOnly === true ? 0 : from === undefined ? options.limit : Number.POSITIVE_INFINITY
  const found: Event[] = []
  let pageToken = ''
  let start: WatchStart | undefined
  do {
    const pageSize = Math.max(1, Math.min(wanted - found.length, pageMost))
    const answer = await client.call('Events', 'List', { ...asked, pageSize, pageToken })
    if (!answer.ok) return answer
    const { events, epoch, newest, oldest, nextPageToken } = answer.value
    if (start === undefined && from !== undefined) sayMissing(terminal, from, epoch, oldest)
    start ??= { fromId: newest + 1, epoch }
    const isOurs = from === undefined || from.epoch === '' || from.epoch === epoch
    const chosen = events.filter(({ id }) => !isOurs || id >= (from?.id ?? 0))
    found.push(...chosen.slice(0, Math.max(0, wanted - found.length)))
    pageToken = chosen.length < events.length ? '' : nextPageToken
  } while (pageToken !== '' && found.length < wanted)
  if (options.watchOnly !== true) showList(terminal, options, found.reverse(), pageToken !== '')
  return ok(start)
}
/** Events asked for at once. */
const pageMost = 1_000

function sayMissing(terminal: Terminal, from: From, epoch: string, oldest: number): void {
  if (from.epoch !== '' && from.epoch !== epoch)
    terminal.say(gapText({ asked: from.id, next: oldest, epoch, reason: 'another epoch' }))
  else if (from.id > 0 && from.id < oldest)
    terminal.say(gapText({ asked: from.id, next: oldest, epoch, reason: 'too old' }))
}

function showList(terminal: Terminal, options: Options, events: readonly Event[], isCut: boolean): void {
  const { output } = options
  const follows = options.watch === true
  if (output === 'json' || output === 'yaml') {
    if (follows) for (const event of events) showOne(terminal, options, event)
    else printData(terminal, output, events)
    return
  }
  if (events.length === 0 && !follows)
    terminal.say('no events; they are kept since the last start of the server')
  else if (follows) for (const event of events) showOne(terminal, options, event)
  else
    for (const line of eventTable(events, terminal, { wide: output === 'wide', now: Date.now() }))
      terminal.out(line)
  if (isCut) terminal.say(`the newest ${events.length}; more with --limit`)
}

/** One event as it comes: a line each in JSON too, so that a pipe can read them. */
function showOne(terminal: Terminal, { output }: Options, event: Event): void {
  switch (output) {
    case 'json':
      terminal.out(JSON.stringify(plain(event)))
      return
    case 'yaml':
      terminal.out(`---\n${dataText('yaml', plain(event))}`)
      return
    default: {
      const line = eventLine(event)
      terminal.out(event.severity === 'EVENT_SEVERITY_WARNING' ? terminal.color.yellow(line) : line)
    }
  }
}

// verdigris push list|get|watch|abort
import type { Command } from 'commander'
import type { PushRecord } from '../../api/index.ts'
import type { Failure } from '../../client/index.ts'
import type { Exit } from '../exit-codes.ts'
import { exitOf, finalLines, followPush, phaseText, progressLine } from '../follow-push.ts'
import {
  countOption,
  type OutputOptions,
  readerFormats,
  type ServerOptions,
  withOutput,
  withServer,
} from '../options.ts'
import { printData } from '../output/data.ts'
import { listingTeller, printListing } from '../output/listing.ts'
import { plain } from '../output/plain.ts'
import type { Terminal } from '../output/terminal.ts'
import { printable } from '../output/words.ts'
import { type Session, usualWaitMs, withSession } from '../session.ts'
import { bareArgument } from '../targets.ts'
import { printPush, pushListing } from '../views/push-views.ts'
import { isWatching, keepWatching, type WatchFlags, watchSignal, withWatch } from '../watching.ts'

type Options = OutputOptions & ServerOptions
type ListOptions = Options & WatchFlags & { readonly limit: number }

const idHelp = 'its number, or push/NUMBER'
const pushArgument = bareArgument('push')

export function configure(command: Command): void {
  command.addHelpText(
    'after',
    `
Examples:
  verdigris push list
  verdigris push list -w
  verdigris push get 7 -o yaml
  verdigris push watch          every push, without end
  verdigris push watch 7        to its end, which the exit status tells
  verdigris push abort 7 --reason "wrong service"`,
  )
  list(command)
  get(command)
  watch(command)
  abort(command)
}

function list(parent: Command): void {
  withServer(
    withOutput(withWatch(parent.command('list').alias('ls').description('the newest pushes')), readerFormats),
  )
    .option('--limit <count>', 'newest so many', countOption, 20)
    .addHelpText('after', '\nExamples:\n  verdigris push list --limit 3\n  verdigris push list -w -o wide')
    .action((options: ListOptions) =>
      withSession(options, async (session) => {
        const { client, terminal } = session
        const answer = await client.call('Push', 'List', { limit: options.limit })
        if (!answer.ok) return answer.error
        const { pushes } = answer.value
        if (isWatching(options)) return watchList(session, pushes, options)
        printListing(terminal, options.output, pushes, pushListing(options.output === 'wide'))
        return 'ok'
      }),
    )
}

/** The list, oldest first, and a row whenever one of them has gone on. */
async function watchList(
  session: Session,
  pushes: readonly PushRecord[],
  options: ListOptions,
): Promise<Exit | Failure> {
  const tell = listingTeller(session.terminal, options.output, pushListing(options.output === 'wide'))
  const signal = watchSignal(session, options.timeout)
  const stateOf = (push: PushRecord): string => JSON.stringify(plain(push))
  const known = new Map(pushes.toReversed().map((push) => [push.id, push]))
  tell(options.watchOnly === true ? [] : [...known.values()].map((push) => ['', push]))
  const open = () => session.client.watch('Push', 'Watch', {}, signal)
  for await (const item of keepWatching(session, signal, open)) {
    if (!item.ok) return item.error
    const before = known.get(item.value.id)
    if (before !== undefined && stateOf(before) === stateOf(item.value)) continue
    known.set(item.value.id, item.value)
    tell([[before === undefined ? 'added' : 'changed', item.value]])
  }
  return 'ok'
}

function get(parent: Command): void {
  withServer(
    withOutput(
      parent
        .command('get')
        .argument('<id>', idHelp, pushArgument)
        .description('one push: where it stands, what it met'),
      readerFormats,
    ),
  )
    .addHelpText('after', '\nExamples:\n  verdigris push get 7\n  verdigris push get push/7 -o yaml')
    .action((id: string, options: Options) =>
      withSession(options, async ({ client, terminal }) => {
        const answer = await client.call('Push', 'Get', { id })
        if (!answer.ok) return answer.error
        const { output } = options
        if (output === 'table') printPush(terminal, answer.value)
        else if (output === 'json' || output === 'yaml') printData(terminal, output, answer.value)
        else printListing(terminal, output, [answer.value], pushListing(true))
        return 'ok'
      }),
    )
}

function watch(parent: Command): void {
  withServer(
    withOutput(
      parent
        .command('watch')
        .argument('[id]', idHelp, pushArgument)
        .description('follow a push to its end, or all of them'),
    ),
  )
    .addHelpText('after', '\nExamples:\n  verdigris push watch\n  verdigris push watch 7 --timeout 5m')
    .action((id: string | undefined, options: Options) =>
      withSession(options, (session) =>
        id === undefined ? watchAll(session, options) : watchOne(session, id, options),
      ),
    )
}

async function watchOne(session: Session, id: string, options: Options): Promise<Exit | Failure> {
  const followed = await followPush(session, id, options.timeout ?? usualWaitMs)
  if (!followed.ok) return followed.error
  const { record, exit } = followed.value
  if (record !== undefined) printEnd(session.terminal, options, record)
  return exit
}

async function watchAll(session: Session, options: Options): Promise<Exit | Failure> {
  const { client, terminal } = session
  const signal = watchSignal(session, options.timeout)
  if (options.output === 'table') terminal.progress('waiting for pushes; Ctrl-C ends it')
  const open = () => client.watch('Push', 'Watch', {}, signal)
  for await (const item of keepWatching(session, signal, open)) {
    if (!item.ok) return item.error
    if (options.output === 'table' && exitOf(item.value) === undefined)
      terminal.progress(progressLine(item.value))
    else printEnd(terminal, options, item.value)
  }
  return 'ok'
}

function abort(parent: Command): void {
  withServer(
    withOutput(
      parent
        .command('abort')
        .argument('<id>', idHelp, pushArgument)
        .description('stop a push; what it moved is taken back'),
    ),
  )
    .option('--reason <text>', 'why; kept with the push')
    .option('--dry-run', 'say what would be stopped, change nothing')
    .addHelpText(
      'after',
      '\nExamples:\n  verdigris push abort 7 --reason "wrong service"\n  verdigris push abort push/7 --dry-run',
    )
    .action((id: string, options: Options & { readonly reason?: string; readonly dryRun?: boolean }) =>
      withSession(options, async ({ client, terminal }) => {
        if (options.dryRun === true) {
          const found = await client.call('Push', 'Get', { id })
          if (!found.ok) return found.error
          const isOver = exitOf(found.value) !== undefined
          const what = isOver
            ? `is ${phaseText(found.value)}: nothing to stop`
            : `is ${phaseText(found.value)} and would be stopped`
          if (options.output === 'table') terminal.out(printable(`push ${id} ${what} (dry run)`))
          else printData(terminal, options.output, found.value)
          return isOver ? 'failed' : 'ok'
        }
        const answer = await client.call('Push', 'Abort', { id, reason: options.reason ?? '' })
        if (!answer.ok) return answer.error
        printEnd(terminal, options, answer.value)
        return 'ok'
      }),
    )
}

function printEnd(terminal: Terminal, { output }: OutputOptions, record: PushRecord): void {
  if (output === 'table') for (const line of finalLines(record)) terminal.out(printable(line))
  else printData(terminal, output, record)
}

// verdigris store verify|status|generations|serve|salvage
import type { Command } from 'commander'
import type { Problem } from '../../base/index.ts'
import type { Failure } from '../../client/index.ts'
import { contentProof } from '../../snapshot/index.ts'
import { reportStore, salvageStore } from '../../store/index.ts'
import { type Exit, exitCode } from '../exit-codes.ts'
import { countOption, type OutputOptions, type ServerOptions, withOutput, withServer } from '../options.ts'
import { printData } from '../output/data.ts'
import { facts } from '../output/table.ts'
import { createTerminal, type Terminal } from '../output/terminal.ts'
import { printable } from '../output/words.ts'
import { type Session, withSession } from '../session.ts'
import { printGenerations, printReport, printSalvaged, printStatus } from '../views/store-views.ts'

type Options = OutputOptions & ServerOptions
/** As `verdigris serve` has it. */
const usualDir = './verdigris-data'

export function configure(command: Command): void {
  command.addHelpText(
    'after',
    `
Examples:
  verdigris store verify /var/lib/verdigris
  verdigris store status
  verdigris store generations --group default/edge
  verdigris store serve default/edge --generation 41 --reason "green is sick"
  verdigris store salvage /var/lib/verdigris /var/lib/verdigris-new

What each is for: docs/operations.md.`,
  )
  offline(command)
  online(command)
}

/** Without a server: on the folder of a store that nobody has open. */
function offline(command: Command): void {
  withOutput(
    command
      .command('verify')
      .argument('[dir]', 'folder of the store', process.env.VERDIGRIS_DATA_DIR ?? usualDir)
      .description(
        'check a store that nobody has open; changes nothing. 0: fine, 1: damaged, 2: cannot tell',
      ),
  )
    .addHelpText(
      'after',
      '\nExamples:\n  verdigris store verify /var/lib/verdigris\n  verdigris store verify -o json',
    )
    .action(async (dir: string, options: OutputOptions) => {
      await locally(async (terminal) => {
        const report = await reportStore(dir, contentProof)
        if (!report.ok) {
          refuse(terminal, report.error)
          return 'usage'
        }
        if (options.output === 'table') printReport(terminal, report.value)
        else printData(terminal, options.output, report.value)
        return report.value.state === 'fine' ? 'ok' : report.value.state === 'damaged' ? 'failed' : 'usage'
      })
    })
  withOutput(
    command
      .command('salvage')
      .argument('<dir>', 'folder of the damaged store; it is not changed')
      .argument('<newdir>', 'folder for the new one')
      .description('write what is proven of a damaged store to a new folder, and say what is lost'),
  )
    .addHelpText('after', '\nExamples:\n  verdigris store salvage /var/lib/verdigris /var/lib/verdigris-new')
    .action(async (dir: string, to: string, options: OutputOptions) => {
      await locally(async (terminal) => {
        const salvaged = await salvageStore(dir, to, contentProof)
        if (!salvaged.ok) {
          refuse(terminal, salvaged.error)
          return 'failed'
        }
        if (options.output === 'table') printSalvaged(terminal, salvaged.value)
        else printData(terminal, options.output, salvaged.value)
        return 'ok'
      })
    })
}

async function locally(run: (terminal: Terminal) => Promise<Exit>): Promise<void> {
  process.exitCode = exitCode(await run(createTerminal()))
}

/** What to do next stands in the message, but where there is no store at all. */
function refuse({ say, errorColor }: Terminal, problem: Problem): void {
  say(`${errorColor.red('error:')} ${printable(problem.message)}`)
  if (problem.kind === 'notFound')
    say(`${errorColor.dim('next:')}  give the folder that \`verdigris serve --data-dir\` has`)
}

/** Through the admin API of a running server. */
function online(command: Command): void {
  withServer(
    withOutput(
      command.command('status').description('whether the store takes changes, and what to do if not'),
    ),
  )
    .addHelpText('after', '\nExamples:\n  verdigris store status\n  verdigris store status -o json')
    .action((options: Options) =>
      withSession(options, async ({ client, terminal }) => {
        const answer = await client.call('Store', 'GetStatus', {})
        if (!answer.ok) return answer.error
        if (options.output === 'table') printStatus(terminal, answer.value)
        else printData(terminal, options.output, answer.value)
        return 'ok'
      }),
    )
  withServer(
    withOutput(command.command('generations').alias('gens').description('what is stored to go back to')),
  )
    .option('--group <namespace/name>', 'of one node group', '')
    .addHelpText(
      'after',
      '\nExamples:\n  verdigris store generations\n  verdigris store generations --group default/edge -o json',
    )
    .action((options: Options & { readonly group: string }) =>
      withSession(options, async ({ client, terminal }) => {
        const answer = await client.call('Store', 'ListGenerations', { group: options.group })
        if (!answer.ok) return answer.error
        if (options.output === 'table') printGenerations(terminal, answer.value.generations)
        else printData(terminal, options.output, answer.value.generations)
        return 'ok'
      }),
    )
  withServer(
    withOutput(
      command
        .command('serve')
        .argument('<group>', 'namespace/name of a node group')
        .description(
          'while the store takes no changes: serve a stored generation to all proxies of a group, until the process ends',
        ),
    ),
  )
    .option('--generation <number>', 'default: the newest stored', countOption)
    .requiredOption('--reason <text>', 'why; kept in log and events')
    .option('--dry-run', 'say which generation it would be, change nothing')
    .addHelpText(
      'after',
      '\nExamples:\n  verdigris store serve default/edge --generation 41 --reason "green is sick"',
    )
    .action((group: string, options: ServeOptions) =>
      withSession(options, async ({ client, terminal }) => {
        const { generation, reason } = options
        if (options.dryRun === true) return wouldServe({ client, terminal }, group, options)
        const answer = await client.call('Store', 'ServeGeneration', {
          group,
          reason,
          ...(generation === undefined ? {} : { generation }),
        })
        if (!answer.ok) return answer.error
        const served = answer.value
        if (options.output !== 'table') printData(terminal, options.output, served)
        else
          for (const line of facts([
            ['Group', served.group],
            ['Serves', `generation ${served.content}, as number ${served.generation}`],
            ['Resting', served.resting.join(', ')],
            ['Durable', 'no: the next start serves what the store holds'],
          ]))
            terminal.out(printable(line))
        return 'ok'
      }),
    )
}

type ServeOptions = Options & {
  readonly generation?: number
  readonly reason: string
  readonly dryRun?: boolean
}

/** Whether there is such a generation, and whether the server would take the command at all. */
async function wouldServe(
  { client, terminal }: Pick<Session, 'client' | 'terminal'>,
  group: string,
  { generation, output }: ServeOptions,
): Promise<Exit | Failure> {
  const status = await client.call('Store', 'GetStatus', {})
  if (!status.ok) return status.error
  const stored = await client.call('Store', 'ListGenerations', { group })
  if (!stored.ok) return stored.error
  const { generations } = stored.value
  const newest = Math.max(0, ...generations.map(({ number }) => number))
  const meant = generations.find(({ number }) => number === (generation ?? newest))
  const faults = [
    ...(meant === undefined ? [`${group} has no stored generation ${generation ?? ''}`.trim()] : []),
    ...(status.value.condition === 'WRITABLE'
      ? ['the store takes changes: change what is there instead']
      : []),
  ]
  if (output !== 'table') printData(terminal, output, { group, generation: meant ?? null, faults })
  else if (faults.length === 0) terminal.out(`${group} would be served generation ${meant?.number} (dry run)`)
  for (const fault of output === 'table' ? faults : [])
    terminal.say(`${terminal.errorColor.red('error:')} ${fault}`)
  return faults.length === 0 ? 'ok' : 'failed'
}

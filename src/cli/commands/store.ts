// verdigris store verify|status|generations|serve|salvage
import type { Command } from 'commander'
import type { Problem } from '../../base/index.ts'
import { contentProof } from '../../snapshot/index.ts'
import { reportStore, salvageStore } from '../../store/index.ts'
import { type Exit, exitCode } from '../exit-codes.ts'
import { countOption, type OutputOptions, type ServerOptions, withOutput, withServer } from '../options.ts'
import { printData } from '../output/data.ts'
import { facts } from '../output/table.ts'
import { createTerminal, type Terminal } from '../output/terminal.ts'
import { printable } from '../output/words.ts'
import { withSession } from '../session.ts'
import { printGenerations, printReport, printSalvaged, printStatus } from './store-views.ts'

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
  ).action(async (dir: string, options: OutputOptions) => {
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
  ).action(async (dir: string, to: string, options: OutputOptions) => {
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
  ).action((options: Options) =>
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
    .action((group: string, options: Options & { readonly generation?: number; readonly reason: string }) =>
      withSession(options, async ({ client, terminal }) => {
        const { generation, reason } = options
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

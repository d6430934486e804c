// verdigris restore
import { type Command, Option } from 'commander'
import { changeOptions, finishChange } from '../change.ts'
import { revisionOption } from '../options.ts'
import { printDiff } from '../print-diff.ts'
import { reportFailure } from '../report.ts'
import { withSession } from '../session.ts'
import { type BackOptions, withBack } from './undo.ts'

type Options = BackOptions & {
  readonly to: number
  readonly namespace?: string
  readonly yes?: boolean
}

export function configure(command: Command): void {
  command
    .addOption(
      new Option('--to <revision>', 'r41 or 41: when it was the newest')
        .argParser(revisionOption)
        .makeOptionMandatory(),
    )
    .option('-n, --namespace <name>', 'only the objects of this namespace (default: all)')
    .option('--yes', 'do it; without this, the difference is printed and nothing is done')
  withBack(command)
    .addHelpText(
      'after',
      `
Takes everything back to how it was at a revision, traffic included, as one new
revision. Fences stay where they are. A release that served then and is gone is
named, and the restore refused.

Exit status without --yes: 0 no difference, 1 differences, 2 or more: not
found out.

Examples:
  verdigris restore --to r41                what it would change
  verdigris restore --to r41 --yes --wait
  verdigris restore --to r41 -n shop --yes  one namespace, the others stay`,
    )
    .action((options: Options) =>
      withSession(options, async (session) => {
        const { terminal } = session
        // One that stands in a context says where to look, not how much to take back.
        const isNamed = command.getOptionValueSource('namespace') === 'cli'
        const isMeant = options.yes === true && options.dryRun !== true
        const answer = await session.client.call('Config', 'Restore', {
          revision: options.to,
          namespace: isNamed ? (options.namespace ?? '') : '',
          inPlace: options.inPlace === true,
          allowDrain: options.allowDrain === true,
          options: { ...changeOptions(options), dryRun: !isMeant },
        })
        if (!answer.ok) {
          if (isMeant) return answer.error
          // 1 means differences here, so a refusal must not look like one.
          const exit = reportFailure(terminal, answer.error)
          return exit === 'failed' ? 'usage' : exit
        }
        if (!isMeant) {
          const exit = printDiff(terminal, options.output, answer.value)
          if (exit === 'failed') terminal.say('nothing was done: add --yes to do it')
          return exit
        }
        const headline = options.output === 'table' ? `back at r${options.to}` : undefined
        return finishChange(session, answer.value, { ...options, diff: true }, headline)
      }),
    )
}

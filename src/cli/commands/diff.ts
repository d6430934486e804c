// verdigris diff
import type { Command } from 'commander'
import { exitCode } from '../exit-codes.ts'
import {
  type NamespaceOptions,
  type OutputOptions,
  type ServerOptions,
  withNamespace,
  withOutput,
  withServer,
} from '../options.ts'
import { createTerminal } from '../output/terminal.ts'
import { printDiff } from '../print-diff.ts'
import { readSources } from '../read-files.ts'
import { reportFailure, reportProblem } from '../report.ts'
import { withSession } from '../session.ts'
import { type FileOptions, withFiles } from './files.ts'

type Options = FileOptions &
  OutputOptions &
  NamespaceOptions &
  ServerOptions & { readonly inPlace?: boolean; readonly force?: boolean }

export function configure(command: Command): void {
  withFiles(command).option('--in-place', 'as for apply').option('--force', 'as for apply')
  withServer(withOutput(withNamespace(command)))
    .addHelpText(
      'after',
      `
Exit status: 0 no difference, 1 differences, 2 or more: not found out.

Examples:
  verdigris diff -f shop.yaml
  verdigris diff -f examples/single || echo "there is something to apply"`,
    )
    .action(async (options: Options) => {
      const sources = await readSources(options.filename, options.recursive === true)
      if (!sources.ok) {
        reportProblem(createTerminal(), sources.error)
        process.exitCode = exitCode('usage')
        return
      }
      await withSession(options, async ({ client, terminal }) => {
        const answer = await client.call('Config', 'Diff', {
          sources: sources.value,
          namespace: options.namespace,
          inPlace: options.inPlace === true,
          force: options.force === true,
        })
        if (!answer.ok) {
          // 1 means differences here, so a refusal must not look like one.
          const exit = reportFailure(terminal, answer.error)
          return exit === 'failed' ? 'usage' : exit
        }
        return printDiff(terminal, options.output, answer.value)
      })
    })
}

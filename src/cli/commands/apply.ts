// verdigris apply
import type { Command } from 'commander'
import { changeOptions, finishChange } from '../change.ts'
import { exitCode } from '../exit-codes.ts'
import { type WriteOptions, withWrite } from '../options.ts'
import { createTerminal } from '../output/terminal.ts'
import { readSources } from '../read-files.ts'
import { reportProblem } from '../report.ts'
import { withSession } from '../session.ts'
import { type FileOptions, withFiles } from './files.ts'

type Options = FileOptions & WriteOptions & { readonly inPlace?: boolean; readonly allowDrain?: boolean }

export function configure(command: Command): void {
  withFiles(command)
  command.option(
    '--in-place',
    'accept a new release in an environment that carries traffic (a rolling change)',
  )
  command.option('--allow-drain', 'accept that listeners in use drain (verdigris diff says which)')
  withWrite(command)
    .addHelpText(
      'after',
      `
Examples:
  verdigris apply -f shop.yaml
  verdigris apply -f examples/single --wait --reason "first release"
  cat shop.yaml | verdigris apply -f - --dry-run

Traffic of an existing service is not moved by apply: that do switch, split and
rollback.`,
    )
    .action(async (options: Options) => {
      const sources = await readSources(options.filename, options.recursive === true)
      if (!sources.ok) {
        process.exitCode = exitCode(reportProblem(createTerminal(), sources.error))
        return
      }
      await withSession(options, async (session) => {
        const answer = await session.client.call('Config', 'Apply', {
          sources: sources.value,
          namespace: options.namespace,
          inPlace: options.inPlace === true,
          allowDrain: options.allowDrain === true,
          options: changeOptions(options),
        })
        return answer.ok ? finishChange(session, answer.value, options) : answer.error
      })
    })
}

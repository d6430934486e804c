// verdigris rollback
import type { Command } from 'commander'
import { changeOptions, finishChange } from '../change.ts'
import {
  type ChangeFlags,
  type NamespaceOptions,
  type OutputOptions,
  type ServerOptions,
  withChange,
  withNamespace,
  withOutput,
  withServer,
} from '../options.ts'
import { withSession } from '../session.ts'

type Options = ChangeFlags & OutputOptions & NamespaceOptions & ServerOptions

export function configure(command: Command): void {
  command.argument('<service>')
  withServer(withOutput(withNamespace(withChange(command))))
    .addHelpText(
      'after',
      `
Brings back the traffic of this service as it was before its last move, and
nothing else.

Examples:
  verdigris rollback checkout --wait
  verdigris rollback checkout --dry-run`,
    )
    .action((service: string, options: Options) =>
      withSession(options, async (session) => {
        const answer = await session.client.call('Traffic', 'Rollback', {
          namespace: options.namespace,
          service,
          options: changeOptions(options),
        })
        if (!answer.ok) return answer.error
        const what =
          answer.value.revision === 0 && !answer.value.dryRun ? 'nothing changed' : 'traffic as it was before'
        return finishChange(session, answer.value, options, `${service}: ${what}`)
      }),
    )
}

// verdigris rollback
import type { Command } from 'commander'
import { changeOptions, finishMove } from '../change.ts'
import { type WriteOptions, withWrite } from '../options.ts'
import { withSession } from '../session.ts'
import { serviceArgument } from '../targets.ts'

export function configure(command: Command): void {
  command.argument('<service>', 'its name, or service/NAME', serviceArgument)
  withWrite(command)
    .addHelpText(
      'after',
      `
Brings back the traffic of this service as it was before its last move, and
nothing else.

Examples:
  verdigris rollback checkout --wait
  verdigris rollback checkout --dry-run`,
    )
    .action((service: string, options: WriteOptions) =>
      withSession(options, async (session) => {
        const answer = await session.client.call('Traffic', 'Rollback', {
          namespace: options.namespace,
          service,
          options: changeOptions(options),
        })
        if (!answer.ok) return answer.error
        return finishMove(session, answer.value, options, { service, moved: 'traffic as it was before' })
      }),
    )
}

// verdigris switch
import type { Command } from 'commander'
import { changeOptions, finishMove } from '../change.ts'
import { type WriteOptions, withWrite } from '../options.ts'
import { withSession } from '../session.ts'

type Options = WriteOptions & { readonly etag?: string }

export function configure(command: Command): void {
  command
    .argument('<service>')
    .argument('<environment>', 'where all traffic goes')
    .option('--etag <etag>', 'move only what you have seen (see get traffic -o yaml)')
  withWrite(command)
    .addHelpText(
      'after',
      `
Examples:
  verdigris switch checkout green --wait
  verdigris switch checkout green --reason "release 2.4" --wait -o json
  verdigris rollback checkout --wait`,
    )
    .action((service: string, environment: string, options: Options) =>
      withSession(options, async (session) => {
        const answer = await session.client.call('Traffic', 'Switch', {
          namespace: options.namespace,
          service,
          environment,
          etag: options.etag ?? '',
          options: changeOptions(options),
        })
        if (!answer.ok) return answer.error
        return finishMove(session, answer.value, options, { service, moved: `all traffic to ${environment}` })
      }),
    )
}

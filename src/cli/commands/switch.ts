// verdigris switch
import type { Command } from 'commander'
import { changeOptions, finishMove } from '../change.ts'
import { durationOption, rampOption, type WriteOptions, withWrite } from '../options.ts'
import { withSession } from '../session.ts'
import { serviceArgument } from '../targets.ts'

type Options = WriteOptions & { readonly etag?: string; readonly ramp?: number }

export function configure(command: Command): void {
  command
    .argument('<service>', 'its name, or service/NAME', serviceArgument)
    .argument('<environment>', 'where all traffic goes')
    .option('--ramp <time>', 'move in steps over this time, 500ms to 1h, within one push', durationOption)
    .option('--etag <etag>', 'move only what you have seen (see get traffic -o yaml)')
  withWrite(command)
    .addHelpText(
      'after',
      `
Examples:
  verdigris switch checkout green --wait
  verdigris switch checkout green --ramp 10s --wait
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
          ...rampOption(options),
          options: changeOptions(options),
        })
        if (!answer.ok) return answer.error
        return finishMove(session, answer.value, options, { service, moved: `all traffic to ${environment}` })
      }),
    )
}

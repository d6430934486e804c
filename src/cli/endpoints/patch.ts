// verdigris endpoints patch
import type { Command } from 'commander'
import { several } from '../options.ts'
import { withSession } from '../session.ts'
import { serviceArgument } from '../targets.ts'
import { parseAddresses } from './arguments.ts'
import {
  broken,
  type Change,
  leaseOf,
  optionsOf,
  print,
  type Standing,
  standingOf,
  targetOf,
  withStanding,
  withTarget,
} from './target.ts'

export function patch(command: Command): void {
  withStanding(
    withTarget(
      command
        .command('patch')
        .argument('<service>', 'its name, or service/NAME', serviceArgument)
        .argument('<environment>')
        .description('add, change or renew some endpoints, remove some; the others stay'),
    ),
  )
    .option('--put <address>', 'add it, or change it; may be given several times', several)
    .option(
      '--remove <address>',
      'take it away, with or without its port; may be given several times',
      several,
    )
    .addHelpText(
      'after',
      `
Examples:
  verdigris endpoints patch checkout green --put 10.0.0.9:8080 --ttl 30s
  verdigris endpoints patch checkout green --remove 10.0.0.7 --owner ci`,
    )
    .action(
      (
        service: string,
        environment: string,
        options: Change &
          Standing & { readonly put?: readonly string[]; readonly remove?: readonly string[] },
      ) =>
        withSession(options, async (session) => {
          const put = parseAddresses(options.put ?? [])
          if (!put.ok) return broken(put.error)
          const remove = parseAddresses(options.remove ?? [])
          if (!remove.ok) return broken(remove.error)
          const lease = leaseOf(options)
          if (!lease.ok) return broken(lease.error)
          const answer = await session.client.call('Endpoints', 'Patch', {
            target: targetOf(service, environment, options),
            ...lease.value,
            put: put.value.map((each) => ({ ...each, ...standingOf(options) })),
            remove: remove.value,
            options: optionsOf(options),
          })
          return answer.ok ? print(session, [answer.value], options) : answer.error
        }),
    )
}

// verdigris endpoints drain
import type { Command } from 'commander'
import type { EndpointAddress, Input } from '../../api/index.ts'
import { withSession } from '../session.ts'
import { serviceArgument } from '../targets.ts'
import { parseAddresses } from './arguments.ts'
import { broken, type Change, optionsOf, print, targetOf, withTarget } from './target.ts'

export function drain(command: Command): void {
  withTarget(
    command
      .command('drain')
      .argument('<service>', 'its name, or service/NAME', serviceArgument)
      .argument('<environment>')
      .argument('<address...>', 'with or without its port')
      .description('take endpoints out of use, whoever owns them: no new sessions, the old ones stay'),
  )
    .option('--undo', 'put them back')
    .addHelpText(
      'after',
      `
Examples:
  verdigris endpoints drain checkout green 10.0.0.7:8080
  verdigris endpoints drain checkout green 10.0.0.7 --undo`,
    )
    .action(
      (
        service: string,
        environment: string,
        addresses: readonly string[],
        options: Change & { readonly undo?: boolean },
      ) =>
        withSession(options, async (session) => {
          const found = parseAddresses(addresses)
          if (!found.ok) return broken(found.error)
          const endpoints: readonly Input<EndpointAddress>[] = found.value
          const answer = await session.client.call('Endpoints', 'Drain', {
            target: targetOf(service, environment, options),
            endpoints,
            undo: options.undo === true,
            options: optionsOf(options),
          })
          return answer.ok ? print(session, [answer.value], options) : answer.error
        }),
    )
}

// verdigris endpoints set
import type { Command } from 'commander'
import type { EndpointsAnswer } from '../../api/index.ts'
import { invalid } from '../../base/index.ts'
import type { Failure } from '../../client/index.ts'
import { parseEndpointsFile } from '../../model/index.ts'
import type { Exit } from '../exit-codes.ts'
import { readSources } from '../read-files.ts'
import { type Session, withSession } from '../session.ts'
import { serviceArgument } from '../targets.ts'
import { fromFile, parseAddresses } from './arguments.ts'
import {
  broken,
  type Change,
  leaseOf,
  optionsOf,
  print,
  refused,
  type Standing,
  standingOf,
  targetOf,
  withStanding,
  withTarget,
} from './target.ts'

export function set(command: Command): void {
  withStanding(
    withTarget(
      command
        .command('set')
        .argument('[service]', 'its name, or service/NAME', serviceArgument)
        .argument('[environment]')
        .argument(
          '[address...]',
          '10.0.0.7:8080, [::1]:8080; with several ports 10.0.0.7:http=8080,admin=9000',
        )
        .description('all endpoints that you have in an environment; sent again, it renews their leases'),
    ),
  )
    .option('-f, --filename <path>', 'read them from a file of endpoints; - for stdin')
    .option('--none', 'there are none any more')
    .addHelpText(
      'after',
      `
Examples:
  verdigris endpoints set checkout green 10.0.0.7:8080 --release 2.4
  verdigris endpoints set checkout green 10.0.0.7:8080 --ttl 30s --zone a
  verdigris endpoints set checkout blue --none
  verdigris endpoints set -f endpoints.yaml`,
    )
    .action(
      (
        service: string | undefined,
        environment: string | undefined,
        addresses: readonly string[],
        options: Change & Standing & { readonly filename?: string; readonly none?: boolean },
      ) =>
        withSession(options, async (session) => {
          if (options.filename !== undefined) return setFile(session, options.filename, options)
          if (service === undefined || environment === undefined)
            return refused('', 'wanted a service and an environment, or -f FILE')
          if ((addresses.length === 0) !== (options.none === true))
            return refused('', 'wanted addresses, or --none where there are none any more')
          const found = parseAddresses(addresses)
          if (!found.ok) return broken(found.error)
          const lease = leaseOf(options)
          if (!lease.ok) return broken(lease.error)
          const answer = await session.client.call('Endpoints', 'Set', {
            target: targetOf(service, environment, options),
            ...lease.value,
            endpoints: found.value.map((each) => ({ ...each, ...standingOf(options) })),
            options: optionsOf(options),
          })
          return answer.ok ? print(session, [answer.value], options) : answer.error
        }),
    )
}

/** Every environment of a file, one after another; what the server took before a refusal stays taken. */
async function setFile(session: Session, path: string, options: Change & Standing): Promise<Exit | Failure> {
  const read = await readSources([path], false)
  if (!read.ok) return broken(read.error)
  const lease = leaseOf(options)
  if (!lease.ok) return broken(lease.error)
  const answers: EndpointsAnswer[] = []
  for (const { name, text } of read.value) {
    const parsed = parseEndpointsFile(text, name)
    if ('violations' in parsed) return broken(invalid(parsed.violations))
    for (const entry of parsed.value) {
      const { namespace, service, environment, release = '', incarnation } = entry
      const endpoints = fromFile(entry, name)
      if (!endpoints.ok) return broken(endpoints.error)
      const answer = await session.client.call('Endpoints', 'Set', {
        target: {
          ...{ namespace, service, environment, release },
          ...(incarnation === undefined ? {} : { incarnation }),
        },
        ...lease.value,
        endpoints: endpoints.value,
        options: optionsOf(options),
      })
      if (!answer.ok) return answer.error
      answers.push(answer.value)
    }
  }
  return print(session, answers, options)
}

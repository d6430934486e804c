// verdigris cohort
import { type Command, InvalidArgumentError } from 'commander'
import { changeOptions, finishMove } from '../change.ts'
import { type WriteOptions, withWrite } from '../options.ts'
import { listTraffic } from '../service-traffic.ts'
import { withSession } from '../session.ts'
import { serviceArgument } from '../targets.ts'

type Options = WriteOptions & { readonly etag?: string }

export function configure(command: Command): void {
  command
    .argument('<service>', 'or `list`', serviceArgument)
    .argument('[cohort]', 'as its TrafficPolicy names it; without one, all of them are listed')
    .argument('[state]', 'on or off', onOrOff)
    .option('--etag <etag>', 'move only what you have seen (see get traffic -o yaml)')
  withWrite(command)
    .addHelpText(
      'after',
      `
Sends a named group of requests to its environment, whatever the weights. Who
belongs to it stands in the TrafficPolicy (spec.cohorts).

Examples:
  verdigris cohort checkout testers on --wait
  verdigris cohort checkout testers off --reason "seen enough"
  verdigris cohort list checkout
  verdigris cohort list`,
    )
    .action((service: string, cohort: string | undefined, state: boolean | undefined, options: Options) => {
      const listed = service === 'list' && state === undefined
      if (listed || cohort === undefined) return list(listed ? cohort : service, options)
      if (state === undefined) command.error('error: wanted "on" or "off" after the name of the cohort')
      return withSession(options, async (session) => {
        const answer = await session.client.call('Traffic', 'Set', {
          namespace: options.namespace,
          service,
          cohorts: Object.fromEntries([[cohort, state === true]]),
          etag: options.etag ?? '',
          options: changeOptions(options),
        })
        if (!answer.ok) return answer.error
        const moved = `cohort ${cohort} ${state === true ? 'on' : 'off'}`
        return finishMove(session, answer.value, options, { service, moved })
      })
    })
}

export function onOrOff(text: string): boolean {
  if (text === 'on' || text === 'off') return text === 'on'
  throw new InvalidArgumentError('Wanted on or off.')
}

const list = (service: string | undefined, options: Options) =>
  listTraffic(service, options, {
    items: ({ cohorts }) => cohorts,
    columns: [{ title: 'COHORT' }, { title: 'ENVIRONMENT' }, { title: 'STATE' }],
    cells: ({ cohort, environment, wanted, applied }) => [
      cohort,
      environment,
      wanted === applied ? (wanted ? 'on' : 'off') : wanted ? 'going on' : 'going off',
    ],
    name: ({ cohort }) => cohort,
  })

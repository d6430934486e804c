// verdigris mirror
import { type Command, InvalidArgumentError } from 'commander'
import { changeOptions, finishMove } from '../change.ts'
import { type WriteOptions, withWrite } from '../options.ts'
import { shareText } from '../output/words.ts'
import { listTraffic } from '../service-traffic.ts'
import { withSession } from '../session.ts'
import { serviceArgument } from '../targets.ts'
import { onOrOff } from './cohort.ts'

type Options = WriteOptions & { readonly etag?: string; readonly percent?: number }

export function configure(command: Command): void {
  command
    .argument('<service>', 'or `list`', serviceArgument)
    .argument('[mirror]', 'as its TrafficPolicy names it; without one, all of them are listed')
    .argument('[state]', 'on or off', onOrOff)
    .option('--percent <percent>', 'copy so many of the requests (default: as the policy says)', percent)
    .option('--etag <etag>', 'move only what you have seen (see get traffic -o yaml)')
  withWrite(command)
    .addHelpText(
      'after',
      `
Copies requests for another environment; clients get the answers of the one
that serves. What is copied stands in the TrafficPolicy (spec.mirrors).

Examples:
  verdigris mirror checkout try-green on --wait
  verdigris mirror checkout try-green --percent 5 --reason "first look"
  verdigris mirror checkout try-green off
  verdigris mirror list checkout`,
    )
    .action((service: string, mirror: string | undefined, state: boolean | undefined, options: Options) => {
      const listed = service === 'list' && state === undefined && options.percent === undefined
      if (listed || mirror === undefined) return list(listed ? mirror : service, options)
      const on = state ?? (options.percent === undefined ? undefined : true)
      if (on === undefined)
        command.error('error: wanted "on", "off" or --percent after the name of the mirror')
      if (on === false && options.percent !== undefined)
        command.error('error: wanted no --percent with "off"')
      const share = options.percent ?? 0
      return withSession(options, async (session) => {
        const answer = await session.client.call('Traffic', 'Set', {
          namespace: options.namespace,
          service,
          mirrors: Object.fromEntries([[mirror, { on: on === true, share }]]),
          etag: options.etag ?? '',
          options: changeOptions(options),
        })
        if (!answer.ok) return answer.error
        const moved = `mirror ${mirror} ${on === true ? (share === 0 ? 'on' : `at ${shareText(share)}`) : 'off'}`
        return finishMove(session, answer.value, options, { service, moved })
      })
    })
}

/** `25` → 2,500 of 10,000. */
function percent(text: string): number {
  const share = /^\d{1,3}(\.\d{1,2})?%?$/.test(text) ? Math.round(Number.parseFloat(text) * 100) : 0
  if (share >= 1 && share <= 10_000) return share
  throw new InvalidArgumentError('Wanted 0.01 to 100, two decimals at most.')
}

const list = (service: string | undefined, options: Options) => {
  const text = (share: number): string => (share === 0 ? 'off' : shareText(share))
  return listTraffic(service, options, {
    items: ({ mirrors }) => mirrors,
    columns: ['MIRROR', 'FROM', 'TO', 'COPIES'].map((title) => ({ title })),
    cells: ({ mirror, from, to, wanted, applied }) => [
      ...[mirror, from, to],
      wanted === applied ? text(wanted) : `${text(applied)} → ${text(wanted)}`,
    ],
    name: ({ mirror }) => mirror,
  })
}

// verdigris split
import { type Command, InvalidArgumentError } from 'commander'
import { changeOptions, finishMove } from '../change.ts'
import { durationOption, rampOption, type WriteOptions, withWrite } from '../options.ts'
import { shares } from '../output/words.ts'
import { withSession } from '../session.ts'
import { serviceArgument } from '../targets.ts'

type Options = WriteOptions & { readonly etag?: string; readonly ramp?: number }

export function configure(command: Command): void {
  command
    .argument('<service>', 'its name, or service/NAME', serviceArgument)
    .argument('<environment=percent...>', 'shares that add up to 100; two decimals at most', addShare)
    .option('--ramp <time>', 'move in steps over this time, 500ms to 1h, within one push', durationOption)
    .option('--etag <etag>', 'move only what you have seen (see get traffic -o yaml)')
  withWrite(command)
    .addHelpText(
      'after',
      `
Examples:
  verdigris split checkout blue=90 green=10 --wait
  verdigris split checkout blue=50 green=50 --ramp 1m --wait
  verdigris split checkout blue=99.5 green=0.5 --reason "first look"`,
    )
    .action((service: string, weights: Readonly<Record<string, number>>, options: Options) => {
      const sum = Object.values(weights).reduce((total, weight) => total + weight, 0)
      if (sum !== 10_000) {
        command.error(`error: shares add up to ${sum / 100}, wanted 100: ${shares(weights)}`)
      }
      return withSession(options, async (session) => {
        const answer = await session.client.call('Traffic', 'Split', {
          namespace: options.namespace,
          service,
          weights,
          etag: options.etag ?? '',
          ...rampOption(options),
          options: changeOptions(options),
        })
        if (!answer.ok) return answer.error
        return finishMove(session, answer.value, options, { service, moved: shares(weights) })
      })
    })
}

/** `blue=90` → 9,000 of 10,000, joined to the shares before it. */
export function addShare(
  text: string,
  before: Readonly<Record<string, number>> | undefined,
): Readonly<Record<string, number>> {
  const match = /^([^=]{1,63})=(\d{1,3}(?:\.\d{1,2})?)%?$/.exec(text)
  const [, environment = '', percent = ''] = match ?? []
  if (match === null)
    throw new InvalidArgumentError('Wanted ENVIRONMENT=PERCENT, such as blue=90 or green=0.5.')
  const weight = Math.round(Number(percent) * 100)
  if (weight < 1) throw new InvalidArgumentError(`Leave ${environment} out instead of giving it nothing.`)
  if (weight > 10_000) throw new InvalidArgumentError('Wanted at most 100.')
  if (before !== undefined && Object.hasOwn(before, environment)) {
    throw new InvalidArgumentError(`${environment} is there twice.`)
  }
  return Object.fromEntries([...Object.entries(before ?? {}), [environment, weight]])
}

// verdigris fence
import { type Command, InvalidArgumentError } from 'commander'
import { changeOptions, finishMove } from '../change.ts'
import { type WriteOptions, withWrite } from '../options.ts'
import { msOf } from '../output/plain.ts'
import { age } from '../output/words.ts'
import { listTraffic } from '../service-traffic.ts'
import { withSession } from '../session.ts'
import { serviceArgument } from '../targets.ts'

export function configure(command: Command): void {
  command
    .argument('<service>', 'or `list`, or `remove`', serviceArgument)
    .argument('[name]', 'the service, after `list` or `remove`', serviceArgument)
    .argument('[fence]', 'after `remove`: its number, as `list` shows it', fenceNumber)
  withWrite(command)
    .addHelpText(
      'after',
      `
Says that a contract migration is done. From now on traffic does not go back,
by switch, split, cohort or rollback, to what has carried it before and does
not now, unless --force. --reason says what was done; new releases are free.

Examples:
  verdigris fence checkout --reason "orders.v2 migration"
  verdigris fence list checkout
  verdigris fence remove checkout 1 --reason "migration undone"`,
    )
    .action((first: string, name: string | undefined, fence: number | undefined, options: WriteOptions) => {
      if (first === 'list' && name !== undefined && fence === undefined) return list(name, options)
      if (first === 'remove' && name !== undefined) {
        if (fence === undefined) command.error(`error: wanted the number of the fence (fence list ${name})`)
        return remove(name, fence ?? 0, options)
      }
      if (name !== undefined)
        command.error('error: wanted one service, `list SERVICE` or `remove SERVICE ID`')
      if ((options.reason ?? '').trim() === '')
        command.error('error: wanted --reason: whoever is refused by the fence reads it')
      return withSession(options, async (session) => {
        const answer = await session.client.call('Traffic', 'Fence', {
          namespace: options.namespace,
          service: first,
          options: changeOptions(options),
        })
        if (!answer.ok) return answer.error
        return finishMove(session, answer.value, options, { service: first, moved: 'fenced' })
      })
    })
}

function fenceNumber(text: string): number {
  const number = Number(text)
  if (Number.isSafeInteger(number) && number >= 1) return number
  throw new InvalidArgumentError('Wanted the number of a fence, from 1 on.')
}

const remove = (service: string, fence: number, options: WriteOptions) =>
  withSession(options, async (session) => {
    const answer = await session.client.call('Traffic', 'RemoveFence', {
      namespace: options.namespace,
      service,
      fence,
      options: changeOptions(options),
    })
    if (!answer.ok) return answer.error
    return finishMove(session, answer.value, options, { service, moved: `fence ${fence} removed` })
  })

const list = (service: string, options: WriteOptions) => {
  const now = Date.now()
  return listTraffic(service, options, {
    items: ({ fences }) => fences,
    columns: [
      { title: 'FENCE' },
      { title: 'BEFORE', shrinks: true },
      { title: 'AGE' },
      { title: 'ACTOR', shrinks: true },
      { title: 'REASON', shrinks: true },
    ],
    cells: ({ id, incarnations, at, actor, text }) => [
      String(id),
      Object.entries(incarnations)
        .map(([environment, number]) => `${environment}.${number}`)
        .join(', '),
      at === null ? '' : age(now - msOf(at)),
      actor,
      text,
    ],
    name: ({ id }) => String(id),
  })
}

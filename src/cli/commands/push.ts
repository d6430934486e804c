// verdigris push list|get|watch|abort
import type { Command } from 'commander'
import type { PushRecord } from '../../api/index.ts'
import { exitOf, finalLines, followPush, phaseText, progressLine, whatIsRefused } from '../follow-push.ts'
import { objectName } from '../object-names.ts'
import { countOption, type OutputOptions, type ServerOptions, withOutput, withServer } from '../options.ts'
import { printData } from '../output/data.ts'
import { msOf } from '../output/plain.ts'
import { facts, table } from '../output/table.ts'
import type { Terminal } from '../output/terminal.ts'
import { age, phaseWord, printable, proxies, span } from '../output/words.ts'
import { usualWaitMs, withSession } from '../session.ts'

type Options = OutputOptions & ServerOptions

export function configure(command: Command): void {
  command.addHelpText(
    'after',
    `
Examples:
  verdigris push list
  verdigris push get 7 -o yaml
  verdigris push watch          every push, without end
  verdigris push watch 7        to its end, which the exit status tells
  verdigris push abort 7 --reason "wrong service"`,
  )
  withServer(withOutput(command.command('list').alias('ls').description('the newest pushes')))
    .option('--limit <count>', 'newest so many', countOption, 20)
    .action((options: Options & { readonly limit: number }) =>
      withSession(options, async ({ client, terminal }) => {
        const answer = await client.call('Push', 'List', { limit: options.limit })
        if (!answer.ok) return answer.error
        if (options.output === 'table') printList(terminal, answer.value.pushes)
        else printData(terminal, options.output, answer.value.pushes)
        return 'ok'
      }),
    )
  withServer(
    withOutput(command.command('get').argument('<id>').description('one push: where it stands, what it met')),
  ).action((id: string, options: Options) =>
    withSession(options, async ({ client, terminal }) => {
      const answer = await client.call('Push', 'Get', { id })
      if (!answer.ok) return answer.error
      if (options.output === 'table') printOne(terminal, answer.value)
      else printData(terminal, options.output, answer.value)
      return 'ok'
    }),
  )
  withServer(
    withOutput(
      command.command('watch').argument('[id]').description('follow a push to its end, or all of them'),
    ),
  ).action((id: string | undefined, options: Options) =>
    withSession(options, async (session) => {
      const { client, terminal, signal } = session
      if (id !== undefined) {
        const followed = await followPush(session, id, options.timeout ?? usualWaitMs)
        if (!followed.ok) return followed.error
        const { record, exit } = followed.value
        if (record === undefined) return exit
        if (options.output === 'table') for (const line of finalLines(record)) terminal.out(printable(line))
        else printData(terminal, options.output, record)
        return exit
      }
      if (options.output === 'table') terminal.progress('waiting for pushes; Ctrl-C ends it')
      for await (const item of client.watch('Push', 'Watch', {}, signal)) {
        if (!item.ok) return item.error
        if (options.output !== 'table') printData(terminal, options.output, item.value)
        else if (exitOf(item.value) === undefined) terminal.progress(progressLine(item.value))
        else for (const line of finalLines(item.value)) terminal.out(printable(line))
      }
      return 'ok'
    }),
  )
  withServer(
    withOutput(
      command.command('abort').argument('<id>').description('stop a push; what it moved is taken back'),
    ),
  )
    .option('--reason <text>', 'why; kept with the push')
    .action((id: string, options: Options & { readonly reason?: string }) =>
      withSession(options, async ({ client, terminal }) => {
        const answer = await client.call('Push', 'Abort', { id, reason: options.reason ?? '' })
        if (!answer.ok) return answer.error
        if (options.output === 'table')
          for (const line of finalLines(answer.value)) terminal.out(printable(line))
        else printData(terminal, options.output, answer.value)
        return 'ok'
      }),
    )
}

function printList(terminal: Terminal, pushes: readonly PushRecord[]): void {
  const now = Date.now()
  const rows = pushes.map((push) => {
    const nodes = push.groups.reduce((sum, group) => sum + group.nodes, 0)
    const there = push.groups.reduce((sum, group) => sum + group.switchedNodes, 0)
    return [
      push.id,
      phaseWord(push.phase),
      push.verb,
      `r${push.revision}`,
      `${there}/${nodes}`,
      push.timings?.lastAckMs === undefined ? '' : span(push.timings.lastAckMs),
      push.startedAt === null ? '' : age(now - msOf(push.startedAt)),
      push.actor,
      push.verdict === '' ? push.reason : push.verdict,
    ]
  })
  const columns = [
    { title: 'PUSH' },
    { title: 'PHASE' },
    { title: 'VERB' },
    { title: 'REVISION' },
    { title: 'PROXIES', alignRight: true },
    { title: 'TOOK', alignRight: true },
    { title: 'AGE', alignRight: true },
    { title: 'ACTOR', shrinks: true },
    { title: 'REASON', shrinks: true },
  ]
  for (const line of table(columns, rows, terminal.width, terminal.color.bold)) terminal.out(line)
}

function printOne(terminal: Terminal, push: PushRecord): void {
  const { timings } = push
  const at = (ms: number | undefined): string => (ms === undefined ? '' : span(ms))
  const lines = facts([
    ['Push', push.id],
    ['Phase', `${phaseText(push)}${push.verdict === '' ? '' : `: ${push.verdict}`}`],
    [
      'Revision',
      `r${push.revision}${push.compensatedBy > 0 ? `, taken back by r${push.compensatedBy}` : ''}`,
    ],
    ['Verb', push.verb],
    ['Actor', push.actor],
    ['Reason', push.reason],
    ['Objects', push.objects.map(objectName).join(', ')],
    ['Committed', at(timings?.committedMs)],
    ['Prepared', at(timings?.preparedMs)],
    ['Decided', at(timings?.decidedMs)],
    ['First ACK', at(timings?.firstAckMs)],
    ['Last ACK', at(timings?.lastAckMs)],
    ['Flushing', at(timings?.flushMs)],
  ])
  for (const line of lines) terminal.out(printable(line))
  for (const group of push.groups) {
    terminal.out(
      printable(
        `Group ${group.group}: ${proxies(group.nodes)}, ${group.preparedNodes} prepared, ${group.switchedNodes} switched; generation ${group.before} → ${[group.prepared, group.switched].filter((one) => one !== undefined).join(' → ') || '…'}`,
      ),
    )
    for (const waits of group.heldUpBy) terminal.out(printable(`  waits for ${waits}`))
  }
  for (const refusal of push.refusals) {
    terminal.out(printable(`Refused by ${refusal.node} (${whatIsRefused(refusal)}): ${refusal.detail}`))
  }
}

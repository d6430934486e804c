// verdigris proxy
import type { Command } from 'commander'
import { shortType } from '../follow-push.ts'
import { type OutputOptions, type ServerOptions, withOutput, withServer } from '../options.ts'
import { printData } from '../output/data.ts'
import { isoTime } from '../output/plain.ts'
import { facts, table } from '../output/table.ts'
import { printable } from '../output/words.ts'
import { withSession } from '../session.ts'
import { stateOf } from './proxies.ts'

export function configure(command: Command): void {
  command.argument('<node>', 'its node id')
  withServer(withOutput(command))
    .addHelpText(
      'after',
      `
Examples:
  verdigris proxy edge-1
  verdigris proxy edge-1 -o yaml`,
    )
    .action((id: string, options: OutputOptions & ServerOptions) =>
      withSession(options, async ({ client, terminal }) => {
        const answer = await client.call('Nodes', 'Get', { id })
        if (!answer.ok) return answer.error
        const node = answer.value
        if (options.output !== 'table') {
          printData(terminal, options.output, node)
          return 'ok'
        }
        const { locality } = node
        const lines = facts([
          ['Node', node.id],
          ['State', stateOf(node)],
          ['Group', node.group === '' ? 'none: no node group selects it, so it is held' : node.group],
          ['Cluster', node.cluster],
          ['Agent', node.agent],
          [
            'Locality',
            [locality?.region, locality?.zone, locality?.subZone].filter((part) => part).join(' / '),
          ],
          [
            'Metadata',
            Object.entries(node.metadata)
              .map(([key, value]) => `${key}=${value}`)
              .join(', '),
          ],
          [
            'Generation',
            node.holds === undefined ? `none of ${node.newest}` : `${node.holds} of ${node.newest}`,
          ],
          ['Last seen', node.lastSeen === null ? '' : isoTime(node.lastSeen)],
          ...node.streams.map((stream): [string, string] => [
            'Stream',
            `${stream.variant.toLowerCase()} from ${stream.peer}${stream.since === null ? '' : ` since ${isoTime(stream.since)}`}`,
          ]),
        ])
        for (const line of lines) terminal.out(printable(line))
        const rows = node.types.map((type) => [
          shortType(type.typeUrl),
          type.holds === undefined ? '-' : String(type.holds),
          type.sent === undefined ? '-' : String(type.sent),
          String(type.resources),
          type.version,
          node.group === ''
            ? 'held'
            : type.nack !== null
              ? 'refused'
              : type.unwarmed.length > 0
                ? `${type.unwarmed.length} warming`
                : type.holds === undefined
                  ? 'not ACKed'
                  : 'ok',
        ])
        const columns = [
          { title: 'TYPE' },
          { title: 'HOLDS', alignRight: true },
          { title: 'LAST SENT', alignRight: true },
          { title: 'RESOURCES', alignRight: true },
          { title: 'VERSION', shrinks: true },
          { title: 'STATE' },
        ]
        terminal.out('')
        for (const line of table(columns, rows, terminal.width, terminal.color.bold)) terminal.out(line)
        for (const { typeUrl, nack, unwarmed } of node.types) {
          if (nack !== null)
            terminal.out(
              printable(`\n${shortType(typeUrl)} of generation ${nack.generation} refused: ${nack.detail}`),
            )
          if (unwarmed.length > 0)
            terminal.out(printable(`\n${shortType(typeUrl)} warming: ${unwarmed.join(', ')}`))
        }
        return 'ok'
      }),
    )
}

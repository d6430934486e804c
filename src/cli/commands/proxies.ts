// verdigris proxies
import type { Command } from 'commander'
import type { Node } from '../../api/index.ts'
import { type OutputOptions, type ServerOptions, withOutput, withServer } from '../options.ts'
import { printData } from '../output/data.ts'
import { msOf } from '../output/plain.ts'
import { table } from '../output/table.ts'
import { age } from '../output/words.ts'
import { withSession } from '../session.ts'

type Options = OutputOptions & ServerOptions & { readonly group?: string }

export function configure(command: Command): void {
  command.option('--group <namespace/name>', 'only those of a node group')
  withServer(withOutput(command))
    .addHelpText(
      'after',
      `
Examples:
  verdigris proxies
  verdigris proxies --group default/edge -o json`,
    )
    .action((options: Options) =>
      withSession(options, async ({ client, terminal }) => {
        const nodes: Node[] = []
        let pageToken = ''
        do {
          const answer = await client.call('Nodes', 'List', { group: options.group ?? '', pageToken })
          if (!answer.ok) return answer.error
          nodes.push(...answer.value.nodes)
          pageToken = answer.value.nextPageToken
        } while (pageToken !== '')
        if (options.output !== 'table') {
          printData(terminal, options.output, nodes)
          return 'ok'
        }
        const now = Date.now()
        const rows = nodes.map((node) => [
          node.id,
          node.group === '' ? '-' : node.group,
          node.streams.map((stream) => stream.variant.toLowerCase()).join('+') || '-',
          stateOf(node),
          node.holds === undefined ? '-' : `${node.holds} of ${node.newest}`,
          node.lastSeen === null ? '' : age(now - msOf(node.lastSeen)),
          node.agent,
        ])
        const columns = [
          { title: 'NODE', shrinks: true },
          { title: 'GROUP', shrinks: true },
          { title: 'STREAM' },
          { title: 'STATE' },
          { title: 'GENERATION' },
          { title: 'SEEN', alignRight: true },
          { title: 'AGENT', shrinks: true },
        ]
        for (const line of table(columns, rows, terminal.width, terminal.color.bold)) terminal.out(line)
        if (nodes.length === 0)
          terminal.say('no proxy was seen yet: give one a bootstrap with `verdigris bootstrap --node-id …`')
        return 'ok'
      }),
    )
}

/** One word for how a proxy stands. */
export function stateOf(node: Node): string {
  if (!node.connected) return 'gone'
  if (node.group === '') return 'no group'
  if (node.types.some((type) => type.nack !== null)) return 'refused'
  if (node.types.some((type) => type.unwarmed.length > 0)) return 'warming'
  return node.holds === node.newest ? 'current' : 'behind'
}

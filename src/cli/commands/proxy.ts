// verdigris proxy
import type { Command } from 'commander'
import { type OutputOptions, readerFormats, type ServerOptions, withOutput, withServer } from '../options.ts'
import { printData } from '../output/data.ts'
import { printListing } from '../output/listing.ts'
import { withSession } from '../session.ts'
import { bareArgument } from '../targets.ts'
import { nodeListing, printNode } from '../views/node-views.ts'

export function configure(command: Command): void {
  command.argument('<node>', 'its node id, or proxy/ID', bareArgument('proxy', 'node'))
  withServer(withOutput(command, readerFormats))
    .addHelpText(
      'after',
      `
Examples:
  verdigris proxy edge-1
  verdigris proxy edge-1 -o yaml
  verdigris proxies -o name | xargs -n1 verdigris proxy`,
    )
    .action((id: string, options: OutputOptions & ServerOptions) =>
      withSession(options, async ({ client, terminal }) => {
        const answer = await client.call('Nodes', 'Get', { id })
        if (!answer.ok) return answer.error
        const { output } = options
        if (output === 'table') printNode(terminal, answer.value)
        else if (output === 'json' || output === 'yaml') printData(terminal, output, answer.value)
        else printListing(terminal, output, [answer.value], nodeListing(true))
        return 'ok'
      }),
    )
}

// verdigris proxies
import type { Command } from 'commander'
import { type OutputOptions, readerFormats, type ServerOptions, withOutput, withServer } from '../options.ts'
import { printListing } from '../output/listing.ts'
import { readNodes } from '../read-nodes.ts'
import { withSession } from '../session.ts'
import { nodeListing, nodeState } from '../views/node-views.ts'
import { isWatching, type WatchFlags, watchListing, withWatch } from '../watching.ts'

type Options = OutputOptions & ServerOptions & WatchFlags & { readonly group?: string }

export function configure(command: Command): void {
  command.option('--group <namespace/name>', 'only those of a node group')
  withServer(withOutput(withWatch(command), readerFormats))
    .addHelpText(
      'after',
      `
Examples:
  verdigris proxies
  verdigris proxies -w
  verdigris proxies --group default/edge -o json`,
    )
    .action((options: Options) =>
      withSession(options, async (session) => {
        const { client, terminal } = session
        const listing = nodeListing(options.output === 'wide')
        const read = () => readNodes(client, options.group)
        if (isWatching(options))
          return watchListing(session, options, listing, read, ({ id }) => id, nodeState)
        const nodes = await read()
        if (!nodes.ok) return nodes.error
        printListing(terminal, options.output, nodes.value, listing)
        const isTable = options.output === 'table' || options.output === 'wide'
        if (isTable && nodes.value.length === 0)
          terminal.say('no proxy was seen yet: give one a bootstrap with `verdigris bootstrap --node-id …`')
        return 'ok'
      }),
    )
}

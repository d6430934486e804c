// verdigris endpoints list
import { type Command, Option } from 'commander'
import type { EndpointStatus } from '../../api/index.ts'
import { ok, type Result } from '../../base/index.ts'
import type { AdminClient, Failure } from '../../client/index.ts'
import { readerFormats, withNamespace, withOutput, withServer } from '../options.ts'
import { printListing } from '../output/listing.ts'
import { withSession } from '../session.ts'
import { serviceArgument } from '../targets.ts'
import { endpointId, endpointListing, endpointState } from '../views/endpoint-views.ts'
import { isWatching, type WatchFlags, watchListing, withWatch } from '../watching.ts'
import type { Common } from './target.ts'

type Options = Common & WatchFlags & { readonly owner?: string }

export function list(command: Command): void {
  withServer(
    withOutput(
      withNamespace(
        withWatch(
          command
            .command('list')
            .argument('[service]', 'its name, or service/NAME', serviceArgument)
            .argument('[environment]')
            .description('static and registered endpoints, and how each stands'),
        ),
      ),
      readerFormats,
    ),
  )
    .addOption(new Option('--owner <name>', 'only those of an owner'))
    .addHelpText(
      'after',
      `
Examples:
  verdigris endpoints list
  verdigris endpoints list checkout green -o wide
  verdigris endpoints list checkout -w
  verdigris endpoints list --owner ci -o json`,
    )
    .action((service: string | undefined, environment: string | undefined, options: Options) =>
      withSession(options, async (session) => {
        const { client, terminal } = session
        const listing = endpointListing(options.output === 'wide')
        const read = () => readEndpoints(client, service, environment, options)
        if (isWatching(options))
          return watchListing(session, options, listing, read, endpointId, endpointState)
        const found = await read()
        if (!found.ok) return found.error
        printListing(terminal, options.output, found.value, listing)
        const isTable = options.output === 'table' || options.output === 'wide'
        if (isTable && found.value.length === 0) terminal.say('no endpoint is declared or registered there')
        return 'ok'
      }),
    )
}

async function readEndpoints(
  client: AdminClient,
  service = '',
  environment = '',
  { namespace, owner = '' }: Options,
): Promise<Result<readonly EndpointStatus[], Failure>> {
  const found: EndpointStatus[] = []
  let pageToken = ''
  do {
    const request = { namespace, service, environment, owner, pageToken }
    const answer = await client.call('Endpoints', 'List', request)
    if (!answer.ok) return answer
    found.push(...answer.value.endpoints)
    pageToken = answer.value.nextPageToken
  } while (pageToken !== '')
  return ok(found)
}

// verdigris history
import type { Command } from 'commander'
import { fromStruct, type Revision } from '../../api/index.ts'
import { objectName } from '../object-names.ts'
import {
  countOption,
  type NamespaceOptions,
  type OutputOptions,
  readerFormats,
  type ServerOptions,
  withNamespace,
  withOutput,
  withServer,
} from '../options.ts'
import { type Listing, printListing } from '../output/listing.ts'
import { isoTime, msOf } from '../output/plain.ts'
import { age } from '../output/words.ts'
import { withSession } from '../session.ts'
import { serviceArgument } from '../targets.ts'
import { trafficText } from '../views/kind-views.ts'

type Options = NamespaceOptions & OutputOptions & ServerOptions & { readonly limit: number }

export function configure(command: Command): void {
  command
    .argument('<service>', 'its name, or service/NAME', serviceArgument)
    .option('--limit <count>', 'newest so many', countOption, 20)
  withServer(withOutput(withNamespace(command), readerFormats))
    .addHelpText(
      'after',
      `
Examples:
  verdigris history checkout
  verdigris history checkout --limit 3 -o yaml
  verdigris undo $(verdigris history checkout --limit 1 -o name) --dry-run`,
    )
    .action((service: string, options: Options) =>
      withSession(options, async ({ client, terminal }) => {
        const known = await client.call('Traffic', 'Get', { namespace: options.namespace, service })
        const answer = await client.call('Config', 'ListRevisions', {
          namespace: options.namespace,
          kinds: ['Service', 'TrafficPolicy', 'Traffic'],
          name: service,
          limit: options.limit,
          includeObjects: true,
        })
        if (!answer.ok) return answer.error
        const { revisions } = answer.value
        // A deleted service still has a history; one that never was has none.
        if (revisions.length === 0 && !known.ok) return known.error
        printListing(terminal, options.output, revisions, revisionListing(service, options.output === 'wide'))
        return 'ok'
      }),
    )
}

/** A row for each revision. */
const revisionListing = (service: string, isWide: boolean): Listing<Revision> => ({
  columns: [
    { title: 'REVISION' },
    { title: 'AGE' },
    { title: 'VERB' },
    { title: 'TRAFFIC', shrinks: true },
    { title: 'ACTOR', shrinks: true },
    { title: 'PUSH' },
    { title: 'REASON', shrinks: true },
    ...(isWide ? [{ title: 'AT' }, { title: 'REQUEST ID' }, { title: 'OBJECTS' }] : []),
  ],
  rows: (revision) => [
    [
      `r${revision.number}`,
      revision.at === null ? '' : age(Date.now() - msOf(revision.at)),
      revision.verb,
      trafficIn(revision, service),
      revision.actor,
      revision.push,
      revision.reason,
      ...(isWide
        ? [
            revision.at === null ? '' : isoTime(revision.at),
            revision.requestId,
            revision.objects.map(({ key }) => objectName(key)).join(', '),
          ]
        : []),
    ],
  ],
  // As undo and restore take it.
  name: ({ number }) => `r${number}`,
})

/** The traffic that a revision gave the service; empty when it did not move it. */
function trafficIn(revision: Revision, service: string): string {
  const moved = revision.objects.find(({ key }) => key?.kind === 'Traffic' && key.name === service)
  const manifest = moved?.object?.manifest
  if (manifest === undefined || manifest === null) return ''
  const { spec } = fromStruct(manifest)
  return trafficText(spec)
}

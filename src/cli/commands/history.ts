// verdigris history
import type { Command } from 'commander'
import { fromStruct, type Revision } from '../../api/index.ts'
import { trafficText } from '../kind-views.ts'
import {
  countOption,
  type NamespaceOptions,
  type OutputOptions,
  type ServerOptions,
  withNamespace,
  withOutput,
  withServer,
} from '../options.ts'
import { printData } from '../output/data.ts'
import { msOf } from '../output/plain.ts'
import { table } from '../output/table.ts'
import { age } from '../output/words.ts'
import { withSession } from '../session.ts'
import { serviceArgument } from '../targets.ts'

type Options = NamespaceOptions & OutputOptions & ServerOptions & { readonly limit: number }

export function configure(command: Command): void {
  command
    .argument('<service>', 'its name, or service/NAME', serviceArgument)
    .option('--limit <count>', 'newest so many', countOption, 20)
  withServer(withOutput(withNamespace(command)))
    .addHelpText(
      'after',
      `
Examples:
  verdigris history checkout
  verdigris history checkout --limit 3 -o yaml`,
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
        if (options.output !== 'table') {
          printData(terminal, options.output, revisions)
          return 'ok'
        }
        const now = Date.now()
        const rows = revisions.map((revision) => [
          `r${revision.number}`,
          revision.at === null ? '' : age(now - msOf(revision.at)),
          revision.verb,
          trafficIn(revision, service),
          revision.actor,
          revision.push,
          revision.reason,
        ])
        const columns = [
          { title: 'REVISION' },
          { title: 'AGE' },
          { title: 'VERB' },
          { title: 'TRAFFIC', shrinks: true },
          { title: 'ACTOR', shrinks: true },
          { title: 'PUSH' },
          { title: 'REASON', shrinks: true },
        ]
        for (const line of table(columns, rows, terminal.width, terminal.color.bold)) terminal.out(line)
        return 'ok'
      }),
    )
}

/** The traffic that a revision gave the service; empty when it did not move it. */
function trafficIn(revision: Revision, service: string): string {
  const moved = revision.objects.find(({ key }) => key?.kind === 'Traffic' && key.name === service)
  const manifest = moved?.object?.manifest
  if (manifest === undefined || manifest === null) return ''
  const { spec } = fromStruct(manifest)
  return trafficText(spec)
}

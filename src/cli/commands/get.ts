// verdigris get
import type { Command } from 'commander'
import { type ConfigObject, fromStruct } from '../../api/index.ts'
import { err, type Json, ok, type Result } from '../../base/index.ts'
import type { AdminClient, Failure } from '../../client/index.ts'
import type { Kind } from '../../model/index.ts'
import { objectName } from '../change.ts'
import { kindList, kindNames, kindOf } from '../kind-names.ts'
import { at, kindViews, type Shown } from '../kind-views.ts'
import {
  type NamespaceOptions,
  type OutputOptions,
  type ServerOptions,
  withNamespace,
  withOutput,
  withServer,
} from '../options.ts'
import { dataText } from '../output/data.ts'
import { table } from '../output/table.ts'
import type { Terminal } from '../output/terminal.ts'
import { withSession } from '../session.ts'

type Options = NamespaceOptions &
  OutputOptions &
  ServerOptions & { readonly allNamespaces?: boolean; readonly applied?: boolean }

export function configure(command: Command): void {
  command
    .argument('[kind]', kindList())
    .argument('[name]')
    .option('-A, --all-namespaces', 'of every namespace')
    .option('--applied', 'what the fleet was switched to, not what is committed')
  withServer(withOutput(withNamespace(command), ['table', 'json', 'yaml', 'name']))
    .addHelpText(
      'after',
      `
Examples:
  verdigris get                     everything, kind by kind
  verdigris get svc
  verdigris get service checkout -o yaml > checkout.yaml
  verdigris get traffic -A
  verdigris get -o yaml > all.yaml  all that apply takes: everything but traffic`,
    )
    .action((kindText: string | undefined, name: string | undefined, options: Options) => {
      const kind = kindText === undefined || kindText === 'all' ? undefined : kindOf(kindText)
      if (kind === undefined && kindText !== undefined && kindText !== 'all') {
        command.error(`error: no kind '${kindText}'; there are ${kindList()}`)
      }
      return withSession(options, async ({ client, terminal }) => {
        const view = options.applied === true ? 'VIEW_APPLIED' : 'VIEW_HEAD'
        if (kind !== undefined && name !== undefined) {
          const one = await client.call('Config', 'Get', {
            key: { namespace: options.namespace, kind, name },
            view,
          })
          if (!one.ok) return one.error
          const beside =
            options.output === 'table' ? await listAll(client, 'Traffic', options.namespace, view) : ok([])
          if (!beside.ok) return beside.error
          print(terminal, options, [one.value], [...beside.value, one.value], true)
          return 'ok'
        }
        const namespace = options.allNamespaces === true ? '' : options.namespace
        // Tables of services show their traffic, so that is fetched with them.
        const objects = await listAll(client, kind === 'Service' ? '' : (kind ?? ''), namespace, view)
        if (!objects.ok) return objects.error
        const asData = options.output === 'yaml' || options.output === 'json'
        // What is printed of everything can be applied again; traffic cannot.
        const shown = objects.value.filter(({ key }) =>
          kind === undefined ? !(asData && key?.kind === 'Traffic') : key?.kind === kind,
        )
        print(terminal, options, shown, objects.value, false)
        if (shown.length < objects.value.length && kind === undefined) {
          terminal.say('without traffic, which is not applied: verdigris get traffic')
        }
        if (shown.length === 0) {
          const what = kind === undefined ? 'objects' : (kindNames[kind]?.[0] ?? kind)
          terminal.say(
            `no ${what}${namespace === '' ? '' : ` in namespace ${namespace}`}; create some with: verdigris apply -f FILE`,
          )
        }
        return 'ok'
      })
    })
}

type View = 'VIEW_HEAD' | 'VIEW_APPLIED'

async function listAll(
  client: AdminClient,
  kind: string,
  namespace: string,
  view: View,
): Promise<Result<readonly ConfigObject[], Failure>> {
  const objects: ConfigObject[] = []
  let pageToken = ''
  do {
    const answer = await client.call('Config', 'List', { kind, namespace, pageToken, view })
    if (!answer.ok) return err(answer.error)
    objects.push(...answer.value.objects)
    pageToken = answer.value.nextPageToken
  } while (pageToken !== '')
  return ok(objects)
}

function print(
  terminal: Terminal,
  options: Options,
  objects: readonly ConfigObject[],
  known: readonly ConfigObject[],
  single: boolean,
): void {
  const manifests = objects.map(manifestOf)
  switch (options.output) {
    case 'name':
      for (const object of objects) terminal.out(objectName(object.key))
      return
    case 'json':
      terminal.out(dataText('json', single ? manifests[0] : manifests))
      return
    case 'yaml':
      if (manifests.length > 0)
        terminal.out(manifests.map((manifest) => dataText('yaml', manifest)).join('\n---\n'))
      return
    case 'table':
      printTables(terminal, objects, known, options.allNamespaces === true)
  }
}

/** One table per kind, in the order of kinds. */
function printTables(
  terminal: Terminal,
  objects: readonly ConfigObject[],
  known: readonly ConfigObject[],
  withNamespaces: boolean,
): void {
  const manifests = new Map(known.map((object) => [idOf(object.key), manifestOf(object)]))
  const kinds = Object.keys(kindNames).filter((kind) => objects.some((object) => object.key?.kind === kind))
  for (const [index, kindName] of kinds.entries()) {
    const kind = kindOf(kindName)
    const view = kind === undefined ? undefined : kindViews[kind]
    const rows = objects
      .filter((object) => object.key?.kind === kindName)
      .map((object) => {
        const namespace = object.key?.namespace ?? ''
        const shown: Shown = {
          name: object.key?.name ?? '',
          spec: at(manifestOf(object), 'spec'),
          status: at(manifestOf(object), 'status'),
          beside: (other: Kind, name) => manifests.get(idOf({ namespace, kind: other, name })),
        }
        return [
          ...(withNamespaces ? [namespace] : []),
          kinds.length > 1 ? `${kindName.toLowerCase()}/${shown.name}` : shown.name,
          ...(view?.cells(shown) ?? []),
          `r${object.revision}`,
        ]
      })
    const columns = [
      ...(withNamespaces ? [{ title: 'NAMESPACE' }] : []),
      { title: 'NAME', shrinks: true },
      ...(view?.columns ?? []),
      { title: 'REVISION', alignRight: true },
    ]
    if (index > 0) terminal.out('')
    for (const line of table(columns, rows, terminal.width, terminal.color.bold)) terminal.out(line)
  }
}

const manifestOf = (object: ConfigObject): Json => fromStruct(object.manifest ?? undefined)
const idOf = (
  key: { readonly namespace: string; readonly kind: string; readonly name: string } | null,
): string => (key === null ? '' : `${key.namespace}/${key.kind}/${key.name}`)

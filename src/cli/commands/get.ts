// verdigris get
import type { Command } from 'commander'
import type { ConfigObject } from '../../api/index.ts'
import { err, ok, type Result } from '../../base/index.ts'
import type { AdminClient, Failure } from '../../client/index.ts'
import { kindList, kindNames } from '../kind-names.ts'
import { readerFormats, withNamespace, withOutput, withServer } from '../options.ts'
import { type Session, withSession } from '../session.ts'
import { readTargets, type Targets } from '../targets.ts'
import { isKindIn, printObjects } from '../views/object-views.ts'
import { isWatching, withWatch } from '../watching.ts'
import { type GetOptions, isTable, type View, viewOf } from './get-options.ts'
import { watchObjects } from './get-watch.ts'

export function configure(command: Command): void {
  command
    .argument('[kind]', `${kindList()}; several with commas; or KIND/NAME`)
    .argument('[name...]')
    .option('-A, --all-namespaces', 'of every namespace')
    .option('--applied', 'what the fleet was switched to, not what is committed')
  withServer(withOutput(withNamespace(withWatch(command)), readerFormats))
    .addHelpText(
      'after',
      `
Examples:
  verdigris get                     everything, kind by kind
  verdigris get svc
  verdigris get services,routes -o wide
  verdigris get service checkout -o yaml > checkout.yaml
  verdigris get service/checkout route/web -o name
  verdigris get traffic -A -w
  verdigris get -o yaml > all.yaml  all that apply takes: everything but traffic`,
    )
    .action((kind: string | undefined, names: readonly string[], options: GetOptions) => {
      const targets = readTargets(kind === undefined ? [] : [kind, ...names])
      if (!targets.ok) command.error(`error: ${targets.error}`)
      return withSession(options, (session) =>
        isWatching(options)
          ? watchObjects(session, targets.value, options)
          : targets.value.of === 'objects'
            ? getObjects(session, targets.value.objects, options)
            : getKinds(session, targets.value, options),
      )
    })
}

async function getObjects(
  { client, terminal }: Session,
  wanted: Extract<Targets, { of: 'objects' }>['objects'],
  options: GetOptions,
): Promise<'ok' | Failure> {
  const view = viewOf(options)
  const found: ConfigObject[] = []
  for (const { kind, name } of wanted) {
    const one = await client.call('Config', 'Get', {
      key: { namespace: options.namespace, kind, name },
      view,
    })
    if (!one.ok) return one.error
    found.push(one.value)
  }
  // Tables of services show their traffic.
  const needsTraffic = isTable(options) && wanted.some(({ kind }) => kind === 'Service')
  const beside = needsTraffic ? await listAll(client, 'Traffic', options.namespace, view) : ok([])
  if (!beside.ok) return beside.error
  printObjects(terminal, options, found, [...beside.value, ...found], wanted.length === 1)
  return 'ok'
}

async function getKinds(
  { client, terminal }: Session,
  wanted: Extract<Targets, { of: 'kinds' }>,
  options: GetOptions,
): Promise<'ok' | Failure> {
  const { kinds } = wanted
  const namespace = options.allNamespaces === true ? '' : options.namespace
  const [only] = kinds
  // Services are shown with their traffic, so that is fetched with them.
  const kind = kinds.length === 1 && only !== undefined && only !== 'Service' ? only : ''
  const objects = await listAll(client, kind, namespace, viewOf(options))
  if (!objects.ok) return objects.error
  const asData = options.output === 'yaml' || options.output === 'json'
  // What is printed of everything can be applied again; traffic cannot.
  const shown = objects.value.filter(({ key }) =>
    kinds.length === 0 ? !(asData && key?.kind === 'Traffic') : isKindIn(kinds, key),
  )
  printObjects(terminal, options, shown, objects.value, false)
  if (shown.length < objects.value.length && kinds.length === 0)
    terminal.say('without traffic, which is not applied: verdigris get traffic')
  if (shown.length === 0) {
    const what =
      kinds.length === 0 ? 'objects' : kinds.map((each) => kindNames[each]?.[0] ?? each).join(' or ')
    terminal.say(
      `no ${what}${namespace === '' ? '' : ` in namespace ${namespace}`}; create some with: verdigris apply -f FILE`,
    )
  }
  return 'ok'
}

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

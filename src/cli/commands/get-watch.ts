// verdigris get -w: what is there, then every change, over breaks of the connection too.
import type { ConfigObject, ObjectKey } from '../../api/index.ts'
import type { Failure } from '../../client/index.ts'
import type { Kind } from '../../model/index.ts'
import type { Exit } from '../exit-codes.ts'
import { nameOf } from '../object-names.ts'
import { type Event, listingTeller } from '../output/listing.ts'
import { printable } from '../output/words.ts'
import type { Session } from '../session.ts'
import type { Targets } from '../targets.ts'
import { idOf, isKindIn, lookUp, manifestOf, shapeOf } from '../views/object-views.ts'
import { differences, keepWatching, watchSignal } from '../watching.ts'
import { type GetOptions, isTable, viewOf } from './get-options.ts'

/** Tells what there is, unless only changes are wanted, and every change until the session ends. */
export async function watchObjects(
  session: Session,
  targets: Targets,
  options: GetOptions,
): Promise<Exit | Failure> {
  const { client, terminal } = session
  const wanted = wantedBy(targets, options)
  const signal = watchSignal(session, options.timeout)
  const view = viewOf(options)

  /** What was told of each object. */
  let known: Map<string, ConfigObject> | undefined
  const tell = tellerOf(session, wanted.only, options, () => known ?? new Map())
  /** What the list that is coming holds so far; undefined after its mark. */
  let listing: Map<string, ConfigObject> | undefined
  let afterRevision = 0
  const open = () => {
    if (afterRevision === 0) listing = new Map()
    const request = { namespace: wanted.namespace, kind: wanted.kind, view, afterRevision }
    return client.watch('Config', 'Watch', request, signal)
  }
  for await (const message of keepWatching(session, signal, open)) {
    if (!message.ok) return message.error
    const { change, mark, gap } = message.value
    if (gap !== undefined && gap !== null) {
      terminal.say(printable(`changes were missed (${gap.reason}): what differs now is told`))
      listing = new Map()
    } else if (mark !== undefined && mark !== null) {
      // Only the newest committed content can be resumed.
      if (view === 'VIEW_HEAD') afterRevision = mark.revision
      if (listing !== undefined && mark.listComplete) {
        const told = differences(known, listing, ({ etag, revision }) => `${etag} ${revision}`)
        const isNews = known !== undefined || options.watchOnly !== true
        const shown = isNews ? told.filter(([, { key }]) => wanted.takes(key)) : []
        // The first time also where there is nothing: the titles say that the watch has begun.
        const isFirst = known === undefined
        known = listing
        listing = undefined
        if (shown.length > 0 || isFirst) tell(shown)
      }
    } else if (change !== undefined && change !== null) {
      const id = idOf(change.key)
      const { object } = change
      const isGone = change.type === 'DELETED' || object === null
      if (listing !== undefined || known === undefined) {
        if (!isGone) listing?.set(id, object)
        continue
      }
      const before = known.get(id)
      if (isGone) known.delete(id)
      else known.set(id, object)
      const last = isGone ? before : object
      const event: Event = isGone ? 'deleted' : before === undefined ? 'added' : 'changed'
      if (last !== undefined && wanted.takes(change.key)) tell([[event, last]])
      else if (wanted.only === 'Service' && isTable(options) && change.key?.kind === 'Traffic') {
        // The row of a service shows its traffic.
        const service = known.get(idOf({ ...change.key, kind: 'Service' }))
        if (service !== undefined && wanted.takes(service.key)) tell([['changed', service]])
      }
    }
  }
  return 'ok'
}

/** What to ask for, and which of the answers are meant: the server filters by one kind at most. */
function wantedBy(targets: Targets, { allNamespaces, namespace, output }: GetOptions) {
  const kinds = [...new Set(targets.of === 'kinds' ? targets.kinds : targets.objects.map(({ kind }) => kind))]
  const [first] = kinds
  const only = kinds.length === 1 ? first : undefined
  const withTraffic = only === 'Service' && isTable({ output })
  return {
    only,
    namespace: allNamespaces === true && targets.of === 'kinds' ? '' : namespace,
    kind: only === undefined || withTraffic ? '' : only,
    takes: (key: ObjectKey | null): boolean =>
      targets.of === 'kinds'
        ? kinds.length === 0 || isKindIn(kinds, key)
        : targets.objects.some(({ kind, name }) => kind === key?.kind && name === key.name),
  }
}

/** Prints events about objects of a kind, or of several; `known` finds what is shown beside one. */
function tellerOf(
  { terminal }: Session,
  kind: Kind | undefined,
  options: GetOptions,
  known: () => ReadonlyMap<string, ConfigObject>,
) {
  const shape = shapeOf(kind, options, kind === undefined)
  return listingTeller<ConfigObject>(terminal, options.output, {
    columns: shape.columns,
    rows: (object) => [shape.cells(object, lookUp(known().values()))],
    name: ({ key }) => nameOf(key, options.namespace),
    data: manifestOf,
  })
}

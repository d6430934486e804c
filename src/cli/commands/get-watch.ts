// verdigris get -w: what is there, then every change, over breaks of the connection too.
import type { ConfigObject, ObjectKey } from '../../api/index.ts'
import type { Failure } from '../../client/index.ts'
import type { Kind } from '../../model/index.ts'
import type { Exit } from '../exit-codes.ts'
import { nameOf } from '../object-names.ts'
import { dataText } from '../output/data.ts'
import { growingTable } from '../output/table.ts'
import { printable } from '../output/words.ts'
import type { Session } from '../session.ts'
import type { Targets } from '../targets.ts'
import { idOf, isKindIn, lookUp, manifestOf, shapeOf, widthOf } from '../views/object-views.ts'
import { keepWatching, watchSignal } from '../watching.ts'
import { type GetOptions, isTable, viewOf } from './get.ts'

/** What happened to an object; empty: it was there when the watch began. */
type Event = '' | 'added' | 'changed' | 'deleted'

/** Tells what there is, unless only changes are wanted, and every change until the session ends. */
export async function watchObjects(
  session: Session,
  targets: Targets,
  options: GetOptions,
): Promise<Exit | Failure> {
  const { client, terminal } = session
  const wanted = wantedBy(targets, options)
  const tell = teller(session, wanted.only, options)
  const signal = watchSignal(session, options.timeout)
  const view = viewOf(options)

  /** What was told of each object. */
  let known = new Map<string, ConfigObject>()
  /** What the list that is coming holds so far; undefined after its mark. */
  let listing: Map<string, ConfigObject> | undefined
  let afterRevision = 0
  let isFirst = true
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
        const [before, now] = [known, listing]
        known = now
        listing = undefined
        const told = isFirst && options.watchOnly === true ? [] : differences(before, now, isFirst)
        const shown = told.filter(([, object]) => wanted.takes(object.key))
        if (shown.length > 0 || isFirst) tell(shown, known)
        isFirst = false
      }
    } else if (change !== undefined && change !== null) {
      const id = idOf(change.key)
      const { object } = change
      const isGone = change.type === 'DELETED' || object === null
      if (listing !== undefined) {
        if (!isGone) listing.set(id, object)
        continue
      }
      const before = known.get(id)
      if (isGone) known.delete(id)
      else known.set(id, object)
      const last = isGone ? before : object
      const event: Event = isGone ? 'deleted' : before === undefined ? 'added' : 'changed'
      if (last !== undefined && wanted.takes(change.key)) tell([[event, last]], known)
      else if (wanted.only === 'Service' && isTable(options) && change.key?.kind === 'Traffic') {
        // The row of a service shows its traffic.
        const service = known.get(idOf({ ...change.key, kind: 'Service' }))
        if (service !== undefined && wanted.takes(service.key)) tell([['changed', service]], known)
      }
    }
  }
  return 'ok'
}

/** What makes one list of another, in the order of the new one. */
function differences(
  before: ReadonlyMap<string, ConfigObject>,
  now: ReadonlyMap<string, ConfigObject>,
  isFirst: boolean,
): readonly (readonly [Event, ConfigObject])[] {
  const gone = [...before].filter(([id]) => !now.has(id)).map(([, object]) => ['deleted', object] as const)
  const others = [...now].flatMap(([id, object]) => {
    const old = before.get(id)
    if (old?.etag === object.etag && old.revision === object.revision) return []
    return [[isFirst ? '' : old === undefined ? 'added' : 'changed', object] as const]
  })
  return [...gone, ...others]
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

/** Prints events: rows of one table, lines of JSON, YAML documents, or names. */
function teller({ terminal }: Session, kind: Kind | undefined, options: GetOptions) {
  const shape = shapeOf(kind, options, kind === undefined)
  const columns = [...shape.columns, { title: 'EVENT' }]
  const rows = growingTable(columns, widthOf(terminal, options), terminal.color.bold)
  return (
    events: readonly (readonly [Event, ConfigObject])[],
    known: ReadonlyMap<string, ConfigObject>,
  ): void => {
    if (isTable(options)) {
      const look = lookUp(known.values())
      for (const line of rows(events.map(([event, object]) => [...shape.cells(object, look), event])))
        terminal.out(line)
      return
    }
    for (const [event, object] of events) {
      const said = { type: event === '' ? 'added' : event, object: manifestOf(object) }
      if (options.output === 'name') terminal.out(nameOf(object.key, options.namespace))
      else if (options.output === 'json') terminal.out(JSON.stringify(said))
      else terminal.out(`---\n${dataText('yaml', said)}`)
    }
  }
}

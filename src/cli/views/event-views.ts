// Events for people: a table of what there is, a line each for what comes.
import type { Event, EventReference } from '../../api/index.ts'
import { msOf } from '../output/plain.ts'
import { table } from '../output/table.ts'
import type { Terminal } from '../output/terminal.ts'
import { age, printable } from '../output/words.ts'
import { wrapped } from '../output/wrap.ts'

/** `Normal`, `Warning`. */
const severityOf = ({ severity }: Event): string =>
  severity === 'EVENT_SEVERITY_WARNING' ? 'Warning' : 'Normal'

/** `2m`, of a repeated one `2m (x5 over 9m)`. */
function ageOf(event: Event, now: number): string {
  if (event.at === null) return ''
  const last = age(now - msOf(event.at))
  const first = event.firstAt === null ? last : age(now - msOf(event.firstAt))
  return event.count > 1 ? `${last} (x${event.count} over ${first})` : last
}

/** `service/checkout`, outside of the default namespace `service/shop/checkout`; `node/edge-1`, `push/41`. */
function aboutText({ object, node, push, group, revision }: EventReference): string {
  if (object !== undefined && object !== null) {
    const within = object.namespace === 'default' ? '' : `${object.namespace}/`
    return `${object.kind.toLowerCase()}/${within}${object.name}`
  }
  if (node !== undefined && node !== '') return `node/${node}`
  if (push !== undefined && push !== '') return `push/${push}`
  if (group !== undefined && group !== '') return `nodegroup/${group}`
  return `revision/${revision}`
}

/** The lines of a table, oldest first, as `kubectl events` has it. `wide`: with ids, and all that each is about. */
export function eventTable(
  events: readonly Event[],
  { width, color }: Pick<Terminal, 'width' | 'color'>,
  { wide, now }: { readonly wide: boolean; readonly now: number },
): readonly string[] {
  const heads = events.map((event) => [
    ...(wide ? [`${event.id}`] : []),
    ...[ageOf(event, now), severityOf(event), event.reason],
  ])
  const columns = [
    ...(wide ? [{ title: 'ID', alignRight: true }] : []),
    ...[{ title: 'AGE' }, { title: 'TYPE' }, { title: 'REASON' }],
  ]
  // The sentence takes what is left, over several lines where it has to.
  const taken = columns.reduce(
    (sum, { title }, index) =>
      sum + 2 + Math.max(title.length, ...heads.map((row) => row[index]?.length ?? 0)),
    0,
  )
  const room = Math.max(messageLeast, width - taken)
  const rows = events.flatMap((event, index) => {
    const about = wide ? [event.about.map(aboutText).join(' ')] : []
    const lines = wide ? [event.message] : wrapped(printable(event.message), room, messageLines)
    return lines.map((line, at) =>
      at === 0 ? [...(heads[index] ?? []), line, ...about] : [...columns.map(() => ''), line],
    )
  })
  const shown = [...columns, { title: 'MESSAGE', shrinks: true }]
  return table(wide ? [...shown, { title: 'ABOUT', shrinks: true }] : shown, rows, width, color.bold)
}
/** Letters and lines of a sentence in a table. */
const messageLeast = 24
const messageLines = 4

/** One event as it comes: `14:03:22  Warning  PushReverted  push 41 reverted: …`. The terminal breaks what is longer. */
export function eventLine(event: Event): string {
  const at = event.at === null ? '' : new Date(msOf(event.at)).toTimeString().slice(0, 8)
  const times = event.count > 1 ? ` (x${event.count})` : ''
  const message = printable(event.message).replace(/\s+/g, ' ')
  return `${at}  ${severityOf(event).padEnd(7)}  ${event.reason.padEnd(reasonWidth)}  ${message}${times}`
}
/** Most reasons fit. */
const reasonWidth = 17

// What `verdigris store` prints for people: at most as wide as the terminal.
import type { StoredGeneration, StoreStatus } from '../../api/index.ts'
import type { Salvaged, StoreFault, StoreReport } from '../../store/index.ts'
import { facts, table } from '../output/table.ts'
import type { Terminal } from '../output/terminal.ts'
import { printable } from '../output/words.ts'

/** Columns for text that is wrapped, where nobody says how many there are. */
const usualWidth = 80
/** Faults shown; -o json has all. */
const faultsShown = 20

/** A store as `verify` found it. */
export function printReport(terminal: Terminal, report: StoreReport): void {
  const { state, groups, faults, notes } = report
  const color = state === 'fine' ? terminal.color.green : terminal.color.red
  const lines = facts([
    ['Store', report.dir],
    [
      'State',
      state === 'fine'
        ? 'fine'
        : state === 'newer'
          ? 'written by a newer version'
          : `damaged: ${counted(faults.length, 'fault')}`,
    ],
    ['Id', report.id ?? ''],
    ['Commits', report.commits === undefined ? '' : String(report.commits)],
    ['Revisions', `${report.revisions.count}, newest r${report.revisions.newest}`],
    ['Objects', String(report.objects)],
    ['Records', String(report.records)],
    ['Resources', `${report.resources.count}, ${bytes(report.resources.bytes)}`],
    ['Files', `${report.files.count}, ${bytes(report.files.bytes)}`],
  ])
  for (const line of lines) terminal.out(line.startsWith('State:') ? color(line) : printable(line))
  printGroups(
    terminal,
    groups.map(({ group, generations, newest, highest, newerMayBeLost }) => [
      group,
      String(generations),
      newest === undefined ? 'none' : String(newest),
      state === 'fine' ? '' : judged(newest, highest, newerMayBeLost),
    ]),
  )
  printFaults(terminal, faults, faults.length)
  for (const note of notes) wrapped(terminal, `Note: ${note}`, '  ')
}

function printGroups(terminal: Terminal, rows: readonly (readonly string[])[]): void {
  if (rows.length === 0) return
  terminal.out('')
  const columns = [
    { title: 'GROUP' },
    { title: 'GENERATIONS', alignRight: true },
    { title: 'NEWEST', alignRight: true },
    { title: '', shrinks: true },
  ]
  for (const line of table(columns, rows, terminal.width, terminal.color.bold)) terminal.out(line)
}

/** What the newest proven generation of a damaged store is worth. */
function judged(newest: number | undefined, highest: number, newerMayBeLost: boolean): string {
  if (newest === undefined) return 'none is whole: its proxies are held'
  if (highest > newest) return `up to ${highest} lost`
  return newerMayBeLost ? 'newer ones may be lost' : ''
}

function printFaults(terminal: Terminal, faults: readonly StoreFault[], all: number): void {
  if (all === 0) return
  terminal.out('')
  for (const { where, what, meaning } of faults.slice(0, faultsShown)) {
    const named = what.startsWith(where) ? what : `${where}: ${what}`
    wrapped(terminal, named, '  ')
    wrapped(terminal, meaning, '    ', '    ')
  }
  if (all > faultsShown) terminal.out(`and ${all - Math.min(faultsShown, faults.length)} more: -o json`)
}

/** The store of a running server. */
export function printStatus(terminal: Terminal, status: StoreStatus): void {
  const words = { WRITABLE: 'takes changes', READ_ONLY: 'read-only', DAMAGED: 'damaged, read-only' }
  const intents = { WHOLE: 'everything adds up', EARLIER: 'as before the damage', LEFTOVERS: 'what is left' }
  const condition = status.condition === 'CONDITION_UNSPECIFIED' ? 'unknown' : words[status.condition]
  const intent = status.intent === 'INTENT_UNSPECIFIED' ? '' : intents[status.intent]
  for (const line of facts([
    ['Store', condition],
    ['Revision', `r${status.revision}`],
    ['Intent', intent],
  ]))
    terminal.out(line)
  if (status.reason !== '') wrapped(terminal, `Why: ${status.reason}`, '  ')
  if (status.next !== '') wrapped(terminal, `Next: ${status.next}`, '  ')
  const isDamaged = status.condition === 'DAMAGED'
  printGroups(
    terminal,
    status.groups.map(({ group, newest, highest, newerMayBeLost }) => [
      group,
      '',
      newest === undefined ? 'none' : String(newest),
      isDamaged ? judged(newest, highest, newerMayBeLost) : '',
    ]),
  )
  printFaults(terminal, status.faults, status.faultCount)
}

/** Stored generations, oldest first. */
export function printGenerations(terminal: Terminal, generations: readonly StoredGeneration[]): void {
  const rows = generations.map(({ group, number, resources, served, sameAs, cause }) => [
    group,
    String(number),
    served ? 'served' : '',
    String(resources),
    sameAs.join(', '),
    cause,
  ])
  const columns = [
    { title: 'GROUP' },
    { title: 'GENERATION', alignRight: true },
    { title: '' },
    { title: 'RESOURCES', alignRight: true },
    { title: 'SAME AS', shrinks: true },
    { title: 'CAUSE', shrinks: true },
  ]
  for (const line of table(columns, rows, terminal.width, terminal.color.bold)) terminal.out(line)
}

/** What came of a salvage. */
export function printSalvaged(terminal: Terminal, salvaged: Salvaged): void {
  for (const line of facts([
    ['From', salvaged.dir],
    ['To', salvaged.to],
    ['Revision', `r${salvaged.revision}`],
    ['Records', String(salvaged.stats.keys)],
  ]))
    terminal.out(printable(line))
  for (const { group, from, number } of salvaged.groups)
    terminal.out(
      printable(`Group ${group}: generation ${from}${number === from ? '' : `, as number ${number}`}`),
    )
  if (salvaged.lost.length === 0) terminal.out('Nothing is lost.')
  for (const what of salvaged.lost) wrapped(terminal, `Lost: ${what}`, '  ')
  wrapped(
    terminal,
    `Next: start with \`verdigris serve --data-dir ${salvaged.to}\`; keep ${salvaged.dir} aside`,
    '  ',
  )
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`
const bytes = (count: number): string =>
  count < 10_240
    ? `${count} bytes`
    : count < 10_485_760
      ? `${Math.round(count / 1_024)} KiB`
      : `${Math.round(count / 1_048_576)} MiB`

/** Text in lines that fit; those after the first are indented. */
function wrapped(terminal: Terminal, text: string, indent: string, first = ''): void {
  const width = Number.isFinite(terminal.width) ? terminal.width : usualWidth
  let line = first
  for (const word of printable(text).split(' ')) {
    const next = line.trim() === '' ? `${line}${word}` : `${line} ${word}`
    if (next.length <= width || line.trim() === '') line = next
    else {
      terminal.out(line)
      line = `${indent}${word}`
    }
  }
  terminal.out(line)
}

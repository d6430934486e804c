// A list in every format that readers have, at once or as it changes.
import type { Json } from '../../base/index.ts'
import type { Format } from '../options.ts'
import { dataText } from './data.ts'
import { plain } from './plain.ts'
import { type Column, growingTable } from './table.ts'
import type { Terminal } from './terminal.ts'
import { printable } from './words.ts'

/** How the items of a list are shown. */
export interface Listing<Item> {
  readonly columns: readonly Column[]
  /** The rows of one item; mostly it is one. */
  readonly rows: (item: Item) => readonly (readonly string[])[]
  /** Words that other commands take. */
  readonly name: (item: Item) => string
  /** For JSON and YAML; without it, the message as plain data. */
  readonly data?: (item: Item) => Json
}

/** What became of an item; empty: it was there when the watch began. */
export type Event = '' | 'added' | 'changed' | 'deleted'
export type Told<Item> = readonly (readonly [Event, Item])[]

/** Prints a list. */
export function printListing<Item>(
  terminal: Terminal,
  output: Format,
  items: readonly Item[],
  listing: Listing<Item>,
): void {
  const { data = plain } = listing
  if (output === 'json' || output === 'yaml') terminal.out(dataText(output, items.map(data)))
  else if (output === 'name') for (const item of items) terminal.out(printable(listing.name(item)))
  else {
    const lines = growingTable(listing.columns, widthOf(terminal, output), terminal.color.bold)
    for (const line of lines(items.flatMap(listing.rows))) terminal.out(line)
  }
}

/**
 * Prints what becomes of a list, event by event: rows of one table with a column EVENT, JSON a line each, YAML documents, or
 * names.
 */
export function listingTeller<Item>(
  terminal: Terminal,
  output: Format,
  listing: Listing<Item>,
): (events: Told<Item>) => void {
  const { data = plain } = listing
  const columns = [...listing.columns, { title: 'EVENT' }]
  const lines = growingTable(columns, widthOf(terminal, output), terminal.color.bold)
  return (events) => {
    if (output === 'table' || output === 'wide') {
      const rows = events.flatMap(([event, item]) => listing.rows(item).map((row) => [...row, event]))
      for (const line of lines(rows)) terminal.out(line)
      return
    }
    for (const [event, item] of events) {
      const said = { type: event === '' ? 'added' : event, object: data(item) }
      if (output === 'name') terminal.out(printable(listing.name(item)))
      else if (output === 'json') terminal.out(JSON.stringify(said))
      else terminal.out(`---\n${dataText('yaml', said)}`)
    }
  }
}

/** Wide tables are as wide as they have to be. */
export const widthOf = (terminal: Terminal, output: Format): number =>
  output === 'wide' ? Number.POSITIVE_INFINITY : terminal.width

// Tables as kubectl prints them: aligned columns, no lines. When they do not fit, columns marked `shrinks` lose
// their ends, the last one first.

export interface Column {
  readonly title: string
  /** May be cut to fit; never below its title or 8 characters. */
  readonly shrinks?: boolean
  readonly alignRight?: boolean
}

type Row = readonly string[]

/** The lines of a table, none wider than `width` as far as the shrinking columns allow. */
export const table = (
  columns: readonly Column[],
  rows: readonly Row[],
  width: number,
  paintTitle: (text: string) => string = (text) => text,
): string[] => growingTable(columns, width, paintTitle)(rows)

/**
 * A table that gets more rows: gives the lines of these, the first time below the titles. Columns get wider where
 * they have to, and never narrower.
 */
export function growingTable(
  columns: readonly Column[],
  width: number,
  paintTitle: (text: string) => string = (text) => text,
): (rows: readonly Row[]) => string[] {
  let widths: readonly number[] | undefined
  return (rows) => {
    const clean = rows.map((row) => row.map((cell) => cell.replace(/\p{Cc}/gu, ' ')))
    const titles = widths === undefined ? [columns.map(({ title }) => title)] : []
    const fixed = widthsOf(columns, clean, width, widths)
    widths = fixed
    const line = (cells: Row): string =>
      columns
        .map((column, index) => cellText(cells[index] ?? '', fixed[index] ?? 0, column))
        .join('  ')
        .trimEnd()
    return [...titles.map((row) => paintTitle(line(row))), ...clean.map(line)]
  }
}

function widthsOf(
  columns: readonly Column[],
  rows: readonly Row[],
  width: number,
  before: readonly number[] | undefined,
): readonly number[] {
  const widths = columns.map((column, index) =>
    Math.max(before?.[index] ?? column.title.length, ...rows.map((row) => length(row[index] ?? ''))),
  )
  let excess = widths.reduce((sum, one) => sum + one, 0) + 2 * (columns.length - 1) - width
  for (let index = columns.length - 1; index >= 0 && excess > 0; index -= 1) {
    const column = columns[index]
    if (column?.shrinks !== true) continue
    const now = widths[index] ?? 0
    const least = Math.min(now, Math.max(8, column.title.length))
    const cut = Math.min(excess, now - least)
    widths[index] = now - cut
    excess -= cut
  }
  return widths
}

const length = (text: string): number => [...text].length

/** Cut where the column may be cut, and filled up. */
function cellText(text: string, width: number, { shrinks, alignRight }: Column): string {
  const letters = [...text]
  const cut =
    letters.length > width && shrinks === true
      ? `${letters.slice(0, Math.max(0, width - 1)).join('')}…`
      : text
  const gap = ' '.repeat(Math.max(0, width - length(cut)))
  return alignRight === true ? gap + cut : cut + gap
}

/** `NAME: value` lines, values aligned; empty values are left out. */
export function facts(pairs: readonly (readonly [string, string])[]): string[] {
  const shown = pairs.filter(([, value]) => value !== '')
  const widest = Math.max(0, ...shown.map(([name]) => name.length))
  return shown.map(([name, value]) => `${`${name}:`.padEnd(widest + 2)}${value}`)
}

// Tables as kubectl prints them: aligned columns, no lines. When they do not fit, columns marked `shrinks` lose
// their ends, the last one first.

export interface Column {
  readonly title: string
  /** May be cut to fit; never below its title or 8 characters. */
  readonly shrinks?: boolean
  readonly alignRight?: boolean
}

/** The lines of a table, none wider than `width` as far as the shrinking columns allow. */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number,
  paintTitle: (text: string) => string = (text) => text,
): string[] {
  const clean = rows.map((row) => row.map((cell) => cell.replace(/\p{Cc}/gu, ' ')))
  const widths = columns.map((column, index) =>
    Math.max(column.title.length, ...clean.map((row) => length(row[index] ?? ''))),
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
  const line = (cells: readonly string[]): string =>
    columns
      .map((column, index) => cellText(cells[index] ?? '', widths[index] ?? 0, column.alignRight === true))
      .join('  ')
      .trimEnd()
  return [paintTitle(line(columns.map((column) => column.title))), ...clean.map(line)]
}

const length = (text: string): number => [...text].length

function cellText(text: string, width: number, right: boolean): string {
  const letters = [...text]
  const cut = letters.length > width ? `${letters.slice(0, Math.max(0, width - 1)).join('')}…` : text
  const gap = ' '.repeat(Math.max(0, width - length(cut)))
  return right ? gap + cut : cut + gap
}

/** `NAME: value` lines, values aligned; empty values are left out. */
export function facts(pairs: readonly (readonly [string, string])[]): string[] {
  const shown = pairs.filter(([, value]) => value !== '')
  const widest = Math.max(0, ...shown.map(([name]) => name.length))
  return shown.map(([name, value]) => `${`${name}:`.padEnd(widest + 2)}${value}`)
}

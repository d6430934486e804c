// A description as people read it: facts first, then parts with a title, indented, within the width of the terminal.

import type { Column } from '../output/table.ts'
import { facts, table } from '../output/table.ts'
import type { Terminal } from '../output/terminal.ts'
import { printable } from '../output/words.ts'
import { wrapped } from '../output/wrap.ts'

export type Facts = readonly (readonly [string, string])[]

/** Lines of one part; none: it is there and empty, so `none` is said. */
export interface Section {
  readonly title: string
  readonly lines: readonly string[]
}

/** What describe makes of a thing: the same for people and as data. */
export interface Description {
  readonly data: Readonly<Record<string, unknown>>
  readonly facts: Facts
  readonly sections: readonly Section[]
}

/** The width inside of a section. */
export const roomIn = ({ width }: Pick<Terminal, 'width'>): number => width - indent.length

export function printDescription(terminal: Terminal, { facts: pairs, sections }: Description): void {
  for (const line of factLines(pairs, terminal.width)) terminal.out(printable(line))
  for (const { title, lines } of sections) {
    if (lines.length === 0) terminal.out(`${title}: none`)
    else {
      terminal.out(terminal.color.bold(`${title}:`))
      for (const line of lines) terminal.out(printable(`${indent}${line}`))
    }
  }
}
const indent = '  '

/** Long values go on below themselves. */
function factLines(pairs: Facts, width: number): readonly string[] {
  const shown = pairs.filter(([, value]) => value !== '')
  const widest = Math.max(0, ...shown.map(([name]) => name.length)) + 2
  const broken = shown.map(
    ([name, value]) => [name, wrapped(value, Math.max(20, width - widest), 6)] as const,
  )
  return facts(broken.map(([name, [first = '']]) => [name, first] as const)).flatMap((line, index) => [
    line,
    ...(broken[index]?.[1] ?? []).slice(1).map((more) => `${' '.repeat(widest)}${more}`),
  ])
}

/** A table as a part; rows beyond `most` are counted. */
export function tableSection(
  title: string,
  terminal: Terminal,
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  most = Number.POSITIVE_INFINITY,
): Section {
  if (rows.length === 0) return { title, lines: [] }
  const shown = table(columns, rows.slice(0, most), roomIn(terminal), terminal.color.dim)
  const more = rows.length > most ? [`and ${rows.length - most} more`] : []
  return { title, lines: [...shown, ...more] }
}

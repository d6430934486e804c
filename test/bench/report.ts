// How the benchmarks print: rows of a table, and the same as JSON.
import { type Spread, spreadOf } from '../../src/demo/figures.ts'

export interface Goal {
  readonly text: string
  readonly value: number
  readonly atMost: number
}

export interface Section {
  readonly title: string
  /** Name → milliseconds, one value per run. */
  readonly times: Readonly<Record<string, readonly number[]>>
  /** Name → a count. */
  readonly counts: Readonly<Record<string, number>>
  readonly goals: readonly Goal[]
}

/** Milliseconds that `run` took, and what it gave. */
export function timed<T>(run: () => T): readonly [number, T] {
  const began = performance.now()
  const value = run()
  return [performance.now() - began, value]
}

/** As `timed`, for promises. */
export async function timedAsync<T>(run: () => Promise<T>): Promise<readonly [number, T]> {
  const began = performance.now()
  const value = await run()
  return [performance.now() - began, value]
}

/** p50 of one of two series over p50 of the other, and the same for p99. */
export function ratios(of: readonly number[], over: readonly number[]): { p50: number; p99: number } {
  const [a, b] = [spreadOf(of), spreadOf(over)]
  return { p50: a.p50 / b.p50, p99: a.p99 / b.p99 }
}

/** A section as text. */
export function printSection(section: Section): string {
  const lines = [`\n${section.title}`, ''.padEnd(section.title.length, '─')]
  const rows = Object.entries(section.times)
  if (rows.length > 0) {
    lines.push(`${''.padEnd(44)}${['runs', 'p50', 'p99', 'worst'].map((text) => text.padStart(9)).join('')}`)
  }
  for (const [name, values] of rows) lines.push(`${name.padEnd(44)}${cells(spreadOf(values))}`)
  for (const [name, count] of Object.entries(section.counts)) {
    lines.push(`${name.padEnd(44)}${String(count).padStart(9)}`)
  }
  for (const goal of section.goals) lines.push(goalLine(goal))
  return lines.join('\n')
}

export const holds = (goal: Goal): boolean => goal.value <= goal.atMost

const goalLine = (goal: Goal): string =>
  `${holds(goal) ? '✔' : '✖'} ${goal.text}: ${goal.value.toFixed(2)}, wanted at most ${goal.atMost}`

const cells = ({ count, p50, p99, worst }: Spread): string =>
  [String(count), ...[p50, p99, worst].map((ms) => ms.toFixed(2))].map((text) => text.padStart(9)).join('')

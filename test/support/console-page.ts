// A page of docs/guides as a script. Blocks `console` hold what is typed (`$ …`) and what is seen; blocks `yaml NAME` and `sh NAME` are files.
// What is seen is compared line by line, so that a page cannot say what does not happen.

import { stripVTControlCharacters } from 'node:util'

/** Something that the page does, in the order of the page. */
export type Step =
  | { readonly kind: 'file'; readonly name: string; readonly text: string; readonly line: number }
  | {
      readonly kind: 'command'
      readonly text: string
      /** What the page shows below it. */
      readonly shown: readonly string[]
      /** Typed into a terminal of its own, where it stays: `console another-terminal`. There `^C` ends what runs. */
      readonly elsewhere: boolean
      /** Where it stands in the page, 1-based. */
      readonly line: number
    }

/** What a page does. Lines `> …` after a command go on with it. */
export function stepsOf(markdown: string): readonly Step[] {
  const steps: Step[] = []
  let block: { readonly info: string; readonly from: number; readonly lines: string[] } | undefined
  markdown.split('\n').forEach((line, index) => {
    const fence = /^```(.*)$/.exec(line)
    if (fence === null) {
      block?.lines.push(line)
    } else if (block === undefined) {
      block = { info: fence[1] ?? '', from: index + 2, lines: [] }
    } else {
      steps.push(...stepsOfBlock(block))
      block = undefined
    }
  })
  return steps
}

function stepsOfBlock(block: {
  readonly info: string
  readonly from: number
  readonly lines: readonly string[]
}): readonly Step[] {
  const { info, from, lines } = block
  const [language, word] = info.split(' ')
  if ((language === 'yaml' || language === 'sh') && word !== undefined) {
    return [{ kind: 'file', name: word, text: `${lines.join('\n')}\n`, line: from }]
  }
  if (language !== 'console') return []
  const steps: { text: string; readonly shown: string[]; readonly line: number }[] = []
  lines.forEach((line, index) => {
    const last = steps.at(-1)
    if (line.startsWith('$ ')) steps.push({ text: line.slice(2), shown: [], line: from + index })
    else if (line === '^C') steps.push({ text: line, shown: [], line: from + index })
    else if (line.startsWith('> ') && last?.shown.length === 0) last.text += `\n${line.slice(2)}`
    else if (last !== undefined && (line !== '' || last.shown.length > 0)) last.shown.push(line)
  })
  const elsewhere = word === 'another-terminal'
  return steps.map((step) => ({ kind: 'command', elsewhere, ...step }))
}

/** What differs from one run to the next: durations, moments, ids, versions. Widths of columns go with them. */
export function normalised(line: string): string {
  return stripVTControlCharacters(line)
    .replace(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?(\.\d+)?Z?/g, '<at>')
    .replace(/\b\d{4}-\d\d-\d\d\b/g, '<day>')
    .replace(/\b\d\d:\d\d:\d\d(\.\d+)?\b/g, '<at>')
    .replace(/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, '<id>')
    .replace(/\b(\d+(\.\d+)? ?(ms|s|m|h)\b ?)+( ago)?/g, (found) => `<time>${found.endsWith(' ') ? ' ' : ''}`)
    .replace(/\bjust now\b/g, '<time>')
    .replace(/\b(envoy|verdigris) \d+\.\d+\.\d+\S*/g, '$1 <version>')
    .replace(/─+/g, '─')
    .replace(/\s+/g, ' ')
    .trim()
}

/**
 * What is wrong with a page that shows these lines, undefined if nothing is. Every line of stdout has to be shown, in order; a line
 * `…` stands for any number of them, and `…` inside a line for any text. Of stderr (progress, notes) a page may show what it likes.
 */
export function difference(shown: readonly string[], stdout: string, stderr: string): string | undefined {
  const out = linesOf(stdout)
  const told = new Set(linesOf(stderr))
  let at = 0
  let skipping = false
  for (const line of shown.map(normalised).filter((each) => each !== '')) {
    if (line === '…') {
      skipping = true
      continue
    }
    const fits = fitting(line)
    const next = out.findIndex((each, index) => index >= at && fits(each))
    if (next === at || (skipping && next > at)) {
      at = next + 1
      skipping = false
    } else if (![...told].some(fits)) {
      return `the page shows "${line}", and what came was:\n${out.slice(at).join('\n')}\non stderr:\n${[...told].join('\n')}`
    }
  }
  const rest = out.slice(at)
  return skipping || rest.length === 0 ? undefined : `the page does not show:\n${rest.join('\n')}`
}

const linesOf = (text: string): readonly string[] =>
  text
    .split('\n')
    .map(normalised)
    .filter((line) => line !== '')

function fitting(line: string): (other: string) => boolean {
  const parts = line.split('…').map((part) => part.trim().replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  const pattern = new RegExp(`^${parts.join('.*')}$`)
  return (other) => pattern.test(other)
}

/** The page with other lines below the commands at these lines. */
export function withShown(markdown: string, came: ReadonlyMap<number, readonly string[]>): string {
  const lines = markdown.split('\n')
  for (const [line, shown] of [...came].sort(([a], [b]) => b - a)) {
    let start = line
    while (lines[start]?.startsWith('> ') === true) start += 1
    let end = start
    while (lines[end] !== undefined && !/^(\$ |```)/.test(lines[end] ?? '')) end += 1
    lines.splice(start, end - start, ...shown)
  }
  return lines.join('\n')
}

// Pages of the reference hold blocks that are made from the program's own tables. A test compares; with
// VERDIGRIS_UPDATE=1 it rewrites.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'

const reference = join(import.meta.dirname, '..', '..', 'docs', 'reference')

/** Expects the block `name` of docs/reference/<page> to be this text. */
export function expectBlock(page: string, name: string, text: string): void {
  const file = join(reference, page)
  const [start, end] = [`<!-- made by a test: ${name} -->\n`, `<!-- end: ${name} -->`]
  const content = readFileSync(file, 'utf8')
  const from = content.indexOf(start)
  const to = content.indexOf(end)
  expect(from >= 0 && to > from, `${page} has no block "${name}"`).toBe(true)
  const block = `\n${text.trim()}\n\n`
  if (process.env.VERDIGRIS_UPDATE === '1') {
    writeFileSync(file, content.slice(0, from + start.length) + block + content.slice(to))
    return
  }
  expect(
    content.slice(from + start.length, to),
    `docs/reference/${page} is behind: VERDIGRIS_UPDATE=1 npx vitest run …`,
  ).toBe(block)
}

/** A row of a Markdown table. */
export const row = (...cells: readonly string[]): string =>
  `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`

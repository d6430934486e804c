// docs/reference/tracing.md is held to the tables of the program.
import { it } from 'vitest'
import { spanAttributeTable, spanTable } from '../../../src/base/index.ts'
import { expectBlock, row } from '../../support/generated-block.ts'

const table = (head: readonly string[], entries: Readonly<Record<string, string>>): string =>
  [
    row(...head),
    row('---', '---'),
    ...Object.entries(entries).map(([name, text]) => row(`\`${name}\``, text)),
  ].join('\n')

it('the page of spans has every span and every attribute', () => {
  expectBlock('tracing.md', 'spans', table(['span', 'what it covers'], spanTable))
  expectBlock('tracing.md', 'attributes', table(['attribute', 'what it says'], spanAttributeTable))
})

// The reference page says what the schemas say.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { limits } from '../../../src/base/index.ts'
import { manifestKinds } from '../../../src/model/kinds.ts'
import { fieldPaths, manifestReference } from '../../../src/model/reference.ts'

const file = join(import.meta.dirname, '..', '..', '..', 'docs', 'reference', 'manifests.md')
if (process.env.VERDIGRIS_UPDATE === '1') writeFileSync(file, manifestReference())
const page = readFileSync(file, 'utf8')
/** The row of a field: type, default, meaning. */
const rowOf = (path: string): readonly string[] =>
  (page.split('\n').find((line) => line.startsWith(`| \`${path}\` |`)) ?? '').split(' | ').slice(1)

describe('docs/reference/manifests.md', () => {
  it('is what scripts/reference-manifests.mjs makes of the schemas', () => {
    expect(page, 'VERDIGRIS_UPDATE=1 npx vitest run test/unit/model/reference.test.ts').toBe(
      manifestReference(),
    )
  })

  it.each(Object.entries(manifestKinds))('names every field of %s and gives it a meaning', (_, { spec }) => {
    expect(fieldPaths(spec).length).toBeGreaterThan(3)
    for (const path of fieldPaths(spec)) {
      const row = page.split('\n').find((line) => line.startsWith(`| \`${path}\``))
      expect(row, path).toBeDefined()
      expect(row?.split(' | ').at(-1)?.length, path).toBeGreaterThan(10)
    }
  })

  it.each([
    ['metadata.name', 'name'],
    ['spec.listeners[].port', 'integer, 1 to 65535'],
    ['spec.listeners[].address', 'IP address'],
    ['spec.listeners', `list of object, 1 to ${limits.listenersPerGateway} items`],
    ['spec.timeouts.idle', 'duration, above 0'],
    ['spec.timeouts.connection', 'duration'],
    ['spec.upstream.circuitBreakers.retryBudget.percent', 'number, 0 to 100'],
    ['spec.rules[].fault.delay.percent', 'number, above 0, at most 100'],
    ['spec.rules[].requestHeaders.remove', 'list of header name, at most 64 items'],
  ])('says what %s may be', (path, type) => {
    expect(rowOf(path)[0]).toBe(type)
  })

  it('leaves no number and no list without bounds', () => {
    const rows = page.split('\n').filter((line) => line.startsWith('| `spec.'))
    const open = rows.filter((line) => /\| (integer|number|list of [^|,]*) \|/.test(line))
    // Any whole number; and names of what the policy itself has, which is bounded.
    const free = /\.range\.(start|end)$|^spec\.initial\.(cohorts|mirrors)$/
    expect(open.map((line) => line.split('`')[1] ?? '').filter((path) => !free.test(path))).toEqual([])
  })
})

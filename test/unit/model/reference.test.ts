// The reference page says what the schemas say.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { manifestKinds } from '../../../src/model/kinds.ts'
import { fieldPaths, manifestReference } from '../../../src/model/reference.ts'

const page = readFileSync(
  join(import.meta.dirname, '..', '..', '..', 'docs', 'reference', 'manifests.md'),
  'utf8',
)

describe('docs/reference/manifests.md', () => {
  it('is what scripts/reference-manifests.mjs makes of the schemas', () => {
    expect(page).toBe(manifestReference())
  })

  it.each(Object.entries(manifestKinds))('names every field of %s and gives it a meaning', (_, { spec }) => {
    expect(fieldPaths(spec).length).toBeGreaterThan(3)
    for (const path of fieldPaths(spec)) {
      const row = page.split('\n').find((line) => line.startsWith(`| \`${path}\``))
      expect(row, path).toBeDefined()
      expect(row?.split(' | ').at(-1)?.length, path).toBeGreaterThan(10)
    }
  })
})

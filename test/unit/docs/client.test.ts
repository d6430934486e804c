// The page of the client shows the examples as they are, and every kind of error.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { problemTable } from '../../../src/api/index.ts'
import type { ErrorKind } from '../../../src/client/public.ts'

const root = join(import.meta.dirname, '..', '..', '..')
const page = readFileSync(join(root, 'docs', 'reference', 'client.md'), 'utf8')
const examples = join(root, 'examples', 'client')

it.each(readdirSync(examples))('shows examples/client/%s as it is', (name) => {
  expect(page).toContain(`\`\`\`ts\n${readFileSync(join(examples, name), 'utf8')}\`\`\`\n`)
})

it('names every kind of error', () => {
  // A table, so that the compiler asks for new kinds.
  const onTheWay: Readonly<Record<Exclude<ErrorKind, keyof typeof problemTable>, true>> = {
    unreachable: true,
    timedOut: true,
    cancelled: true,
    broken: true,
  }
  const listed = [...page.matchAll(/^\| `(\w+)` \|/gm)].map(([, kind]) => kind)
  expect(listed).toEqual(expect.arrayContaining([...Object.keys(problemTable), ...Object.keys(onTheWay)]))
})

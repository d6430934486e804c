// Metrics, options and variables that pages name are those of the program: none is called what it was called once.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Command, Option } from 'commander'
import { describe, expect, it } from 'vitest'
import { commandTable } from '../../../src/cli/command-table.ts'
import { createProgram } from '../../../src/cli/program.ts'
import { manifestKindNames } from '../../../src/model/kinds.ts'
import { metricTable } from '../../../src/ops/index.ts'
import { settings, variableOf } from '../../../src/settings.ts'

const root = join(import.meta.dirname, '..', '..', '..')
const pages = [
  'README.md',
  ...readdirSync(join(root, 'docs'), { recursive: true })
    .map((name) => join('docs', String(name)))
    .filter((name) => name.endsWith('.md')),
]
const text = (page: string): string => readFileSync(join(root, page), 'utf8')

const options: Option[] = []
const collect = (command: Command): void => {
  options.push(...command.options)
  command.commands.forEach(collect)
}
collect(await createProgram('*'))

/** What Envoy, curl, git and the like are given on the pages. */
const foreign: readonly string[] = [
  ...['--drain-time-s', '--parent-shutdown-time-s', '--base-id', '--concurrency', '--mode'],
  ...['--cert', '--key', '--cacert', '--fail-with-body', '--resolve', '--help', '--read-only', '--import'],
]
const flags = new Set([...options.map(({ long }) => long ?? ''), ...foreign])
const variables = new Set([
  ...options.map(({ envVar }) => envVar ?? ''),
  ...Object.keys(settings).map(variableOf),
  'VERDIGRIS_CONFIG',
])

describe.each(pages)('%s', (page) => {
  it('names metrics that there are', () => {
    const named = [...text(page).matchAll(/\bverdigris_[a-z_]+\b/g)].map(([name]) =>
      name.replace(/_(bucket|sum|count)$/, ''),
    )
    // The beginning of several, as in `grep verdigris_push`.
    const known = Object.keys(metricTable)
    expect(named.filter((name) => !known.some((one) => one === name || one.startsWith(`${name}_`)))).toEqual(
      [],
    )
  })

  it('names options that some command has', () => {
    const named = [...text(page).matchAll(/`(--[a-z][a-z0-9-]+)[^`]*`/g)].map(([, name = '']) => name)
    expect(named.filter((name) => !flags.has(name))).toEqual([])
  })

  it('names variables that are read', () => {
    const named = [...text(page).matchAll(/\bVERDIGRIS_[A-Z_]+\b/g)].map(([name]) => name)
    const ofTests = new Set(['VERDIGRIS_REQUIRE_ENVOY', 'VERDIGRIS_UPDATE', 'VERDIGRIS_TEST_INSTALL'])
    expect(named.filter((name) => !variables.has(name) && !ofTests.has(name))).toEqual([])
  })
})

describe('docs/guides/coming-from.md', () => {
  it('says "not there yet" of rollouts and analysis as long as it is so, and no longer', () => {
    const page = text('docs/guides/coming-from.md')
    expect(page).toContain('| `AnalysisTemplate`, `AnalysisRun` | *not there yet* |')
    expect(manifestKindNames.filter((kind) => /rollout|analysis|experiment/i.test(kind))).toEqual([])
    const verbs = commandTable.map(({ name }) => name)
    expect(verbs.filter((verb) => /rollout|promote|pause|resume/.test(verb))).toEqual([])
  })
})

// Rules and dashboard name series, labels and values that there are; every alert is tried, and has its place in the operations
// guide. Envoy's own series are looked for on a real one: test/e2e/stack.test.ts.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { createMetrics, type MetricRow, metricTable } from '../../../src/ops/index.ts'
import { emptyHere } from '../../stack/check.ts'
import {
  alerts,
  dashboard,
  matchersIn,
  panelQueries,
  recorded,
  root,
  seriesIn,
  textOf,
} from '../../stack/deployed.ts'

const rows = new Map<string, MetricRow>(Object.entries(metricTable))
/** What a series of ours is called in the table: a histogram has three. */
const rowOf = (series: string): MetricRow | undefined =>
  rows.get(series) ?? rows.get(series.replace(/_(bucket|sum|count)$/, ''))
const records = new Set(recorded().map(({ record }) => record))
const said = new Set(
  [...(await createMetrics({ version: '1' }).expose()).text.matchAll(/^# TYPE (\S+)/gm)].map(
    ([, name]) => name,
  ),
)
const expressions = [
  ...recorded().map(({ record, expr }) => [record, expr] as const),
  ...alerts().map(({ alert, expr }) => [alert, expr] as const),
  ...panelQueries().map(({ panel, expr }) => [panel, expr] as const),
]

describe.each(expressions)('%s', (_, expr) => {
  it('names series that there are', () => {
    const named = seriesIn(expr)
    expect(named.length).toBeGreaterThan(0)
    const unknown = named.filter((series) => {
      if (series.startsWith('envoy_') || series === 'up' || series === 'ALERTS') return false
      if (series.includes(':')) return !records.has(series)
      return series.startsWith('verdigris_') ? rowOf(series) === undefined : !said.has(series)
    })
    expect(unknown).toEqual([])
  })

  it('compares labels that they have with values that these can take', () => {
    const wrong = matchersIn(expr).flatMap(({ series, label, values }) => {
      const row = series.startsWith('verdigris_') ? rowOf(series) : undefined
      if (row === undefined || label === 'instance' || label === 'job') return []
      const known = row.labels[label]
      if (known === undefined) return [`${series} has no label ${label}`]
      if (typeof known === 'string') return []
      return values
        .filter((value) => !known.includes(value))
        .map((value) => `${series}: ${label} is never ${value}`)
    })
    expect(wrong).toEqual([])
  })
})

describe('every alert', () => {
  const guide = readFileSync(join(root, 'docs', 'operations.md'), 'utf8')
  const tried = z
    .object({
      tests: z.array(
        z.object({
          promql_expr_test: z.array(z.object({ exp_samples: z.array(z.object({ labels: z.string() })) })),
        }),
      ),
    })
    .parse(parse(textOf('deploy', 'prometheus', 'rules.test.yml')))
    .tests.map((one) => one.promql_expr_test)
  const names = alerts().map(({ alert }) => alert)

  it('has a name of its own', () => {
    expect([...new Set(names)]).toEqual(names)
  })

  it.each(alerts())('$alert has a unit test in which it fires, and does not before', ({ alert }) => {
    const fires = `{alertname="${alert}"}`
    const own = tried.filter((looks) =>
      looks.some((look) => look.exp_samples.some(({ labels }) => labels === fires)),
    )
    expect(own.length).toBeGreaterThan(0)
    for (const [first] of own) expect(first?.exp_samples).toEqual([])
  })

  it.each(alerts())(
    '$alert is told in the operations guide, with how bad it is',
    ({ alert, annotations, labels }) => {
      expect(annotations.runbook_url).toBe(`docs/operations.md#${alert.toLowerCase()}`)
      const section = guide.split(/^### /m).find((text) => text.startsWith(`${alert}\n`)) ?? ''
      const how = labels.severity
      expect(section.split('\n')[2]).toMatch(
        new RegExp(`^\\*${how.charAt(0).toUpperCase()}${how.slice(1)}\\.\\*`),
      )
    },
  )

  it('is told in the order of the rules, and nothing else is', () => {
    expect([...guide.matchAll(/^### (Verdigris\w+)$/gm)].map(([, name]) => name)).toEqual(names)
  })

  it('is not lost among links that lead nowhere', () => {
    const anchors = new Set(
      [...guide.matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
        title
          .toLowerCase()
          .replaceAll(/[^\w\s-]/g, '')
          .replaceAll(' ', '-'),
      ),
    )
    const links = [...guide.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor = '']) => anchor)
    expect(links.length).toBeGreaterThan(10)
    expect(links.filter((anchor) => !anchors.has(anchor))).toEqual([])
  })
})

describe('the dashboard', () => {
  const { panels, templating } = dashboard()

  it('has panels with ids of their own that do not lie on each other', () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length)
    const taken = new Map<string, string>()
    for (const { title, gridPos: at } of panels) {
      for (let x = at.x; x < at.x + at.w; x += 1) {
        for (let y = at.y; y < at.y + at.h; y += 1) {
          expect(taken.get(`${x} ${y}`), `${title} lies on another panel`).toBeUndefined()
          taken.set(`${x} ${y}`, title)
        }
      }
      expect(at.x + at.w).toBeLessThanOrEqual(24)
    }
  })

  it('asks the data source that was chosen, and uses variables that there are', () => {
    const variables = new Set(templating.list.map(({ name }) => name))
    const text = textOf('deploy', 'grafana', 'dashboards', 'verdigris.json')
    const used = [...text.matchAll(/\$\{?(\w+)\}?/g)].map(([, name = '']) => name)
    expect(used.filter((name) => !variables.has(name) && !name.startsWith('__'))).toEqual([])
    const sources = panels.flatMap(({ targets }) => targets.map(({ datasource }) => datasource.uid))
    // biome-ignore lint/suspicious/noTemplateCurlyInString: that is how Grafana writes a variable
    expect(new Set(sources)).toEqual(new Set(['${datasource}']))
  })

  it('has the panels that the guide names', () => {
    const titles = new Set(panels.map(({ title }) => title))
    const guide = textOf('docs', 'operations.md')
    const part = guide.slice(guide.indexOf('## What to watch'), guide.indexOf('## The store is damaged'))
    const named = [...part.matchAll(/(?:panels?|\|) \*([A-Z][^*]+)\*|, \*([A-Z][^*]+)\*/g)]
      .map(([, one, other]) => one ?? other ?? '')
      .filter((name) => !name.endsWith('.'))
    expect(named.length).toBeGreaterThan(5)
    const known = (name: string): boolean => titles.has(name)
    expect(named.filter((name) => !known(name) && name !== 'Leases')).toEqual([])
    expect(Object.keys(emptyHere).filter((name) => !known(name))).toEqual([])
  })
})

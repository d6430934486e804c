// What deploy/ and docker-compose.yml say, as the stack and the tests read them.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'

/** Of the project: where package.json is. */
export const root = process.env.STACK_ROOT ?? join(import.meta.dirname, '..', '..')
export const textOf = (...path: readonly string[]): string => readFileSync(join(root, ...path), 'utf8')

const composeSchema = z.looseObject({
  services: z.record(
    z.string(),
    z.looseObject({
      command: z.array(z.string()).optional(),
      entrypoint: z.array(z.string()).optional(),
      image: z.string(),
      build: z.string().optional(),
      ports: z.array(z.string()).default([]),
      volumes: z.array(z.string()).default([]),
      depends_on: z.record(z.string(), z.looseObject({ condition: z.string() })).default({}),
      environment: z.record(z.string(), z.string()).default({}),
      healthcheck: z.looseObject({ test: z.array(z.string()).default([]) }).optional(),
    }),
  ),
  volumes: z.record(z.string(), z.unknown()),
})
export const compose = (): z.output<typeof composeSchema> =>
  composeSchema.parse(parse(textOf('docker-compose.yml'), { merge: true }))

const prometheusSchema = z.looseObject({
  rule_files: z.array(z.string()),
  scrape_configs: z.array(
    z.looseObject({
      job_name: z.string(),
      metrics_path: z.string(),
      static_configs: z.array(z.looseObject({ targets: z.array(z.string()) })),
    }),
  ),
})
export const prometheusConfig = (): z.output<typeof prometheusSchema> =>
  prometheusSchema.parse(parse(textOf('deploy', 'prometheus', 'prometheus.yml')))

const annotations = z.looseObject({ summary: z.string(), description: z.string(), runbook_url: z.string() })
const rulesSchema = z.object({
  groups: z.array(
    z.object({
      name: z.string(),
      rules: z.array(
        z.union([
          z.strictObject({ record: z.string(), expr: z.string() }),
          z.strictObject({
            alert: z.string(),
            expr: z.string(),
            for: z.string().optional(),
            labels: z.strictObject({ severity: z.enum(['critical', 'warning', 'info']) }),
            annotations,
          }),
        ]),
      ),
    }),
  ),
})
type Rule = z.output<typeof rulesSchema>['groups'][number]['rules'][number]
export type Alert = Extract<Rule, { alert: string }>

const rules = (): readonly Rule[] =>
  rulesSchema.parse(parse(textOf('deploy', 'prometheus', 'rules.yml'))).groups.flatMap((group) => group.rules)
export const alerts = (): readonly Alert[] => rules().filter((rule): rule is Alert => 'alert' in rule)
export const recorded = (): readonly { readonly record: string; readonly expr: string }[] =>
  rules().flatMap((rule) => ('record' in rule ? [rule] : []))

const targetSchema = z.looseObject({ expr: z.string(), datasource: z.looseObject({ uid: z.string() }) })
const dashboardSchema = z.looseObject({
  uid: z.string(),
  schemaVersion: z.number(),
  templating: z.looseObject({ list: z.array(z.looseObject({ name: z.string(), type: z.string() })) }),
  panels: z.array(
    z.looseObject({
      id: z.number(),
      type: z.enum(['row', 'stat', 'timeseries']),
      title: z.string(),
      gridPos: z.object({ h: z.number(), w: z.number(), x: z.number(), y: z.number() }),
      targets: z.array(targetSchema).default([]),
    }),
  ),
})
export const dashboard = (): z.output<typeof dashboardSchema> =>
  dashboardSchema.parse(JSON.parse(textOf('deploy', 'grafana', 'dashboards', 'verdigris.json')))

/** One query of the dashboard, with its variables filled in as Grafana does for "all". */
export interface PanelQuery {
  readonly panel: string
  readonly expr: string
}
export const panelQueries = (): readonly PanelQuery[] =>
  dashboard().panels.flatMap(({ title, targets }) =>
    targets.map(({ expr }) => ({
      panel: title,
      expr: expr.replaceAll('$service', '.*').replaceAll('$__rate_interval', '1m'),
    })),
  )

/** Names of series in an expression; what it has beside them are functions, labels, texts and times. */
export function seriesIn(expr: string): readonly string[] {
  const bare = expr
    .replaceAll(/"(?:[^"\\]|\\.)*"/g, '""')
    .replaceAll(/\{[^}]*\}/g, '{}')
    .replaceAll(/\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/g, ' ')
  const names = bare.match(/[a-zA-Z_][a-zA-Z0-9_:]*/g) ?? []
  return [
    ...new Set(names.filter((name) => /^(verdigris|envoy|process|nodejs)[_:]|^(up|ALERTS)$/.test(name))),
  ]
}

/** Matchers of an expression: series, label, and the values that it is compared with. */
export function matchersIn(
  expr: string,
): readonly { readonly series: string; readonly label: string; readonly values: readonly string[] }[] {
  return [...expr.matchAll(/([a-zA-Z_:][\w:]*)\{([^}]*)\}/g)].flatMap(([, series = '', inside = '']) =>
    [...inside.matchAll(/(\w+)\s*(?:=~|!~|!=|=)\s*"([^"]*)"/g)].map(([, label = '', value = '']) => ({
      series,
      label,
      values: value.split('|'),
    })),
  )
}

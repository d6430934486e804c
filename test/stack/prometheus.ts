// A real Prometheus over the stack: our own configuration and rules with the addresses and the pace of this run.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { httpGet, type Running, type Scope, until } from '../../src/demo/rig/index.ts'
import { prometheusConfig, root } from './deployed.ts'

/** A series and its newest value. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

export interface Prometheus {
  readonly url: string
  readonly process: Running
  /** An instant query. Throws where Prometheus refuses it. */
  query(expr: string): Promise<readonly Sample[]>
  /** Alerts that are pending or firing, each name once with the most that it is. */
  alerts(): Promise<ReadonlyMap<string, 'pending' | 'firing'>>
}

export interface PrometheusOptions {
  readonly binary: string
  readonly port: number
  /** Between two scrapes, and two looks at the rules. */
  readonly everyMs: number
  /** `verdigris:18002` → where that is here. */
  readonly addresses: ReadonlyMap<string, string>
}

/** Starts it; resolves when every target was scraped. */
export async function startPrometheus(scope: Scope, options: PrometheusOptions): Promise<Prometheus> {
  const folder = await scope.folder()
  const file = join(folder, 'prometheus.yml')
  await writeFile(file, stringify(configOf(options)))
  const listen = `127.0.0.1:${options.port}`
  const process = await scope.start('prometheus', options.binary, [
    ...[`--config.file=${file}`, `--storage.tsdb.path=${join(folder, 'data')}`],
    ...[`--web.listen-address=${listen}`, '--log.level=warn'],
  ])
  const url = `http://${listen}`
  const get = async (path: string): Promise<unknown> => {
    const { body } = await httpGet(`${url}${path}`)
    const answer = JSON.parse(body) as { status: string; data: unknown; error?: string }
    if (answer.status !== 'success') throw new Error(answer.error ?? body.slice(0, 200))
    return answer.data
  }
  const prometheus: Prometheus = {
    url,
    process,
    query: async (expr) => {
      const data = (await get(`/api/v1/query?query=${encodeURIComponent(expr)}`)) as Answer
      if (data.resultType !== 'vector') return [{ labels: {}, value: Number(data.result[1]) }]
      return data.result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }))
    },
    alerts: async () => {
      const { alerts } = (await get('/api/v1/alerts')) as { alerts: readonly ActiveAlert[] }
      const most = new Map<string, 'pending' | 'firing'>()
      for (const { labels, state } of alerts) {
        if (state === 'firing' || !most.has(labels.alertname)) most.set(labels.alertname, state)
      }
      return most
    },
  }
  await until('every target is scraped', 20_000, async () => {
    if (process.end() !== undefined) return 'ended'
    const up = await prometheus.query('up')
    return (up.length >= options.addresses.size && up.every(({ value }) => value === 1)) || undefined
  })
  if (process.end() !== undefined) throw new Error('prometheus ended at once')
  return prometheus
}

type Answer =
  | {
      readonly resultType: 'vector'
      readonly result: readonly {
        readonly metric: Readonly<Record<string, string>>
        readonly value: readonly [number, string]
      }[]
    }
  | { readonly resultType: 'scalar'; readonly result: readonly [number, string] }
interface ActiveAlert {
  readonly labels: Readonly<Record<string, string>> & { readonly alertname: string }
  readonly state: 'pending' | 'firing'
}

/** Instances keep the names that they have in the compose network. */
function configOf({ addresses, everyMs }: PrometheusOptions): object {
  const config = prometheusConfig()
  const every = `${everyMs}ms`
  return {
    ...config,
    global: { scrape_interval: every, scrape_timeout: every, evaluation_interval: every },
    rule_files: config.rule_files.map((name) => join(root, 'deploy', 'prometheus', name)),
    scrape_configs: config.scrape_configs.map((job) => ({
      ...job,
      static_configs: job.static_configs.flatMap(({ targets }) =>
        targets.map((target) => ({
          targets: [addresses.get(target) ?? `${target} has no place here`],
          labels: { instance: target },
        })),
      ),
    })),
  }
}

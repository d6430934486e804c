// npm run stack: the set-up of docker-compose.yml without containers, until Ctrl-C. `--once`: look at all of it, make faults, end.

import { openScope, type Scope } from '../../src/demo/rig/index.ts'
import { findEnvoy, progressPrinter } from '../../src/envoy-binary/index.ts'
import { checkHealth, checkRules, emptyHere, provocations, provoke, stillServes } from './check.ts'
import { findPrometheus } from './find-prometheus.ts'
import { type Stack, startStack } from './stack.ts'

const say = (line: string): void => {
  process.stdout.write(`${line}\n`)
}

async function main(): Promise<number> {
  const once = process.argv.includes('--once')
  const ending = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => ending.abort())
  const prometheus = await findPrometheus({ fetch: true })
  const envoy = await findEnvoy({ install: true, progress: progressPrinter(process.stderr) })
  if (!envoy.ok) throw new Error(envoy.error.message)
  const scope = await openScope('stack')
  try {
    const stack = await startStack(scope, {
      ...{ envoy: envoy.value.path, prometheus, everyMs: once ? 1_000 : 5_000, knownPorts: !once },
    })
    for (const line of addresses(stack)) say(line)
    if (!once) {
      say('\nIt stays until Ctrl-C.')
      await new Promise<void>((resolve) => {
        if (ending.signal.aborted) resolve()
        ending.signal.addEventListener('abort', () => resolve())
      })
      return 0
    }
    await checkRules(prometheus)
    say('\nthe rules are sound, and their unit tests hold')
    return await look(stack, scope)
  } finally {
    await scope.close()
  }
}

async function look(stack: Stack, scope: Scope): Promise<number> {
  const health = await checkHealth(stack)
  const wrong = [...health.empty, ...health.unexpected, ...health.unrecorded, ...health.firing]
  const skipped = Object.entries(emptyHere).map(([panel, why]) => `${panel} (${why})`)
  say(`${health.queries} queries of the dashboard; rightly empty here: ${skipped.join('; ')}`)
  if (wrong.length > 0) {
    say(`without data: ${health.empty.join(', ')}; without a series: ${health.unrecorded.join(', ')}`)
    say(`with data after all: ${health.unexpected.join(', ')}; alerts that fire: ${health.firing.join(', ')}`)
    return 1
  }
  say('all others have data, and no alert fires')
  for (const provocation of provocations) {
    await provoke(stack, scope, provocation)
    say(`${provocation.what}: ${provocation.alerts.join(', ')}`)
  }
  await stillServes(stack)
  say('and the proxy that is left answers')
  return 0
}

const addresses = ({ controlPlane: { ports }, prometheus, edges, port }: Stack): readonly string[] => [
  `Prometheus    ${prometheus.url}`,
  `the service   http://127.0.0.1:${port}/`,
  `control plane http://127.0.0.1:${ports.http}/metrics, admin 127.0.0.1:${ports.admin}, xDS 127.0.0.1:${ports.xds}`,
  ...edges.map(({ nodeId, admin }) => `${nodeId}        http://${admin}/stats/prometheus`),
  'Grafana       import deploy/grafana/dashboards/verdigris.json, with this Prometheus as its data source',
  `try           npx verdigris switch checkout green --server 127.0.0.1:${ports.admin} --wait`,
]

main().then(
  (status) => {
    process.exitCode = status
  },
  (cause: unknown) => {
    process.stderr.write(`the stack failed: ${cause instanceof Error ? cause.message : String(cause)}\n`)
    process.exitCode = 1
  },
)

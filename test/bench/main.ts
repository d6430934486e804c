// The benchmarks, printed as tables, and as JSON with --json FILE. Arguments pick sections: latency, wide, commit, churn,
// stalled, restart; all by default. --quick makes few runs. The exit status says whether every goal was met.
import { writeFileSync } from 'node:fs'
import { cpus, release } from 'node:os'
import { openScope } from '../../src/demo/rig/index.ts'
import { findEnvoy, progressPrinter } from '../../src/envoy-binary/index.ts'
import { benchBigCommit } from './big-commit.ts'
import { benchChurn } from './churn.ts'
import { latencySection, measureLatency, wideSection } from './push-latency.ts'
import { holds, printSection, type Section } from './report.ts'
import { benchRestart } from './restart.ts'
import { runApart, stalledSection } from './stalled.ts'

const args = process.argv.slice(2)
const quick = args.includes('--quick')
const jsonFile = args.includes('--json') ? args[args.indexOf('--json') + 1] : undefined
const sections = ['latency', 'wide', 'commit', 'churn', 'stalled', 'restart'].filter((name) =>
  args.includes(name),
)
const wanted = (name: string): boolean => sections.length === 0 || sections.includes(name)
const moves = quick ? 20 : 300
const warmUp = quick ? 20 : 200
const services = quick ? 100 : 1_000

const done: Section[] = []
const note = (section: Section): void => {
  done.push(section)
  process.stdout.write(`${printSection(section)}\n`)
}

const scope = await openScope('bench')
process.once('SIGINT', () => void scope.close().then(() => process.exit(130)))
try {
  const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, Linux ${release()}, Node ${process.version}`
  process.stdout.write(`${machine}\n`)
  if (wanted('commit')) {
    note(await benchBigCommit({ services, endpoints: 10, runs: quick ? 1 : 5 }))
  }
  if (wanted('churn')) {
    note(await benchChurn({ scope, few: 20, many: services, changes: quick ? 20 : 200 }))
  }
  if (wanted('restart')) {
    note(await benchRestart({ scope, services: quick ? 250 : 2_500, runs: quick ? 3 : 25, moves: 40 }))
  }
  if (wanted('stalled')) {
    const options = {
      live: 50,
      stalled: quick ? 50 : 200,
      bytes: 128 * 1024,
      updates: quick ? 20 : 100,
      gapMs: 150,
    }
    const alone = await runApart({ ...options, stalled: 0 })
    note(stalledSection(options, alone, await runApart(options)))
  }
  if (wanted('latency') || wanted('wide')) {
    const envoy = await findEnvoy({ install: true, progress: progressPrinter(process.stderr) })
    if (!envoy.ok) throw new Error(envoy.error.message)
    const base = { scope, envoy: envoy.value.path, moves, warmUp, services: 1, ratePerSecond: 0 } as const
    for (const variant of ['delta', 'sotw'] as const) {
      const idle = await measureLatency({ ...base, variant })
      if (wanted('latency')) {
        note(latencySection(`One Envoy, ${variant}, idle`, idle))
        const loaded = await measureLatency({ ...base, variant, ratePerSecond: 500 })
        note(latencySection(`One Envoy, ${variant}, 500 requests a second each`, loaded))
      }
      if (wanted('wide')) {
        note(wideSection(services, idle, await measureLatency({ ...base, variant, services })))
      }
    }
  }
} finally {
  await scope.close()
}
if (jsonFile !== undefined) writeFileSync(jsonFile, `${JSON.stringify(done, undefined, 2)}\n`)
const missed = done.flatMap(({ title, goals }) =>
  goals.filter((goal) => !holds(goal)).map(({ text }) => `${title}: ${text}`),
)
process.stdout.write(
  missed.length === 0 ? '\n✔ every goal is met\n' : `\n✖ not met:\n  ${missed.join('\n  ')}\n`,
)
process.exitCode = missed.length === 0 ? 0 : 1

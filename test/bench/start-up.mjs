// How long `verdigris --help` takes beside a bare Node: the wish is at most 2 × `node -e 0` plus 60 ms. Run after a build, on a
// quiet machine: node test/bench/start-up.mjs [runs]. The tests hold what is loaded instead (test/unit/cli/terminal.test.ts).
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

const runs = Number(process.argv[2] ?? 21)
const script = join(import.meta.dirname, '..', '..', 'dist', 'cli', 'verdigris.js')
const commands = {
  'node -e 0': ['-e', '0'],
  'verdigris --help': [script, '--help'],
  'verdigris switch --help': [script, 'switch', '--help'],
  'verdigris __complete (no server)': [script, '__complete', 'bash', 'verdigris swi'],
}

/** Milliseconds of one run. */
function timed(args) {
  const started = performance.now()
  const { status } = spawnSync(process.execPath, args, { stdio: 'ignore' })
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}`)
  return performance.now() - started
}

const times = Object.fromEntries(Object.keys(commands).map((name) => [name, []]))
// In turns: a machine that gets slower gets slower for all of them.
for (let run = 0; run < runs; run += 1)
  for (const [name, args] of Object.entries(commands)) times[name].push(timed(args))
const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]
for (const [name, values] of Object.entries(times))
  console.log(
    `${name.padEnd(34)} median ${median(values).toFixed(0)} ms, least ${Math.min(...values).toFixed(0)} ms`,
  )
const bound = 2 * median(times['node -e 0']) + 60
const help = median(times['verdigris --help'])
console.log(`${help <= bound ? 'within' : 'ABOVE'} the bound: ${help.toFixed(0)} of ${bound.toFixed(0)} ms`)
process.exitCode = help <= bound ? 0 : 1

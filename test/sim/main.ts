// The command line of the simulation:
//
//   SEED=7 npm run sim             replays one seed and prints what happens, a line each
//   SEED=7 SHRINK=1 npm run sim    the same with as few actions as show the fault
//   npm run sim                    300 seeds; stops at the first that fails
//   npm run sim:long               10,000 seeds; FROM=… COUNT=… say which

import { cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { failureText } from './report.ts'
import { shrink } from './shrink.ts'
import { type Outcome, simulate } from './simulate.ts'

const say = (text: string): void => {
  process.stdout.write(`${text}\n`)
}
const numberOf = (name: string): number | undefined => {
  const text = process.env[name]
  return text === undefined || text === '' ? undefined : Number(text)
}

/** What a worker says after each seed. */
type Said = Pick<Outcome, 'seed' | 'actions' | 'responses' | 'elapsedMs'> & {
  readonly failure: string | undefined
}

async function replay(seed: number): Promise<number> {
  const plan = process.env.SHRINK === undefined ? seed : await shrink(seed, say)
  const outcome = await simulate(plan, { show: say })
  say('')
  say(
    outcome.fault === undefined
      ? `seed ${seed}: no fault, trace ${outcome.hash.slice(0, 16)}`
      : failureText(outcome, 0),
  )
  return outcome.fault === undefined ? 0 : 1
}

/** Seeds from a number on, over all cores. */
async function runMany(from: number, count: number): Promise<number> {
  const started = performance.now()
  const workers = Math.max(1, Math.min(numberOf('WORKERS') ?? cpus().length, count))
  let done = 0
  let actions = 0
  let responses = 0
  let elapsedMs = 0
  let failures = 0
  const seconds = (): number => (performance.now() - started) / 1_000
  const rate = (): string => `${(done / seconds()).toFixed(1)} seeds/s`
  const progress = setInterval(() => {
    say(`${done} of ${count} seeds, ${Math.round(seconds())} s, ${rate()}`)
  }, 10_000)
  await Promise.all(
    Array.from({ length: workers }, (_, index) => {
      const worker = new Worker(fileURLToPath(import.meta.url), {
        workerData: { first: from + index, step: workers, end: from + count },
      })
      return new Promise<void>((resolve, reject) => {
        worker.on('error', reject)
        worker.on('exit', () => resolve())
        worker.on('message', (said: Said) => {
          done += 1
          actions += said.actions
          responses += said.responses
          elapsedMs += said.elapsedMs
          if (said.failure === undefined) return
          failures += 1
          say(said.failure)
        })
      }).finally(() => worker.terminate())
    }),
  ).finally(() => clearInterval(progress))
  say(
    `${done} seeds in ${seconds().toFixed(1)} s (${rate()}): ${actions} actions, ${responses} responses, ` +
      `${(elapsedMs / 3_600_000).toFixed(0)} simulated hours; ${failures === 0 ? 'no fault' : `${failures} failed`}`,
  )
  return failures === 0 ? 0 : 1
}

async function work({ first, step, end }: { first: number; step: number; end: number }): Promise<void> {
  for (let seed = first; seed < end; seed += step) {
    const outcome = await simulate(seed)
    const { actions, responses, elapsedMs } = outcome
    const failure = outcome.fault === undefined ? undefined : failureText(outcome)
    const said: Said = { seed, actions, responses, elapsedMs, failure }
    parentPort?.postMessage(said)
    if (failure !== undefined && process.env.KEEP_GOING === undefined) return
  }
}

if (!isMainThread) await work(workerData)
else {
  const seed = numberOf('SEED')
  const count = numberOf('COUNT') ?? (process.argv.includes('long') ? 10_000 : 300)
  process.exitCode = seed === undefined ? await runMany(numberOf('FROM') ?? 1, count) : await replay(seed)
}

// The trial that chose the store's engine: node test/store-trial/run.mjs [--dense] (after npm run build). Prints a table per
// question; takes some minutes, with --dense (every byte) hours. See docs/decisions/store-engine.md.
import { spawn, spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { change, engines, fingerprint, openEngine, openStore, rawFingerprint } from './rig.mjs'

const dense = process.argv.includes('--dense')
const only = process.argv.find((word) => engines.includes(word))
const flipsWanted = dense ? Number.POSITIVE_INFINITY : 1_000
const here = import.meta.dirname
const root = mkdtempSync(join(tmpdir(), 'verdigris-trial-'))
process.on('exit', () => rmSync(root, { recursive: true, force: true }))

const sizeOf = (dir) =>
  readdirSync(dir, { recursive: true }).reduce((sum, name) => sum + statSync(join(dir, name)).size, 0)

/** A small store of `commits` commits: closed, closed and opened once more, or killed while it commits. */
async function makeStore(engine, dir, commits, how) {
  if (how !== 'killed') {
    const opened = await openStore(engine, dir)
    for (let n = 0; n < commits; n++) await opened.value.commit(change(n, false))
    await opened.value.close()
    // Opening again moves what LevelDB has in its log to a table.
    if (how === 'reopened') await (await openStore(engine, dir, false)).value.close()
    return
  }
  const child = spawn(process.execPath, [join(here, 'write-loop.mjs'), engine, dir, '0', 'small'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  for await (const line of createInterface({ input: child.stdout })) {
    if (Number(line) >= commits - 1) child.kill('SIGKILL')
  }
}

/** Examines every job in children, a new one after each death; tallies by what came of it. */
async function examine(engine, original, jobs, expected) {
  const tally = { intact: 0, refused: 0, wrong: 0, signal: 0, hang: 0 }
  const copy = `${original}-copy`
  let next = 0
  while (next < jobs.length) {
    const child = spawn(process.execPath, [join(here, 'examine.mjs'), engine, original, copy], {
      stdio: ['pipe', 'pipe', 'ignore'],
    })
    child.stdin.on('error', () => undefined)
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    for (; next < jobs.length; ) {
      const job = jobs[next++]
      child.stdin.write(`${JSON.stringify(job)}\n`)
      let timer
      const hung = new Promise((resolve) => {
        timer = setTimeout(() => resolve('hang'), 10_000)
      })
      const answer = await Promise.race([lines.next(), hung])
      clearTimeout(timer)
      if (answer === 'hang' || answer.done) {
        tally[answer === 'hang' ? 'hang' : 'signal']++
        child.kill('SIGKILL')
        break
      }
      const want = job.raw ? expected.raw : expected.whole
      tally[answer.value === want ? 'intact' : answer.value === 'error' ? 'refused' : 'wrong']++
      if (!job.raw && answer.value !== want && answer.value !== 'error')
        console.log('   wrong:', JSON.stringify(job), answer.value)
    }
    child.stdin.end()
    child.kill('SIGKILL')
  }
  rmSync(copy, { recursive: true, force: true })
  return tally
}

async function damageTrial(engine, how) {
  const dir = join(root, `${engine}-${how}`)
  await makeStore(engine, dir, 100, how)
  const still = `${dir}-look`
  cpSync(dir, still, { recursive: true })
  const looked = await openStore(engine, still, false)
  const whole = await fingerprint(looked.value)
  await looked.value.close()
  rmSync(still, { recursive: true })
  cpSync(dir, still, { recursive: true })
  const bare = await openEngine(engine, join(still, 'engine'))
  const raw = (await rawFingerprint(bare.value)).value
  await bare.value.close()
  const files = readdirSync(join(dir, 'engine')).filter((name) => !/^(LOG.*|LOCK|lock\.mdb)$/.test(name))
  const total = files.reduce((sum, name) => sum + statSync(join(dir, 'engine', name)).size, 0)
  const stride = Math.max(1, Math.floor(total / flipsWanted))
  const flips = []
  const cuts = []
  for (const name of files) {
    const { size } = statSync(join(dir, 'engine', name))
    const step = Math.max(1, Math.min(stride, Math.floor(size / 50)))
    const file = join('engine', name)
    for (let at = 0; at < size; at += step)
      flips.push(
        { file, at, flip: 0xff },
        { file, at: Math.min(size - 1, at + (step >> 1)), flip: 1 << (at % 8) },
      )
    for (let at = 0; at < size; at += Math.max(1, Math.floor(size / 100)))
      cuts.push({ file, at, truncate: true })
  }
  for (const [what, jobs] of Object.entries({ flips, truncations: cuts })) {
    for (const bareEngine of [true, false]) {
      const tally = await examine(
        engine,
        dir,
        jobs.map((job) => ({ ...job, raw: bareEngine })),
        { raw, whole },
      )
      console.log(
        `| ${engine} | ${how}, ${what} | ${bareEngine ? 'engine alone' : 'with our checks'} | ${Object.values(tally).join(' | ')} |`,
      )
    }
  }
}

async function killTrial(engine, rounds) {
  const dir = join(root, `${engine}-kill`)
  let answered = -1
  let lost = 0
  let unopened = 0
  for (let round = 0; round < rounds; round++) {
    const child = spawn(process.execPath, [join(here, 'write-loop.mjs'), engine, dir, String(answered + 1)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const patience = 20 + ((round * 37) % 180)
    let _timer
    for await (const line of createInterface({ input: child.stdout })) {
      _timer ??= setTimeout(() => child.kill('SIGKILL'), patience)
      answered = Number(line)
    }
    const opened = await openStore(engine, dir, false)
    if (!opened.ok) {
      unopened++
      console.log(JSON.stringify(opened.error))
      break
    }
    const { revision } = opened.value.view()
    if (revision < answered + 1) lost++
    answered = revision - 1
    await opened.value.close()
  }
  console.log(`| ${engine} | ${rounds} | ${answered + 1} | ${lost} | ${unopened} |`)
}

async function speedTrial(engine) {
  const dir = join(root, `${engine}-speed`)
  const opened = await openStore(engine, dir)
  const cpu = process.cpuUsage()
  const start = performance.now()
  const commits = 3_500
  let flush = 0
  for (let n = 0; n < commits; n++) flush += (await opened.value.commit(change(n, false))).value.flushMs
  const elapsed = performance.now() - start
  const used = process.cpuUsage(cpu)
  await opened.value.close()
  const size = sizeOf(join(dir, 'engine'))
  const again = performance.now()
  const reopened = await openStore(engine, dir, false)
  const openMs = performance.now() - again
  const { keys } = reopened.value.stats()
  await reopened.value.close()
  const perSecond = Math.round((commits / elapsed) * 1_000)
  const cpuUs = Math.round((used.user + used.system) / commits)
  console.log(
    `| ${engine} | ${perSecond} | ${(flush / commits).toFixed(2)} ms | ${cpuUs} µs | ${keys} | ${(size / 1e6).toFixed(1)} MB | ${Math.round(openMs)} ms |`,
  )
}

async function secondTrial(engine) {
  const dir = join(root, `${engine}-second`)
  const first = await openStore(engine, dir)
  const second = spawnSync(process.execPath, [join(here, 'write-loop.mjs'), engine, dir, '0'], {
    timeout: 3_000,
    encoding: 'utf8',
  })
  await first.value.close()
  console.log(
    `| ${engine} | ${second.status === 3 ? `refused: ${second.stderr.trim().slice(0, 120)}` : 'opened and wrote'} |`,
  )
}

const wanted = only === undefined ? engines : [only]
console.log(
  '\n| engine | synced commits a second | flush | CPU a commit | keys | size | open |\n|---|---|---|---|---|---|---|',
)
for (const engine of wanted) await speedTrial(engine)
console.log('\n| engine | second process |\n|---|---|')
for (const engine of wanted) await secondTrial(engine)
console.log('\n| engine | SIGKILLs | commits | answered and lost | not opened |\n|---|---|---|---|---|')
for (const engine of wanted) await killTrial(engine, 100)
console.log(
  '\n| engine | damage | judged by | intact | refused | wrong | signal | hang |\n|---|---|---|---|---|---|---|---|',
)
for (const engine of wanted)
  for (const how of ['closed', 'reopened', 'killed']) await damageTrial(engine, how)

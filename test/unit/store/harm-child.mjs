// Child of harm.ts: `harm-child.mjs BUILT ORIGINAL SCRATCH SALVAGE`, one harm as JSON a line, one outcome a line.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  appendFileSync,
  chmodSync,
  cpSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const [built, original, scratch, salvage] = process.argv.slice(2)
const { openStore, openDamagedStore, reportStore, salvageStore } = await import(built)
const hashOf = (content) => createHash('sha256').update(content).digest('hex').slice(0, 32)
const proof = {
  hashOf,
  versionOf: (entries) => {
    let text = ''
    for (const [name, hash] of [...entries].sort(([a], [b]) => (a < b ? -1 : 1))) text += `${name}\n${hash}\n`
    return hashOf(text)
  },
}
const copy = join(scratch, 'copy')
const refresh = () => {
  rmSync(copy, { recursive: true, force: true })
  cpSync(original, copy, { recursive: true })
}

function harm(job) {
  const path = join(copy, job.file)
  switch (job.kind) {
    case 'flip': {
      const bytes = readFileSync(path)
      bytes[job.at] ^= job.bits
      return writeFileSync(path, bytes)
    }
    case 'cut':
      return truncateSync(path, job.at)
    case 'zero': {
      const bytes = readFileSync(path)
      bytes.fill(0, job.at, Math.min(bytes.length, job.at + job.length))
      return writeFileSync(path, bytes)
    }
    case 'append':
      return appendFileSync(path, Buffer.alloc(job.length, 'garbage \u0001\u0002'))
    case 'remove':
      return rmSync(path, { recursive: true })
    case 'folder':
      rmSync(path, { recursive: true })
      return mkdirSync(path)
    case 'pipe':
      rmSync(path, { recursive: true })
      return execFileSync('mkfifo', [path])
    case 'unreadable':
      return chmodSync(path, 0)
    case 'dangling':
      rmSync(path, { recursive: true })
      return symlinkSync(join(scratch, 'nowhere'), path)
    case 'link': {
      const aside = join(scratch, 'aside')
      rmSync(aside, { recursive: true, force: true })
      renameSync(path, aside)
      return symlinkSync(aside, path)
    }
    case 'swap':
      rmSync(path, { recursive: true, force: true })
      return cpSync(join(job.from, job.as ?? job.file), path, { recursive: true })
    default:
      throw new Error(`no harm ${job.kind}`)
  }
}

const typesOf = (types) =>
  JSON.stringify(
    [...types]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([url, { version, entries }]) => [url, version, [...entries].sort()]),
  )

/** Everything that a reader could be told. */
async function tell(store) {
  const view = store.view()
  const generations = new Map()
  for (const [group, kept] of view.generations)
    for (const { number, cause, types } of kept) {
      const bodies = []
      for (const [, { entries }] of types)
        for (const hash of entries.values())
          bodies.push(hashOf((await store.resource(hash)) ?? 'missing') === hash)
      generations.set(`${group} ${number}`, { cause, types: typesOf(types), whole: bodies.every(Boolean) })
    }
  const records = ['push', 'retirement', 'inventory', 'refusal', 'closed', 'endpoint'].map((table) => [
    table,
    [...view.records(table)],
  ])
  return {
    revision: view.revision,
    heads: new Map([...view.heads].map(([key, value]) => [key, JSON.stringify(value)])),
    applied: new Map([...view.applied].map(([key, value]) => [key, JSON.stringify(value)])),
    generations,
    records,
    revisions: new Map(
      (await store.revisions({ limit: 1_000 })).map((each) => [each.number, JSON.stringify(each)]),
    ),
    replay: JSON.stringify(store.replay('request', 'hash')),
  }
}
const print = ({ heads, applied, generations, revisions, ...rest }) =>
  JSON.stringify([[...heads], [...applied], [...generations], [...revisions], rest])

refresh()
const first = await openStore({ dir: copy })
if (!first.ok) throw new Error(first.error.message)
const truth = await tell(first.value)
await first.value.close()
const contents = new Set(
  [...truth.revisions.values()].flatMap((text) => JSON.parse(text).puts.map((put) => JSON.stringify(put))),
)
const newest = new Map()
for (const key of truth.generations.keys()) {
  const [group, number] = key.split(' ')
  newest.set(group, Math.max(newest.get(group) ?? 0, Number(number)))
}

/** What is said and was never so. */
function falsehoods(told, { salvaged }) {
  const wrong = []
  for (const [key, { types, whole }] of told.generations) {
    const was = truth.generations.get(key)
    const isCarriedOn = salvaged && [...truth.generations.values()].some((each) => each.types === types)
    if (!whole) wrong.push(`${key} has no whole resources`)
    if (was?.types !== types && !isCarriedOn) wrong.push(`${key} is not what was committed`)
  }
  for (const world of ['heads', 'applied'])
    for (const [key, text] of told[world]) if (!contents.has(text)) wrong.push(`${world} ${key} was never so`)
  for (const [number, text] of told.revisions)
    if (truth.revisions.get(number) !== text) wrong.push(`revision ${number}`)
  return wrong
}

async function strict() {
  const opened = await openStore({ dir: copy })
  if (!opened.ok) return { refused: `${opened.error.kind}: ${opened.error.message}` }
  try {
    return print(await tell(opened.value)) === print(truth) ? 'same' : 'other'
  } catch (error) {
    return { refused: `unavailable: ${error.message}` }
  } finally {
    await opened.value.close()
  }
}

async function verify() {
  const report = await reportStore(copy, proof)
  if (!report.ok) return { refused: report.error.message }
  return { state: report.value.state, faults: report.value.faults.length }
}

async function proven() {
  const opened = await openDamagedStore(copy, 'it was refused', proof)
  if (!opened.ok) return { refused: opened.error.message }
  const store = opened.value
  const wrong = falsehoods(await tell(store), { salvaged: false })
  const condition = store.condition()
  for (const { group, newest: served, isNewest } of condition.groups)
    if (isNewest && served !== newest.get(group)) wrong.push(`${group}: ${served} is not the newest`)
  const refused = await store.commit({})
  if (refused.ok || refused.error.kind !== 'precondition') wrong.push('a write was not refused')
  const { groups, intent } = condition
  return {
    groups: groups.map(({ group, newest: served, isNewest }) => ({ group, newest: served, isNewest })),
    intent,
    wrong,
  }
}

async function salvaged() {
  const to = join(scratch, 'salvaged')
  rmSync(to, { recursive: true, force: true })
  const done = await salvageStore(copy, to, proof)
  if (!done.ok) return { refused: done.error.message }
  const opened = await openStore({ dir: to })
  if (!opened.ok) return { wrong: [`it does not open: ${opened.error.message}`] }
  const told = await tell(opened.value)
  await opened.value.close()
  const wrong = falsehoods(told, { salvaged: true })
  for (const [group, kept] of opened.value.view().generations) {
    if ((kept.at(-1)?.number ?? 0) < (newest.get(group) ?? 0) && done.value.lost.length === 0)
      wrong.push(`${group} went back in silence`)
  }
  return { wrong }
}

for await (const line of createInterface({ input: process.stdin })) {
  const job = JSON.parse(line)
  const saved = ['flip', 'cut', 'zero', 'append'].includes(job.kind)
    ? readFileSync(join(copy, job.file))
    : undefined
  harm(job)
  // What changes nothing goes first.
  const answer = { verify: await verify(), proven: await proven() }
  if (salvage === 'true') answer.salvaged = await salvaged()
  answer.strict = await strict()
  writeSync(1, `${JSON.stringify(answer)}\n`)
  // A refusal before the engine opened it has changed nothing but, at most, its own marks.
  const untouched = typeof answer.strict === 'object' && !answer.strict.refused.includes('record ')
  if (saved !== undefined && untouched) writeFileSync(join(copy, job.file), saved)
  else refresh()
}

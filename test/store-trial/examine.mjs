// Child of the trial: examines damaged copies of a store, one line of answer per line of work, until it is told no more
// or dies; the trial sees which work killed it.
import { cpSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fingerprint, openEngine, openStore, rawFingerprint } from './rig.mjs'

const [engine, original, copy] = process.argv.slice(2)

function damage({ file, at, flip, truncate }) {
  rmSync(copy, { recursive: true, force: true })
  cpSync(original, copy, { recursive: true })
  const path = join(copy, file)
  if (truncate) return truncateSync(path, at)
  const bytes = readFileSync(path)
  bytes[at] ^= flip
  writeFileSync(path, bytes)
}

async function raw() {
  const opened = await openEngine(engine, join(copy, 'engine'))
  if (!opened.ok) return 'error'
  const print = await rawFingerprint(opened.value)
  await opened.value.close()
  return print.ok ? print.value : 'error'
}

async function whole() {
  const opened = await openStore(engine, copy, false)
  if (!opened.ok) return 'error'
  try {
    return await fingerprint(opened.value)
  } catch {
    return 'error'
  } finally {
    await opened.value.close()
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const job = JSON.parse(line)
  damage(job)
  let answer
  try {
    answer = job.raw ? await raw() : await whole()
  } catch (error) {
    answer = `thrown ${error?.message}`
  }
  process.stdout.write(`${answer}\n`)
}

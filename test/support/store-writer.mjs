// Child of the syscall trials: `store-writer.mjs BUILT DIR COUNT` opens a store and commits, and says each number once it
// was answered. Whatever its disk does to it, it lives, reads on, and ends by itself.
import { createHash } from 'node:crypto'
import { writeSync } from 'node:fs'

const [built, dir, count] = process.argv.slice(2)
const { openStore, openDamagedStore } = await import(built)
const say = (line) => writeSync(1, `${line}\n`)
const hashOf = (content) => createHash('sha256').update(content).digest('hex').slice(0, 32)
const versionOf = (entries) => hashOf([...entries].map(([name, hash]) => `${name}\n${hash}\n`).join(''))

/** Commit n: every fifth is too large for one batch of the engine, so it is staged. */
function change(n) {
  const bytes = Buffer.alloc(n % 5 === 4 ? 4_400_000 : 300, `resource ${n} `)
  const hash = hashOf(bytes)
  const entries = new Map([['route', hash]])
  const name = `service-${n % 3}`
  const put = { kind: 'Traffic', namespace: 'default', name, labels: {}, spec: { weights: { green: n } } }
  return {
    revision: { actor: 'bot', reason: `commit ${n}`, verb: 'switch', puts: [put], deletes: [] },
    applied: [{ key: `default/Traffic/${name}`, to: 'head' }],
    resources: new Map([[hash, bytes]]),
    generations: [
      {
        group: 'default/edge',
        number: n + 1,
        cause: `commit ${n}`,
        types: new Map([['rds', { version: versionOf(entries), entries }]]),
      },
    ],
  }
}

/** Every generation that is served can be read. */
async function reads(store) {
  for (const kept of store.view().generations.values())
    for (const { types } of kept)
      for (const { entries } of types.values())
        for (const hash of entries.values())
          if (hashOf((await store.resource(hash)) ?? '') !== hash) return false
  return true
}

const opened = await openStore({ dir })
if (opened.ok) {
  const store = opened.value
  const from = store.view().revision
  say(`open ${from}`)
  for (let n = from; n < from + Number(count); n++) {
    const done = await store.commit(change(n))
    if (done.ok) {
      say(`answered ${n}`)
      continue
    }
    say(`refused ${done.error.kind} ${done.error.message}`)
    const again = await store.commit(change(n))
    say(`then ${again.ok ? 'taken' : again.error.kind} ${again.ok ? '' : again.error.message}`)
    break
  }
  say(`reads ${await reads(store)}`)
  await store.close().catch((error) => say(`close ${error.message}`))
} else {
  say(`refused ${opened.error.kind} ${opened.error.message}`)
  const proven = await openDamagedStore(dir, opened.error.message, { hashOf, versionOf })
  if (proven.ok) say(`proven ${proven.value.view().revision} ${await reads(proven.value)}`)
  else say(`nothing ${proven.error.message}`)
}

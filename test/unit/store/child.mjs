// Child of the store's tests: `write DIR FROM [END]` commits, without end or up to it, and says each number once it was answered; `hold DIR` opens
// and waits; `examine` opens every folder it is given a line about and says what it found.
import { createHash } from 'node:crypto'
import { writeSync } from 'node:fs'
import { createInterface } from 'node:readline'

const [built, what, dir, from, end = 'Infinity'] = process.argv.slice(2)
const { openStore } = await import(built)

const change = (n) => {
  const bytes = Buffer.alloc(n % 100 === 99 ? 5 * 1024 * 1024 : 300, `resource ${n} `)
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 32)
  const name = `service-${n % 5}`
  return {
    revision: {
      actor: 'deploy-bot',
      reason: `commit ${n}`,
      verb: 'switch',
      puts: [{ kind: 'Traffic', namespace: 'default', name, labels: {}, spec: { weights: { green: n } } }],
      deletes: [],
    },
    applied: [{ key: `default/Traffic/${name}`, to: 'head' }],
    resources: new Map([[hash, bytes]]),
    generations: [
      {
        group: 'default/edge',
        number: n + 1,
        cause: `commit ${n}`,
        types: new Map([['rds', { version: hash, entries: new Map([['route', hash]]) }]]),
      },
    ],
  }
}

const failed = (problem) => {
  writeSync(1, `${JSON.stringify(problem)}\n`)
  process.exit(3)
}

async function fingerprint(store) {
  const hash = createHash('sha256')
  const view = store.view()
  const records = ['push', 'retirement', 'inventory', 'refusal', 'closed', 'endpoint'].map((table) => [
    ...view.records(table),
  ])
  hash.update(JSON.stringify([view.revision, [...view.heads], [...view.applied], records]))
  for (const [group, kept] of view.generations) {
    for (const { number, cause, types } of kept) {
      for (const [url, { version, entries }] of types) {
        hash.update(JSON.stringify([group, number, cause, url, version, [...entries]]))
        for (const resource of entries.values()) hash.update((await store.resource(resource)) ?? 'missing')
      }
    }
  }
  hash.update(JSON.stringify([await store.revisions({ limit: 1_000 }), store.replay('request', 'hash')]))
  return hash.digest('hex')
}

if (what === 'write') {
  const opened = await openStore({ dir })
  if (!opened.ok) failed(opened.error)
  for (let n = Number(from); n < Number(end); n++) {
    const result = await opened.value.commit(change(n))
    if (!result.ok) failed(result.error)
    writeSync(1, `${n}\n`)
  }
  await opened.value.close()
} else if (what === 'hold') {
  const opened = await openStore({ dir })
  if (!opened.ok) failed(opened.error)
  writeSync(1, 'open\n')
  process.stdin.resume()
  process.stdin.on('end', async () => {
    await opened.value.close()
    process.exit(0)
  })
} else {
  for await (const folder of createInterface({ input: process.stdin })) {
    const opened = await openStore({ dir: folder })
    if (!opened.ok) {
      writeSync(1, `${JSON.stringify({ refused: opened.error })}\n`)
      continue
    }
    const found = await fingerprint(opened.value).then(
      (print) => ({ found: print }),
      (error) => ({ refused: { kind: 'unavailable', message: String(error) } }),
    )
    await opened.value.close()
    writeSync(1, `${JSON.stringify(found)}\n`)
  }
}

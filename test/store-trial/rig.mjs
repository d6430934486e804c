// What both engines are put through: a store of ours on either, with the same commits, and its fingerprint.
import { createHash } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { defaultRetention } from '../../dist/store/compact.js'
import { checkLevelFiles } from '../../dist/store/io/check-level.js'
import { openClassicLevel } from '../../dist/store/io/classic-level.js'
import { openAnsweredMark } from '../../dist/store/io/folder.js'
import { recover } from '../../dist/store/io/recover.js'
import { runStore } from '../../dist/store/io/run-store.js'

export const engines = ['classic-level', 'lmdb']

export async function openEngine(name, folder) {
  if (name === 'classic-level') return openClassicLevel(folder, { create: true })
  mkdirSync(folder, { recursive: true })
  const { openLmdb } = await import('./lmdb-engine.mjs')
  return openLmdb(folder)
}

/** Our store over one of the engines; { ok: false, error } where it is refused. */
export async function openStore(name, dir, create = true) {
  mkdirSync(dir, { recursive: true })
  const mark = await openAnsweredMark(dir)
  const checked = name === 'classic-level' ? await checkLevelFiles(join(dir, 'engine')) : { ok: true }
  const engine = checked.ok ? await openEngine(name, join(dir, 'engine')) : checked
  if (!engine.ok) {
    await mark.close()
    return engine
  }
  const state = await recover(engine.value, { newId: create ? 'trial' : undefined, answered: mark.found })
  if (!state.ok) {
    await engine.value.close()
    await mark.close()
    return state
  }
  const hands = {
    engine: engine.value,
    clock: () => 1_700_000_000_000,
    retention: defaultRetention,
    noteAnswered: (sequence) => mark.note(sequence),
    onReadOnly: () => undefined,
    onClosed: () => mark.close(),
  }
  return { ok: true, value: runStore(state.value, hands) }
}

const hashOf = (bytes) => createHash('sha256').update(bytes).digest('hex').slice(0, 32)

/** Commit n of the trial: an object, an applied pointer, a resource, a generation, a record; every 16th with a value in parts, if `large`. */
export function change(n, large = true) {
  const name = `service-${n % 25}`
  const body = Buffer.alloc(large && n % 16 === 15 ? 600 * 1024 : 600, `resource ${n} `)
  const hash = hashOf(body)
  const key = `default/Traffic/${name}`
  return {
    revision: {
      actor: 'deploy-bot',
      reason: 'trial',
      verb: 'switch',
      requestId: `request-${n}`,
      requestHash: 'h',
      puts: [
        { kind: 'Traffic', namespace: 'default', name, labels: {}, spec: { weights: { green: n % 10_001 } } },
      ],
      deletes: [],
    },
    answer: { n },
    applied: [{ key, to: 'head' }],
    resources: new Map([[hash, body]]),
    generations: [
      {
        group: 'default/edge',
        number: n + 1,
        cause: `trial ${n}`,
        types: new Map([['rds', { version: hash, entries: new Map([['route', hash]]) }]]),
      },
    ],
    records: { put: [{ table: 'push', key: `push-${n % 40}`, value: { n, phase: 'done' } }] },
  }
}

/** Everything that a reader could be told, as one hash. */
export async function fingerprint(store) {
  const hash = createHash('sha256')
  const view = store.view()
  hash.update(JSON.stringify([view.revision, [...view.heads], [...view.applied], [...view.records('push')]]))
  for (const [group, kept] of view.generations) {
    for (const { number, cause, types } of kept) {
      for (const [url, { version, entries }] of types) {
        hash.update(JSON.stringify([group, number, cause, url, version, [...entries]]))
        for (const resource of entries.values()) hash.update((await store.resource(resource)) ?? 'missing')
      }
    }
  }
  hash.update(JSON.stringify(await store.revisions({ limit: 1_000 })))
  for (let n = 0; n < 1_000; n++) hash.update(JSON.stringify(store.replay(`request-${n}`, 'h')))
  return hash.digest('hex')
}

/** Every key and value of the engine, as one hash: what it says without our checks. */
export async function rawFingerprint(engine) {
  const hash = createHash('sha256')
  for await (const entry of engine.entries('')) {
    if (!entry.ok) return { ok: false, error: entry.error }
    hash.update(entry.value[0]).update('\0').update(entry.value[1]).update('\0')
  }
  return { ok: true, value: hash.digest('hex') }
}

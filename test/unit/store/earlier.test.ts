// What objects were at a revision, as far as what is kept says it.
import { describe, expect, it } from 'vitest'
import type { ObjectContent, ObjectKey } from '../../../src/model/index.ts'
import type { Store } from '../../../src/store/index.ts'
import { memoryDisk } from './memory-engine.ts'
import { openOnMemory } from './on-memory.ts'

const secret = (name: string, content = ''): ObjectContent => ({
  kind: 'Secret',
  namespace: 'default',
  name,
  labels: { content },
  spec: { trustedCa: 'ca.pem' },
})
const key = (name: string): ObjectKey => `default/Secret/${name}`

async function write(store: Store, puts: readonly ObjectContent[], deletes: readonly ObjectKey[] = []) {
  const committed = await store.commit({ revision: { actor: 'a', reason: '', verb: 'apply', puts, deletes } })
  if (!committed.ok) throw new Error(committed.error.message)
}

/** name → its content, or a word. */
async function at(store: Store, revision: number, ...names: readonly string[]) {
  const found = await store.contentsAt(names.map(key), revision)
  return names.map((name) => {
    const earlier = found.get(key(name))
    return typeof earlier === 'object' ? earlier.labels.content : earlier
  })
}

describe('what objects were at a revision', () => {
  it('is their content of then, or that they were not there', async () => {
    const { store } = await openOnMemory(memoryDisk())
    await write(store, [secret('a', '1'), secret('b', '1')])
    await write(store, [secret('a', '2')], [key('b')])
    await write(store, [secret('b', '3'), secret('c', '3')])
    expect(await at(store, 1, 'a', 'b', 'c', 'never')).toEqual(['1', '1', 'absent', 'absent'])
    expect(await at(store, 2, 'a', 'b', 'c')).toEqual(['2', 'absent', 'absent'])
    expect(await at(store, 3, 'a', 'b', 'c')).toEqual(['2', '3', '3'])
    expect(await at(store, 0, 'a')).toEqual(['absent'])
    expect([...(store.touchedAfter(2) ?? [])].sort()).toEqual([key('b'), key('c')])
    expect(store.touchedAfter(3)).toEqual([])
  })

  it('is not made up where the revision that says it is gone', async () => {
    const { store } = await openOnMemory(memoryDisk(), { retention: { revisions: 4 } })
    await write(store, [secret('old', '1'), secret('changing', '1')])
    await write(store, [secret('changing', '2')])
    for (let round = 3; round <= 10; round++) await write(store, [secret('busy', `${round}`)])
    await write(store, [secret('changing', '11'), secret('new', '11')], [key('old')])
    for (let round = 12; round <= 15; round++) await write(store, [secret('busy', `${round}`)])
    // The revision of "busy" up to r9 is gone; that of r10 wrote what was there when "changing" was written.
    expect(store.touchedAfter(1)).toBeUndefined()
    expect(store.touchedAfter(11)).toEqual([key('busy')])
    expect(await at(store, 10, 'changing', 'new', 'old')).toEqual(['forgotten', 'absent', 'forgotten'])
  })
})

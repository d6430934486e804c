// Those who follow pushes and read slowly: bounded, and told what they would miss.
import { describe, expect, it } from 'vitest'
import { limits } from '../../../src/base/index.ts'
import { createWatchers } from '../../../src/push/io/watchers.ts'
import { push } from '../admin/per-test.ts'

const never = new AbortController().signal
const idsOf = async (records: AsyncIterable<{ readonly id: string }>): Promise<string[]> => {
  const ids: string[] = []
  for await (const { id } of records) ids.push(id)
  return ids
}

describe('a watcher of all pushes that does not read', () => {
  it('is told that it fell behind, and the watch ends, rather than that a push is missing', async () => {
    const watchers = createWatchers()
    let behind = 0
    const records = watchers.watch(undefined, [], never, () => {
      behind += 1
    })
    for (let id = 1; id <= limits.watcherQueue; id++) watchers.tell(push(String(id), 'done'))
    expect(behind).toBe(0)
    watchers.tell(push('late', 'done'))
    watchers.tell(push('later', 'done'))
    expect(behind).toBe(1)
    expect(await idsOf(records)).toEqual([])
  })

  it('misses the oldest where it does not want to know', async () => {
    const watchers = createWatchers()
    const leaving = new AbortController()
    const records = watchers.watch(undefined, [], leaving.signal)
    for (let id = 0; id <= limits.watcherQueue; id++) watchers.tell(push(String(id), 'done'))
    const iterator = records[Symbol.asyncIterator]()
    expect((await iterator.next()).value).toMatchObject({ id: '1' })
    leaving.abort()
  })

  it('gets the newest record of a push rather than all of them', async () => {
    const watchers = createWatchers()
    const records = watchers.watch('7', [], never, () => undefined)
    for (const phase of ['preparing', 'prepared', 'switching'] as const) watchers.tell(push('7', phase))
    for (let again = 0; again <= limits.watcherQueue; again++) watchers.tell(push('7', 'switching'))
    watchers.tell(push('7', 'done'))
    const phases: string[] = []
    for await (const { phase } of records) phases.push(phase)
    expect(phases).toEqual(['done'])
  })
})

// Reading single records of a running store from the engine, each checked. A record that was whole at the opening and is
// not any more means a failing disk: the read rejects, because no caller could go on with it.
import { ok } from '../../base/index.ts'
import type { ObjectKey, StoredObject } from '../../model/index.ts'
import { keyOf } from '../../model/index.ts'
import type { Engine } from '../engine.ts'
import { digits, partKey, resourceKey, revisionKey, wholeOf } from '../keys.ts'
import { parsePartsHead, parseRevision, readFrame } from '../read-record.ts'
import type { StoreState } from '../state.ts'
import { bornIn } from '../state.ts'
import type { Earlier, Revision, Store } from '../types.ts'

/** A record that cannot be read back from a running store. */
class StoreReadError extends Error {
  override readonly name = 'StoreReadError'
}

type Overlay = ReadonlyMap<string, Uint8Array | undefined>

export interface Reader
  extends Pick<Store, 'resource' | 'revision' | 'revisions' | 'history' | 'contentsAt' | 'touchedAfter'> {
  countResources(): number
  /** Values that are committed and not in the engine's place for them. */
  overlay(writes: Overlay): void
  /** Keys that are being taken away: not finding them is no damage. Until the next call. */
  expectGone(keys: ReadonlySet<string>): void
}

export function createReader(engine: Engine, current: () => StoreState): Reader {
  let overlay: Overlay = new Map()
  let leaving: ReadonlySet<string> = new Set()
  let counted: { readonly of: StoreState['ledger']['entries']; readonly resources: number } | undefined

  const value = async (key: string): Promise<Uint8Array | undefined> => {
    if (overlay.has(key)) return overlay.get(key)
    const read = await engine.get(key)
    if (!read.ok) throw new StoreReadError(`cannot read ${key}: ${read.error.message}`)
    if (read.value === undefined && current().ledger.entries.has(key) && !leaving.has(wholeOf(key) ?? key)) {
      throw new StoreReadError(`record ${key} was committed and is not found any more`)
    }
    return read.value
  }
  const record = async (key: string): Promise<Uint8Array | undefined> => {
    const bytes = await value(key)
    if (bytes === undefined) return undefined
    const frame = readFrame(key, bytes)
    if (!frame.ok) throw new StoreReadError(`record ${key} is damaged: ${frame.error.what}`)
    if (frame.value.kind !== 'parts') return frame.value.content
    const head = parsePartsHead(key, frame.value.content)
    if (!head.ok) throw new StoreReadError(`record ${key} is damaged: ${head.error.what}`)
    const parts = await Promise.all(
      Array.from({ length: head.value.parts }, (_, part) => record(partKey(key, part))),
    )
    const found = parts.filter((part) => part !== undefined)
    // Compaction may have taken it away between two parts.
    return found.length === parts.length ? Buffer.concat(found) : undefined
  }
  const revision = async (number: number): Promise<Revision | undefined> => {
    const key = revisionKey(number)
    const content = await record(key)
    const parsed = content === undefined ? ok(undefined) : parseRevision(key, content)
    if (!parsed.ok) throw new StoreReadError(`record ${key} is damaged: ${parsed.error.what}`)
    return parsed.value
  }
  const each = async (numbers: readonly number[]): Promise<readonly Revision[]> =>
    (await Promise.all(numbers.map(revision))).filter((found) => found !== undefined)

  return {
    overlay(writes) {
      overlay = writes
    },
    expectGone(keys) {
      leaving = keys
    },
    resource: (hash) => record(resourceKey(hash)),
    revision,
    revisions({ before = Number.POSITIVE_INFINITY, limit }) {
      const { revisions, revision: newest } = current()
      const numbers: number[] = []
      for (let number = Math.min(newest, before - 1); number > 0 && numbers.length < limit; number--) {
        if (revisions.has(digits(number))) numbers.push(number)
      }
      return each(numbers)
    },
    async history(key: ObjectKey, limit: number) {
      const numbers: number[] = []
      for (
        let touch = current().touched.get(key);
        touch !== undefined && numbers.length < limit;
        touch = touch.before
      ) {
        numbers.push(touch.revision)
      }
      return (await each(numbers)).map((found) => ({
        revision: found,
        content: found.puts.find((put) => keyOf(put) === key) ?? ('deleted' as const),
      }))
    },
    async contentsAt(keys, asked: number) {
      const { revisions, revision: newest, touched } = current()
      // Each revision is read once, however many objects it wrote.
      const wanted = new Map<number, ObjectKey[]>()
      const found = new Map<ObjectKey, Earlier>()
      for (const key of keys) {
        let touch = touched.get(key)
        let next: typeof touch
        while (touch !== undefined && touch.revision > asked) [next, touch] = [touch, touch.before]
        const read = (touch ?? next)?.revision
        if (read === undefined || (touch === undefined && revisions.size === newest)) found.set(key, 'absent')
        else wanted.set(read, [...(wanted.get(read) ?? []), key])
      }
      for (const [number, sought] of wanted) {
        const read = await revision(number)
        const puts = new Map(read?.puts.map((put) => [keyOf(put), put]))
        // Compaction may have taken it away since.
        const what = (key: ObjectKey): Earlier =>
          read === undefined ? 'forgotten' : earlierOf(puts.get(key), number, asked)
        for (const key of sought) found.set(key, what(key))
      }
      return found
    },
    touchedAfter(after) {
      const { revisions, revision: newest, touched } = current()
      for (let number = after + 1; number <= newest; number++)
        if (!revisions.has(digits(number))) return undefined
      return [...touched].flatMap(([key, touch]) => (touch.revision > after ? [key] : []))
    },
    countResources() {
      const { entries } = current().ledger
      if (counted?.of !== entries) {
        let resources = 0
        for (const key of entries.keys())
          if (key.startsWith('res/') && wholeOf(key) === undefined) resources++
        counted = { of: entries, resources }
      }
      return counted.resources
    },
  }
}

/** `put`: by the newest revision up to the one asked for; where that is not kept, by the first one after it. */
function earlierOf(put: StoredObject | undefined, number: number, asked: number): Earlier {
  if (number <= asked) return put ?? 'absent'
  return put !== undefined && bornIn(put.uid) === number ? 'absent' : 'forgotten'
}

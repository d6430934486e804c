// An immutable map with string keys, kept sorted in chunks: a new version copies the chunks it touches and shares the
// rest, so a commit of one object among 10,000 copies about a hundred entries. Iteration is in key order, whatever the
// history: the same content reads the same before and after a restart.

interface Chunk<V> {
  readonly keys: readonly string[]
  readonly values: readonly V[]
}

/** Entries per chunk at which it is split in two: copying stays near a microsecond, the spine short. */
const chunkSplit = 128

/** A version of the map: never changes. `with` gives the next one. Keys compare by UTF-16 code units. */
export class SortedMap<V> implements ReadonlyMap<string, V> {
  readonly #chunks: readonly Chunk<V>[]
  readonly size: number

  private constructor(chunks: readonly Chunk<V>[], size: number) {
    this.#chunks = chunks
    this.size = size
  }

  static empty<V>(): SortedMap<V> {
    return new SortedMap<V>([], 0)
  }

  static from<V>(entries: Iterable<readonly [string, V]>): SortedMap<V> {
    return SortedMap.empty<V>().with(entries)
  }

  /** The map after these changes, the last of a key counting; `undefined` takes the key away. */
  with(changes: Iterable<readonly [string, V | undefined]>): SortedMap<V> {
    const sorted = [...new Map(changes)].sort(([a], [b]) => (a < b ? -1 : 1))
    if (sorted.length === 0) return this
    const chunks: Chunk<V>[] = []
    let size = this.size
    let copied = 0
    for (let start = 0; start < sorted.length; ) {
      const key = sorted[start]?.[0] ?? ''
      const target = Math.max(this.#chunkOf(key), copied)
      while (copied < target) chunks.push(this.#chunkAt(copied++))
      const next = this.#chunks[target + 1]?.keys[0]
      let end = start + 1
      while (end < sorted.length && (next === undefined || (sorted[end]?.[0] ?? '') < next)) end++
      const before = this.#chunkAt(target)
      const after = merge(before, sorted.slice(start, end))
      size += after.keys.length - before.keys.length
      chunks.push(...split(after))
      copied = target + 1
      start = end
    }
    while (copied < this.#chunks.length) chunks.push(this.#chunkAt(copied++))
    return new SortedMap(chunks, size)
  }

  get(key: string): V | undefined {
    const chunk = this.#chunkAt(this.#chunkOf(key))
    const at = lowerBound(chunk.keys, key)
    return chunk.keys[at] === key ? chunk.values[at] : undefined
  }

  has(key: string): boolean {
    const { keys } = this.#chunkAt(this.#chunkOf(key))
    return keys[lowerBound(keys, key)] === key
  }

  forEach(visit: (value: V, key: string, map: ReadonlyMap<string, V>) => void, thisArg?: unknown): void {
    for (const [key, value] of this) visit.call(thisArg, value, key, this)
  }

  *entries(): Generator<[string, V], undefined> {
    for (const { keys, values } of this.#chunks) {
      let at = 0
      // The cast restores what the index loses: `values` runs parallel to `keys`, and V may include undefined-free types only.
      for (const key of keys) yield [key, values[at++] as V]
    }
  }

  /** The keys that start with the prefix, in order, without looking at the others. */
  *keysFrom(prefix: string): Generator<string, undefined> {
    for (let index = this.#chunkOf(prefix); index < this.#chunks.length; index++) {
      const { keys } = this.#chunkAt(index)
      for (let at = lowerBound(keys, prefix); at < keys.length; at++) {
        const key = keys[at] ?? ''
        if (!key.startsWith(prefix)) return
        yield key
      }
    }
  }

  *keys(): Generator<string, undefined> {
    for (const { keys } of this.#chunks) yield* keys
  }

  *values(): Generator<V, undefined> {
    for (const { values } of this.#chunks) yield* values
  }

  [Symbol.iterator](): Generator<[string, V], undefined> {
    return this.entries()
  }

  get [Symbol.toStringTag](): string {
    return 'SortedMap'
  }

  #chunkAt(index: number): Chunk<V> {
    return this.#chunks[index] ?? { keys: [], values: [] }
  }

  /** Index of the chunk that holds the key or would: the last that starts at or before it, else the first. */
  #chunkOf(key: string): number {
    let low = 0
    let high = this.#chunks.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#chunks[middle]?.keys[0] ?? '') <= key) low = middle + 1
      else high = middle
    }
    return Math.max(0, low - 1)
  }
}

function merge<V>(chunk: Chunk<V>, changes: readonly (readonly [string, V | undefined])[]): Chunk<V> {
  const keys: string[] = []
  const values: V[] = []
  let at = 0
  const keep = (end: number): void => {
    for (; at < end; at++) {
      keys.push(chunk.keys[at] as string)
      values.push(chunk.values[at] as V)
    }
  }
  for (const [key, value] of changes) {
    const place = lowerBound(chunk.keys, key, at)
    keep(place)
    if (chunk.keys[place] === key) at++
    if (value !== undefined) {
      keys.push(key)
      values.push(value)
    }
  }
  keep(chunk.keys.length)
  return { keys, values }
}

function split<V>(chunk: Chunk<V>): Chunk<V>[] {
  const { length } = chunk.keys
  if (length === 0) return []
  if (length <= chunkSplit) return [chunk]
  const pieces = Math.ceil(length / (chunkSplit / 2))
  const step = Math.ceil(length / pieces)
  return Array.from({ length: Math.ceil(length / step) }, (_, index) => ({
    keys: chunk.keys.slice(index * step, (index + 1) * step),
    values: chunk.values.slice(index * step, (index + 1) * step),
  }))
}

/** First index at or after `from` whose key is not below `key`. */
function lowerBound(keys: readonly string[], key: string, from = 0): number {
  let low = from
  let high = keys.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((keys[middle] ?? '') < key) low = middle + 1
    else high = middle
  }
  return low
}

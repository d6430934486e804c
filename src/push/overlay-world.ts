// A world with a few objects replaced, without copying it.
import type { ObjectKey, StoredObject, World } from '../model/index.ts'

/** The world as it is when these objects are put, or (undefined) taken away. Costs what the changes cost; never changes. */
export function worldWith(
  base: World,
  changes: Iterable<readonly [ObjectKey, StoredObject | undefined]>,
): World {
  const changed = new Map(changes)
  if (changed.size === 0) return base
  /** By identity: what compiling walks through is asked for nothing else. */
  const replaced = new Map<StoredObject, StoredObject | undefined>()
  const added: (readonly [ObjectKey, StoredObject])[] = []
  let size = base.size
  for (const [key, object] of changed) {
    const before = base.get(key)
    if (before !== undefined) {
      replaced.set(before, object)
      if (object === undefined) size -= 1
    } else if (object !== undefined) {
      size += 1
      added.push([key, object])
    }
  }
  function* entries(): Generator<[ObjectKey, StoredObject], undefined> {
    for (const [key, object] of base) {
      const now = changed.has(key) ? changed.get(key) : object
      if (now !== undefined) yield [key, now]
    }
    for (const [key, object] of added) yield [key, object]
  }
  function* keys(): Generator<ObjectKey, undefined> {
    for (const [key] of entries()) yield key
  }
  function* values(): Generator<StoredObject, undefined> {
    for (const object of base.values()) {
      const now = replaced.has(object) ? replaced.get(object) : object
      if (now !== undefined) yield now
    }
    for (const [, object] of added) yield object
  }
  const world: World = {
    size,
    get: (key) => (changed.has(key) ? changed.get(key) : base.get(key)),
    has: (key) => (changed.has(key) ? changed.get(key) !== undefined : base.has(key)),
    forEach: (visit, thisArg) => {
      for (const [key, object] of entries()) visit.call(thisArg, object, key, world)
    },
    entries,
    keys,
    values,
    [Symbol.iterator]: entries,
  }
  return world
}

// Who wrote what, for messages: read from the revisions once, then remembered.
import { limits } from '../../base/index.ts'
import type { ObjectKey, Who, World } from '../../model/index.ts'
import type { Engine } from './engine.ts'

/** Who wrote the newest content of an object, as far as it was recalled. */
export const whoIn =
  (engine: Engine, heads: World): Who =>
  (key) => {
    const revision = heads.get(key)?.revision
    return revision === undefined ? undefined : engine.actors.get(revision)
  }

/** Reads who wrote these objects, where that is not remembered. */
export async function recallActors(engine: Engine, keys: readonly ObjectKey[]): Promise<void> {
  const { heads } = engine.store.view()
  const wanted = new Set<number>()
  for (const key of keys) {
    const revision = heads.get(key)?.revision
    if (revision !== undefined && !engine.actors.has(revision)) wanted.add(revision)
  }
  for (const number of wanted) {
    const revision = await engine.store.revision(number)
    if (revision !== undefined) engine.actors.set(number, revision.actor)
    if (engine.actors.size > limits.revisionsKept) forgetOldest(engine.actors)
  }
}

function forgetOldest(actors: Map<number, string>): void {
  const [oldest] = actors.keys()
  if (oldest !== undefined) actors.delete(oldest)
}

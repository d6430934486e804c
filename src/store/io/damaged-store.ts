// A damaged store as far as it can be proven: read-only, from memory, its files untouched.
import type { Problem, Result } from '../../base/index.ts'
import { err, ok } from '../../base/index.ts'
import type { ObjectKey, StoredObject } from '../../model/index.ts'
import { keyOf } from '../../model/index.ts'
import type { Provable } from '../salvage/provable.ts'
import { provableOf } from '../salvage/provable.ts'
import type { Proof } from '../salvage/proven.ts'
import { SortedMap } from '../sorted-map.ts'
import type { Generation, Revision, Store, StoreCondition, StoreView } from '../types.ts'
import type { Survey } from './survey.ts'
import { surveyStore } from './survey.ts'

/** What an operator does about it. */
const next = (dir: string): string =>
  `look with \`verdigris store verify ${dir}\`; then stop this process and put back an older copy, or write what is proven to a new folder with \`verdigris store salvage ${dir} NEWDIR\``

/**
 * Opens what can be proven of a store that `openStore` refused. `reason`: why it did. Error: nothing can be, or it may
 * not be (two stores mixed, a newer version).
 */
export async function openDamagedStore(
  dir: string,
  reason: string,
  proof: Proof,
): Promise<Result<Store, Problem>> {
  const survey = await surveyStore(dir, proof)
  if (!survey.ok) return err({ kind: 'unavailable', message: reason })
  const { isMixed, isNewer, visible, earlier, lost } = survey.value
  if (isMixed || isNewer) return err({ kind: 'unavailable', message: reason })
  const provable = provableOf(visible, earlier, lost)
  if (provable.view.generations.size === 0)
    return err({ kind: 'unavailable', message: `${reason}. No generation of any node group is whole` })
  return ok(damagedStore(survey.value, provable, reason))
}

function damagedStore(survey: Survey, provable: Provable, reason: string): Store {
  let view = provable.view
  const condition: StoreCondition = {
    kind: 'damaged',
    reason,
    next: next(survey.dir),
    groups: provable.groups.map(({ group, proven, highest, isNewest }) => ({
      group,
      newest: proven.at(-1)?.number,
      highest,
      isNewest,
    })),
    intent: provable.intent,
    faults: survey.faults,
  }
  const problem: Problem = {
    kind: 'precondition',
    message: `the store is read-only: ${reason}. Next: ${condition.next}`,
  }
  const { revisions } = provable
  const resources = [...survey.visible.records.keys()].filter((key) => key.startsWith('res/')).length
  return {
    view: () => view,
    condition: () => condition,
    // Nothing moves here.
    watch: () => () => undefined,
    serveUnsaved: (generation) => {
      view = withGeneration(view, generation)
      return ok(undefined)
    },
    commit: async () => err(problem),
    replay: () => err(problem),
    resource: async (hash) => provable.resource(hash),
    has: (hash) => provable.resource(hash) !== undefined,
    revisions: async ({ before = Number.POSITIVE_INFINITY, limit }) =>
      revisions.filter(({ number }) => number < before).slice(0, limit),
    revision: async (number) => revisions.find((each) => each.number === number),
    history: async (key, limit) => touching(revisions, key).slice(0, limit),
    // Which revisions are missing is not known here.
    contentsAt: async (keys) => new Map([...keys].map((key) => [key, 'forgotten'])),
    touchedAfter: () => undefined,
    stats: () => ({
      commits: 0,
      flushMsTotal: 0,
      bytes: survey.files.bytes,
      keys: survey.visible.records.size,
      resources,
      revisions: revisions.length,
      waiting: 0,
      readOnly: reason,
    }),
    close: async () => undefined,
  }
}

/** What an object became, newest first. */
function touching(revisions: readonly Revision[], key: ObjectKey): Awaited<ReturnType<Store['history']>> {
  return revisions.flatMap((revision): { revision: Revision; content: StoredObject | 'deleted' }[] => {
    const content = revision.puts.find((put) => keyOf(put) === key)
    if (content !== undefined) return [{ revision, content: content }]
    return revision.deletes.includes(key) ? [{ revision, content: 'deleted' }] : []
  })
}

/** A view with one more generation of a group, newest of all. */
export function withGeneration(view: StoreView, generation: Generation): StoreView {
  const kept = view.generations.get(generation.group) ?? []
  const generations = SortedMap.from(view.generations).with([[generation.group, [...kept, generation]]])
  return { ...view, generations }
}

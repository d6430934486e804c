// The revision that takes a push back: its objects as they were, without ever giving an incarnation a second time.
import type { ContentOf, ObjectContent, ObjectKey, StoredObject, World } from '../model/index.ts'
import { keyOf } from '../model/index.ts'
import type { Before } from './records.ts'

export interface Compensation {
  readonly puts: readonly ObjectContent[]
  readonly deletes: readonly ObjectKey[]
  /** Where the applied pointers go: to the contents put back, which are those that were applied. */
  readonly applied: readonly { readonly key: ObjectKey; readonly to: 'head' | 'absent' }[]
}

/** Puts back `before`. Objects whose head is that content already are left alone. */
export function compensation(before: Before, heads: World): Compensation {
  const puts: ObjectContent[] = []
  const deletes: ObjectKey[] = []
  const applied = new Map<ObjectKey, 'head' | 'absent'>()
  for (const [key, content] of before) {
    const head = heads.get(key)
    if (content === undefined) {
      applied.set(key, 'absent')
      if (head !== undefined) deletes.push(key)
      continue
    }
    applied.set(key, 'head')
    if (head?.revision !== content.revision || head.uid !== content.uid) puts.push(putBack(content, head))
  }
  for (const tombstone of tombstones(deletes, heads)) {
    puts.push(tombstone)
    applied.set(keyOf(tombstone), 'head')
  }
  return { puts, deletes, applied: [...applied].map(([key, to]) => ({ key, to })) }
}

/** The content without what a commit gave it; a Service remembers every incarnation that was ever given. */
function putBack(stored: StoredObject, head: StoredObject | undefined): ObjectContent {
  const { uid: _, etag: __, revision: ___, ...content } = stored
  if (content.kind !== 'Service' || head?.kind !== 'Service') return content
  return { ...content, incarnationsEver: highest(content.incarnationsEver, head.incarnationsEver) }
}

/** What has to outlive the Services that are deleted: a Service of the same name counts on from there. */
function tombstones(deletes: readonly ObjectKey[], heads: World): readonly ContentOf<'Tombstone'>[] {
  return deletes.flatMap((key) => {
    const service = heads.get(key)
    if (service?.kind !== 'Service') return []
    const { namespace, name, incarnationsEver } = service
    return [{ kind: 'Tombstone' as const, namespace, name, labels: {}, spec: { incarnationsEver } }]
  })
}

function highest(
  a: Readonly<Record<string, number>>,
  b: Readonly<Record<string, number>>,
): Readonly<Record<string, number>> {
  const merged: Record<string, number> = Object.assign(Object.create(null), a)
  for (const [name, incarnation] of Object.entries(b)) merged[name] = Math.max(merged[name] ?? 0, incarnation)
  return { ...merged }
}

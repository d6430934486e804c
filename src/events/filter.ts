// Which events somebody wants: all that is given has to hold.
import { assertNever } from '../base/index.ts'
import type { GroupKey, ObjectKey } from '../model/index.ts'
import { type EventReference, rowOf } from './about.ts'
import type { Severity } from './row.ts'
import type { EventEntry } from './types.ts'

/** Of a set, one has to hold. Absent or empty: any. */
export interface EventFilter {
  readonly names?: ReadonlySet<string>
  readonly severities?: ReadonlySet<Severity>
  /** About an object or a node group of these. */
  readonly namespaces?: ReadonlySet<string>
  readonly objects?: ReadonlySet<ObjectKey>
  readonly node?: string
  readonly push?: string
  readonly group?: GroupKey
  readonly revision?: number
  /** Milliseconds of the wall clock: happened, or happened again, since then. */
  readonly since?: number
}

export function matches(event: EventEntry, filter: EventFilter): boolean {
  const { names, severities, namespaces, objects, node, push, group, revision, since } = filter
  if (some(names) && !names.has(event.name)) return false
  if (some(severities) && !severities.has(rowOf(event.name).severity)) return false
  if (since !== undefined && event.at < since) return false
  const about = (test: (reference: EventReference) => boolean): boolean => event.about.some(test)
  if (some(namespaces) && !about((one) => namespaces.has(namespaceOf(one)))) return false
  if (some(objects) && !about((one) => one.kind === 'object' && objects.has(one.object))) return false
  if (node !== undefined && !about((one) => one.kind === 'node' && one.node === node)) return false
  if (push !== undefined && !about((one) => one.kind === 'push' && one.push === push)) return false
  if (group !== undefined && !about((one) => isGroup(one, group))) return false
  return revision === undefined || about((one) => one.kind === 'revision' && one.revision === revision)
}

/** The node group itself, or its manifest. */
const isGroup = (reference: EventReference, group: GroupKey): boolean =>
  (reference.kind === 'group' && reference.group === group) ||
  (reference.kind === 'object' && reference.object === group.replace('/', '/NodeGroup/'))

const some = <T>(set: ReadonlySet<T> | undefined): set is ReadonlySet<T> => set !== undefined && set.size > 0

/** Empty: what belongs to none. */
function namespaceOf(reference: EventReference): string {
  switch (reference.kind) {
    case 'object':
      return reference.object.split('/')[0] ?? ''
    case 'group':
      return reference.group.split('/')[0] ?? ''
    case 'node':
    case 'push':
    case 'revision':
      return ''
    default:
      return assertNever(reference)
  }
}

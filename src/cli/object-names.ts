// Objects in words that people read and commands take.
import type { ObjectDiff } from '../api/index.ts'

/** `service/checkout configured`. */
export function objectWord(diff: ObjectDiff): string {
  const words = {
    CREATED: 'created',
    CHANGED: 'configured',
    DELETED: 'deleted',
    UNCHANGED: 'unchanged',
    CHANGE_UNSPECIFIED: '',
  }
  const effect = diff.effect === 'DRAINS' ? ', drains' : diff.effect === 'RECONNECTS' ? ', reconnects' : ''
  return `${objectName(diff.key)} ${words[diff.change]}${effect}`
}

/** `service/checkout`, outside of the default namespace `service/checkout -n shop`. */
export const objectName = (key: Key | null): string => nameOf(key, 'default')

type Key = { readonly namespace: string; readonly kind: string; readonly name: string }

/** `service/checkout`, with `-n shop` where the command is about another namespace: words that commands take. */
export function nameOf(key: Key | null, namespace: string): string {
  if (key === null) return ''
  return `${key.kind.toLowerCase()}/${key.name}${key.namespace === namespace ? '' : ` -n ${key.namespace}`}`
}

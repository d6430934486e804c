// The names of the store's keys. Names that people or proxies chose go in as they are where they are short and
// harmless, else as their hash; the value holds the name itself.
import { createHash } from 'node:crypto'
import type { GroupKey, ObjectKey } from '../model/index.ts'
import type { RecordTable } from './types.ts'

/** The one record that makes a commit visible: sequence, digest, what is being settled. */
export const rootKey = 'root'
/** Parts of a change too large for one batch, in order. Not part of the digest. */
export const stagePrefix = 'stage/'
export const stageKey = (part: number): string => `${stagePrefix}${digits(part)}`

export const revisionKey = (number: number): string => `rev/${digits(number)}`
export const objectRecordKey = (key: ObjectKey): string => `obj/${safe(key)}`
export const generationKey = (group: GroupKey, number: number): string =>
  `gen/${safe(group)}/${digits(number)}`
export const resourcePrefix = 'res/'
export const resourceKey = (hash: string): string => `${resourcePrefix}${safe(hash)}`
export const recordKey = (table: RecordTable, key: string): string => `rec/${table}/${safe(key)}`
export const requestKey = (id: string): string => `req/${safe(id)}`

/** Part of a value too large for one key. `#` stands in no other key. */
export const partKey = (key: string, part: number): string => `${key}#${digits(part)}`
/** The key of the whole that a part belongs to, or undefined if this is not a part. */
export const wholeOf = (key: string): string | undefined => {
  const at = key.indexOf('#')
  return at < 0 ? undefined : key.slice(0, at)
}

/** Sorts as text as it does as a number. */
export const digits = (number: number): string => String(number).padStart(12, '0')

function safe(name: string): string {
  return /^[A-Za-z0-9._~:/-]{1,200}$/.test(name)
    ? name
    : `=${createHash('sha256').update(name).digest('hex')}`
}

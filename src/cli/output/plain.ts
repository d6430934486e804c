// Messages of the API as plain data for -o json and -o yaml: times as text, structs as they were, enums in lower
// case, what is not set left out.
import { fromStruct, type Struct, type Timestamp } from '../../admin/index.ts'
import type { Json } from '../../base/index.ts'

/** Plain JSON of a message or a list of messages. */
export function plain(value: unknown): Json {
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value === 'string') return enumName(value)
  if (typeof value === 'number' || typeof value === 'boolean') return value
  if (typeof value !== 'object' || value === null) return null
  if (isTimestamp(value)) return isoTime(value)
  if (isStruct(value)) return fromStruct(value)
  const members: [string, Json][] = []
  for (const [key, member] of Object.entries(value)) {
    if (key.startsWith('_') || member === null || member === undefined || isUnset(member)) continue
    members.push([key, plain(member)])
  }
  return Object.fromEntries(members)
}

/** Seconds and nanoseconds as ISO 8601 with milliseconds. */
export const isoTime = (time: Timestamp): string => new Date(msOf(time)).toISOString()
/** Milliseconds since the epoch. */
export const msOf = (time: Timestamp): number => time.seconds * 1_000 + Math.round(time.nanos / 1_000_000)

/** `PUSH_PHASE_DONE` → `done`; what is no enum value stays. */
export const enumName = (text: string): string =>
  /^[A-Z][A-Z_]+$/.test(text) && knownEnums.has(text)
    ? text.replace(/^(PUSH_PHASE|UNTIL|VIEW)_/, '').toLowerCase()
    : text

/** Only these are translated: a reason in capitals stays as it was written. */
const knownEnums = new Set([
  ...[
    'PREPARING',
    'PREPARED',
    'SWITCHING',
    'DONE',
    'ABORTED',
    'REVERTING',
    'REVERTED',
    'SPLIT',
    'OVERTAKEN',
  ].map((phase) => `PUSH_PHASE_${phase}`),
])
const isUnset = (value: unknown): boolean => typeof value === 'string' && value.endsWith('_UNSPECIFIED')

const isTimestamp = (value: object): value is Timestamp =>
  'seconds' in value &&
  'nanos' in value &&
  typeof value.seconds === 'number' &&
  typeof value.nanos === 'number'
const isStruct = (value: object): value is Struct =>
  'fields' in value && Object.keys(value).length === 1 && typeof value.fields === 'object'

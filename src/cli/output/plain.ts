// Messages of the API as plain data for -o json and -o yaml: times as text, structs as they were, enums in lower
// case, what is not set left out.
import { fromStruct, type Struct, type Timestamp } from '../../api/index.ts'
import type { Json } from '../../base/index.ts'

/** Plain JSON of a message or a list of messages; plain members first, lists last. */
export function plain(value: unknown): Json {
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value === 'string' || typeof value === 'boolean') return value
  // Milliseconds to the microsecond; whole numbers as they are.
  if (typeof value === 'number') return Math.round(value * 1_000) / 1_000
  if (typeof value !== 'object' || value === null) return null
  if (isTimestamp(value)) return isoTime(value)
  if (isStruct(value)) return fromStruct(value)
  const members: (readonly [string, Json])[] = []
  for (const [key, member] of Object.entries(value)) {
    if (key.startsWith('_') || member === null || member === undefined || isUnset(member)) continue
    members.push([key, enumFields.has(key) && typeof member === 'string' ? enumName(member) : plain(member)])
  }
  return Object.fromEntries(members.sort(([, a], [, b]) => depth(a) - depth(b)))
}

/** Seconds and nanoseconds as ISO 8601 with milliseconds. */
export const isoTime = (time: Timestamp): string => new Date(msOf(time)).toISOString()
/** Milliseconds since the epoch. */
export const msOf = (time: Timestamp): number => time.seconds * 1_000 + Math.round(time.nanos / 1_000_000)

/** `PUSH_PHASE_DONE` → `done`. */
const enumName = (text: string): string => text.replace(/^(PUSH_PHASE|EVENT_SEVERITY)_/, '').toLowerCase()
/** Only these hold enums: a reason in capitals stays as it was written. */
const enumFields = new Set(['phase', 'variant', 'change', 'effect', 'operation', 'severity', 'outcome'])
const depth = (value: Json): number => (Array.isArray(value) ? 2 : typeof value === 'object' ? 1 : 0)
const isUnset = (value: unknown): boolean => typeof value === 'string' && value.endsWith('_UNSPECIFIED')

const isTimestamp = (value: object): value is Timestamp =>
  'seconds' in value &&
  'nanos' in value &&
  typeof value.seconds === 'number' &&
  typeof value.nanos === 'number'
const isStruct = (value: object): value is Struct =>
  'fields' in value && Object.keys(value).length === 1 && typeof value.fields === 'object'

// What no manifest may hold, whatever its kind: keys that every JavaScript object has, control characters, endless
// texts. Values pass through here before any schema sees them, from YAML and from JSON.
import { limits } from '../../base/index.ts'
import { isReservedKey, reservedKey } from '../fields.ts'
import { describe, type Fault, type Path, quote } from './faults.ts'

/** Why a key is refused, or undefined. */
export function keyFault(key: string): string | undefined {
  if (isReservedKey(key)) return reservedKey(key)
  return textFault(key)
}

/** Why a text is refused, or undefined. */
export function textFault(text: string): string | undefined {
  if (text.length > limits.fieldLength)
    return `wanted at most ${limits.fieldLength} characters, found ${quote(text)}`
  if (/\p{Cc}/u.test(text)) return `control characters (NUL, newline, tab) are refused, found ${quote(text)}`
  if (/\p{Surrogate}/u.test(text))
    return `half a character (a lone surrogate) is refused, found ${quote(text)}`
  return undefined
}

/** Whether there are more values in it than that; looks no further than it must. */
export function holdsMoreThan(limit: number, root: unknown): boolean {
  const waiting = [root]
  let seen = 0
  while (waiting.length > 0) {
    const value = waiting.pop()
    seen += 1
    if (seen + waiting.length > limit) return true
    if (typeof value !== 'object' || value === null) continue
    const members: readonly unknown[] = Array.isArray(value) ? value : Object.values(value)
    if (seen + waiting.length + members.length > limit) return true
    for (const member of members) waiting.push(member)
  }
  return false
}

/** A copy of a JSON value with ordinary prototypes and nothing refused in it; what was left out is a fault. */
export function cleanJson(value: unknown, faults: Fault[], path: Path = []): unknown {
  if (faults.length > limits.violationsReported) return undefined
  if (path.length > limits.nestingDepth) {
    faults.push({ path: path.slice(0, 8), message: `nested deeper than ${limits.nestingDepth} levels` })
    return undefined
  }
  if (typeof value === 'string') {
    const fault = textFault(value)
    if (fault !== undefined) faults.push({ path, message: fault })
    return value
  }
  if (typeof value !== 'object' || value === null) {
    if (value === null || typeof value === 'number' || typeof value === 'boolean' || value === undefined)
      return value
    faults.push({ path, message: `wanted a JSON value, found a ${typeof value}` })
    return undefined
  }
  if (Array.isArray(value)) return value.map((item, index) => cleanJson(item, faults, [...path, index]))
  const copy: Record<string, unknown> = {}
  for (const [key, member] of Object.entries(value)) {
    const fault = keyFault(key)
    if (fault === undefined) copy[key] = cleanJson(member, faults, [...path, key])
    else faults.push({ path: [...path, key], message: fault, onKey: true })
  }
  return copy
}

/** Whether it is an object with fields. */
export const isFields = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The fault of a document that is no object. */
export const notAnObject = (value: unknown): Fault => ({
  path: [],
  message: `wanted an object with apiVersion, kind, metadata and spec, found ${describe(value)}`,
})

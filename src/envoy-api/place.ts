// Where a walk over a JSON form or over bytes stands, so that its errors can say so, and how deep it may go.
import { limits } from '../base/index.ts'
import { EnvoyApiError, formatPath } from './errors.ts'

/** Mutable on purpose: one per walk; steps are pushed and popped millions of times, a path is printed once. */
export interface Place {
  readonly path: (string | number)[]
  depth: number
}

export const startPlace = (): Place => ({ path: [], depth: 0 })

/** Ends the walk here. */
export function fail(place: Place, reason: string): never {
  throw new EnvoyApiError(formatPath(place.path), reason)
}

/** One message deeper; ends the walk at limits.protobufDepth. Pair with `leave`. */
export function enter(place: Place): void {
  place.depth += 1
  if (place.depth > limits.protobufDepth) fail(place, `nested deeper than ${limits.protobufDepth} messages`)
}

export function leave(place: Place): void {
  place.depth -= 1
}

/** What was found, for a message to a person: short, whatever it is. */
export function found(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'an object'
  const text = JSON.stringify(value) ?? typeof value
  return text.length > 80 ? `${text.slice(0, 77)}...` : text
}

type JsonObject = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The value as a JSON object; ends the walk when it is none. */
export function objectAt(place: Place, value: unknown, wanted: string): JsonObject {
  return isObject(value) ? value : fail(place, `wanted ${wanted}, found ${found(value)}`)
}

// Where a walk over a JSON form or over bytes stands, so that its errors can say so, and how deep it may go.
import { limits } from '../base/index.ts'
import { EnvoyApiError, formatPath } from './errors.ts'
import { envoySchemas } from './registry.ts'
import type { EnumSchema, MessageSchema, Schemas } from './schema.ts'

/** Mutable on purpose: one per walk; steps are pushed and popped millions of times, a path is printed once. */
export interface Place {
  readonly path: (string | number)[]
  depth: number
  readonly form: JsonForm
}

/** Whose messages are walked, and how they are written. */
export interface JsonForm {
  /** Absent: Envoy's API, loaded when the first message is met. */
  readonly schemas?: Schemas
  /** JSON made of bytes has every field without presence, whatever it holds. Default: only what is set. */
  readonly defaults?: boolean
  /** Of the bytes made of JSON, at most; default limits.resourceBytes. */
  readonly bytes?: number
}

export const startPlace = (form: JsonForm = {}): Place => ({ path: [], depth: 0, form })

const schemasOf = ({ form }: Place): Schemas => form.schemas ?? envoySchemas()

/** Schema of a message by its full name; undefined when the API that is walked has none of this name. */
export const messageAt = (place: Place, name: string): MessageSchema | undefined =>
  schemasOf(place).message(name)

/** The same for names that come from descriptors: a missing one is a bug. */
export function knownMessage(place: Place, name: string): MessageSchema {
  const schema = messageAt(place, name)
  if (schema === undefined) throw new Error(`the API has no message ${name}`)
  return schema
}

/** As knownMessage, for enums. */
export function knownEnum(place: Place, name: string): EnumSchema {
  const schema = schemasOf(place).enumeration(name)
  if (schema === undefined) throw new Error(`the API has no enum ${name}`)
  return schema
}

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

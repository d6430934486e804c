// Every message inside a message, in proto3 JSON, those in Anys too: for questions that the type of a field answers.
import { limits } from '../base/index.ts'
import { isWellKnown } from './encode.ts'
import type { JsonPath } from './errors.ts'
import { messageSchema } from './registry.ts'
import { messageOfTypeUrl } from './resource-types.ts'
import type { FieldSchema } from './schema.ts'

/** One message that was met. */
export interface MetMessage {
  /** Full name of its type. */
  readonly message: string
  /** From the outermost message. */
  readonly path: JsonPath
  /** The fields that are set (null is not), with the names they were written under. */
  readonly fields: readonly MetField[]
}
export interface MetField {
  readonly field: FieldSchema
  readonly key: string
  readonly value: unknown
}

/**
 * Visits a message and all that is in it, the outer before the inner. Members that Envoy's API does not know, and Anys without
 * a known type, are passed over: encoding refuses them. Ends at limits.protobufDepth.
 */
export function eachMessage(messageName: string, json: unknown, visit: (met: MetMessage) => void): void {
  walk(messageName, json, [], 0, visit)
}

function walk(
  messageName: string,
  json: unknown,
  path: JsonPath,
  depth: number,
  visit: (met: MetMessage) => void,
): void {
  if (depth > limits.protobufDepth || !isFields(json)) return
  if (messageName === anyMessage) {
    const held = messageOfTypeUrl(String(json['@type'] ?? ''))
    if (held === '') return
    if (isWellKnown(held)) {
      visit({ message: held, path, fields: [] })
      walk(held, json.value, [...path, 'value'], depth + 1, visit)
    } else walk(held, json, path, depth + 1, visit)
    return
  }
  if (isWellKnown(messageName)) return
  const schema = messageSchema(messageName)
  if (schema === undefined) return
  const fields = Object.entries(json).flatMap(([key, value]): readonly MetField[] => {
    const field = schema.byName.get(key)
    return field === undefined || value === null || value === undefined ? [] : [{ field, key, value }]
  })
  visit({ message: messageName, path, fields })
  for (const { field, key, value } of fields) {
    const { type } = field
    if (type.kind !== 'message') continue
    const inner = (each: unknown, ...steps: JsonPath): void =>
      walk(type.name, each, [...path, key, ...steps], depth + 1, visit)
    if (field.shape === 'singular') inner(value)
    else if (Array.isArray(value)) for (const [index, each] of value.entries()) inner(each, index)
    else if (isFields(value)) for (const [name, each] of Object.entries(value)) inner(each, name)
  }
}

const anyMessage = 'google.protobuf.Any'

const isFields = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

// JSON as google.protobuf.Struct and back.
import { type Json, limits } from '../base/index.ts'
import type { Struct, StructValue } from './api.generated.ts'

/** A JSON object as a Struct; undefined members are left out. */
export function toStruct(value: Readonly<Record<string, unknown>>): Struct {
  const fields: [string, StructValue][] = []
  for (const [key, member] of Object.entries(value)) {
    if (member !== undefined) fields.push([key, toValue(member)])
  }
  // fromEntries defines members, so that a key such as __proto__ stays a key.
  return { fields: Object.fromEntries(fields) }
}

function toValue(value: unknown): StructValue {
  switch (typeof value) {
    case 'string':
      return { stringValue: value }
    case 'number':
      return { numberValue: value }
    case 'boolean':
      return { boolValue: value }
    default:
      if (Array.isArray(value)) return { listValue: { values: value.map(toValue) } }
      if (value === null || value === undefined) return { nullValue: 'NULL_VALUE' }
      return { structValue: toStruct(Object.fromEntries(Object.entries(value))) }
  }
}

/** A Struct as a JSON object. Throws a RangeError when it is nested deeper than limits.nestingDepth. */
export function fromStruct(struct: Struct | undefined, depth = 0): { readonly [key: string]: Json } {
  if (depth > limits.nestingDepth) throw new RangeError(`nested deeper than ${limits.nestingDepth}`)
  const members = Object.entries(struct?.fields ?? {})
  return Object.fromEntries(members.map(([key, value]) => [key, fromValue(value, depth)]))
}

function fromValue(value: StructValue, depth: number): Json {
  if (value.stringValue !== undefined) return value.stringValue
  if (value.numberValue !== undefined) return value.numberValue
  if (value.boolValue !== undefined) return value.boolValue
  if (value.structValue !== undefined && value.structValue !== null)
    return fromStruct(value.structValue, depth + 1)
  if (value.listValue !== undefined && value.listValue !== null) {
    if (depth > limits.nestingDepth) throw new RangeError(`nested deeper than ${limits.nestingDepth}`)
    return (value.listValue.values ?? []).map((item) => fromValue(item, depth + 1))
  }
  return null
}

// The messages of the API as JSON schemas of their proto3 JSON form.
import type { FieldSchema, MessageSchema, Scalar, Schemas, ValueType } from '../envoy-api/index.ts'
import type { Route } from './routes.ts'

type JsonSchema = Readonly<Record<string, unknown>>

/** Everything that requests and answers are made of, by the name within the package. */
export function schemasOf(source: {
  readonly routes: readonly Route[]
  readonly schemas: Schemas
  readonly comments: ReadonlyMap<string, string>
}): Readonly<Record<string, JsonSchema>> {
  const { routes, schemas, comments } = source
  const asked = reachable(
    schemas,
    routes.map(({ request }) => request),
  )
  const answered = reachable(
    schemas,
    routes.map(({ response }) => response),
  )
  const found = new Map<string, JsonSchema>()
  for (const name of [...new Set([...asked, ...answered])].sort()) {
    const message = schemas.message(name)
    if (message !== undefined) {
      const only = answered.has(name) ? (asked.has(name) ? 'both' : 'answered') : 'asked'
      found.set(nameOf(name), messageSchema(message, comments, only))
      continue
    }
    const values = schemas.enumeration(name)
    if (values === undefined) throw new Error(`the API has no ${name}`)
    const lines = [...values.numbers.keys()].flatMap((value) => {
      const comment = comments.get(`${name}.${value}`)
      return comment === undefined ? [] : [`- ${value}: ${comment}`]
    })
    const description = [comments.get(name) ?? '', ...lines].filter((line) => line !== '').join('\n')
    found.set(nameOf(name), {
      type: 'string',
      enum: [...values.numbers.keys()],
      ...(description === '' ? {} : { description }),
    })
  }
  return Object.fromEntries(found)
}

/** Messages and enums of our own that these messages are made of, themselves included. */
function reachable(schemas: Schemas, names: readonly string[]): ReadonlySet<string> {
  const seen = new Set<string>()
  const waiting = [...names]
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (seen.has(name) || name.startsWith('google.protobuf.')) continue
    seen.add(name)
    for (const { type } of schemas.message(name)?.fields ?? []) {
      if (type.kind !== 'scalar') waiting.push(type.name)
    }
  }
  return seen
}

/**
 * Answers say every field that has no presence, and may have more fields one day; requests may leave everything out, and are
 * refused for a field that is not there.
 */
function messageSchema(
  message: MessageSchema,
  comments: ReadonlyMap<string, string>,
  used: 'asked' | 'answered' | 'both',
): JsonSchema {
  const properties = message.fields.map((field) => {
    const comment = comments.get(`${message.name}.${field.name}`)
    return [
      field.jsonName,
      { ...fieldSchema(field), ...(comment === undefined ? {} : { description: comment }) },
    ]
  })
  const required = message.fields.filter(({ presence }) => !presence).map(({ jsonName }) => jsonName)
  const comment = comments.get(message.name)
  return {
    type: 'object',
    ...(comment === undefined ? {} : { description: comment }),
    properties: Object.fromEntries(properties),
    ...(used === 'answered' && required.length > 0 ? { required } : {}),
    ...(used === 'asked' ? { additionalProperties: false } : {}),
  }
}

/** The JSON form of a field. */
export function fieldSchema(field: FieldSchema): JsonSchema {
  const value = valueSchema(field.type)
  if (field.shape === 'map') return { type: 'object', additionalProperties: value }
  return field.shape === 'repeated' ? { type: 'array', items: value } : value
}

function valueSchema(type: ValueType): JsonSchema {
  if (type.kind === 'scalar') return scalarSchemas[type.scalar]
  return wellKnown[type.name] ?? { $ref: `#/components/schemas/${nameOf(type.name)}` }
}

/** The name of a message or enum within its package: `DeleteRequest.Target`. */
export const nameOf = (name: string): string => name.replace(/^(?:[a-z0-9_]+\.)+/, '')

const wellKnown: Readonly<Record<string, JsonSchema>> = {
  'google.protobuf.Struct': { type: 'object' },
  'google.protobuf.Timestamp': { type: 'string', format: 'date-time' },
  'google.protobuf.Duration': { type: 'string', pattern: '^-?\\d+(\\.\\d{1,9})?s$', examples: ['1.5s'] },
}

const integer32 = { type: 'integer', format: 'int32' }
const unsigned32 = { type: 'integer', format: 'uint32', minimum: 0, maximum: 4_294_967_295 }
const integer64 = { type: 'string', format: 'int64', pattern: '^-?\\d+$' }
const unsigned64 = { type: 'string', format: 'uint64', pattern: '^\\d+$' }
const scalarSchemas: Readonly<Record<Scalar, JsonSchema>> = {
  double: { type: 'number', format: 'double' },
  float: { type: 'number', format: 'float' },
  int32: integer32,
  sint32: integer32,
  sfixed32: integer32,
  uint32: unsigned32,
  fixed32: unsigned32,
  int64: integer64,
  sint64: integer64,
  sfixed64: integer64,
  uint64: unsigned64,
  fixed64: unsigned64,
  bool: { type: 'boolean' },
  string: { type: 'string' },
  bytes: { type: 'string', contentEncoding: 'base64' },
}

// The message of a request: what its path, its query and its JSON body say together, as proto3 JSON and then as bytes, so
// that its handler gets exactly what it would have got over gRPC. Every fault names the field.
import { err, invalid, limits, ok, type Problem, parseDuration, type Result } from '../base/index.ts'
import {
  EnvoyApiError,
  encodeJson,
  type FieldSchema,
  isWellKnown,
  type MessageSchema,
  type Schemas,
  suggestion,
} from '../envoy-api/index.ts'
import type { PathValues } from './path-template.ts'

type JsonObject = Readonly<Record<string, unknown>>

/** What a request says. */
export interface Said {
  /** Full name of the request's message. */
  readonly message: string
  readonly path: PathValues
  readonly query: readonly (readonly [string, string])[]
  /** Parsed JSON; absent: the method takes none, and the query is the request. */
  readonly body?: unknown
}

/** The bytes of the request's message. */
export function requestMessage(schemas: Schemas, said: Said): Result<Uint8Array, Problem> {
  const schema = schemas.message(said.message)
  if (schema === undefined) throw new Error(`the API has no message ${said.message}`)
  try {
    const start = said.body === undefined ? {} : bodyOf(said.body)
    const asked = said.query.reduce<JsonObject>(
      (json, [name, value]) =>
        said.body === undefined
          ? withParameter(schemas, schema, json, name, value, said.path)
          : withWait(schemas, schema, json, name, value),
      start,
    )
    const whole = [...said.path].reduce<JsonObject>(
      (json, [field, value]) => withPath(schemas, schema, json, field.split('.'), value),
      asked,
    )
    return ok(encodeJson(said.message, whole, { schemas, bytes: limits.adminMessageBytes }))
  } catch (cause) {
    if (!(cause instanceof EnvoyApiError)) throw cause
    // A path is made of what was sent.
    return err(invalid([{ path: cause.path.slice(0, limits.pathShown), message: cause.reason }]))
  }
}

function bodyOf(body: unknown): JsonObject {
  if (isObject(body)) return body
  const found = Array.isArray(body)
    ? 'a list'
    : body === null
      ? 'null'
      : JSON.stringify(body).slice(0, limits.foundLength)
  throw new EnvoyApiError('', `wanted a JSON object, found ${found}`)
}

/** A field that the path names. The body may say it too, but not something else. */
function withPath(
  schemas: Schemas,
  schema: MessageSchema,
  json: JsonObject,
  [name = '', ...rest]: readonly string[],
  value: string,
): JsonObject {
  const field = fieldOf(schema, name)
  const key = Object.hasOwn(json, field.name) ? field.name : field.jsonName
  const present = Object.hasOwn(json, key) ? (json[key] ?? undefined) : undefined
  if (rest.length > 0) {
    if (present !== undefined && !isObject(present)) return { ...json }
    return { ...json, [key]: withPath(schemas, innerOf(schemas, field), present ?? {}, rest, value) }
  }
  if (present !== undefined && present !== '' && String(present) !== value) {
    throw new EnvoyApiError(
      key,
      `the path says ${JSON.stringify(value.slice(0, limits.foundLength))}, the body ${JSON.stringify(present).slice(0, limits.foundLength)}`,
    )
  }
  return { ...json, [key]: value }
}

/** A query parameter of a method without a body: `a.b=1` is a field of a field, a list is the parameter again and again. */
function withParameter(
  schemas: Schemas,
  schema: MessageSchema,
  json: JsonObject,
  parameter: string,
  value: string,
  path: PathValues,
): JsonObject {
  if (parameter.split('.').length > limits.protobufDepth)
    throw new EnvoyApiError('', 'a parameter of too many parts')
  const steps = stepsOf(schemas, schema, parameter)
  const named = steps.map(({ name }) => name).join('.')
  if (path.has(named)) throw new EnvoyApiError(parameter, 'the path says it already')
  const set = (inside: JsonObject, [field, ...rest]: readonly FieldSchema[]): JsonObject => {
    if (field === undefined) return inside
    const present = inside[field.jsonName]
    if (rest.length > 0) return { ...inside, [field.jsonName]: set(isObject(present) ? present : {}, rest) }
    const leaf = leafOf(field, parameter, value)
    if (field.shape === 'repeated')
      return { ...inside, [field.jsonName]: [...(Array.isArray(present) ? present : []), leaf] }
    if (present !== undefined) throw new EnvoyApiError(parameter, 'given twice, wanted once')
    return { ...inside, [field.jsonName]: leaf }
  }
  return set(json, steps)
}

/** The fields from the request to what a parameter names. */
function stepsOf(schemas: Schemas, schema: MessageSchema, parameter: string): readonly FieldSchema[] {
  const steps: FieldSchema[] = []
  let inside: MessageSchema | undefined = schema
  for (const part of parameter.split('.')) {
    const field: FieldSchema | undefined = inside?.byName.get(part)
    if (field === undefined) {
      const names = inside?.fields.map(({ jsonName }) => jsonName) ?? []
      const said = parameter.slice(0, limits.foundLength)
      throw new EnvoyApiError(
        said,
        `no such parameter${suggestion(part.slice(0, limits.foundLength), names)}`,
      )
    }
    steps.push(field)
    inside =
      field.type.kind === 'message' && field.shape === 'singular' && !isWellKnown(field.type.name)
        ? schemas.message(field.type.name)
        : undefined
  }
  const last = steps.at(-1)
  const isMessage = last?.type.kind === 'message' && !isTextual(last.type.name)
  if (last === undefined || last.shape === 'map' || isMessage)
    throw new EnvoyApiError(parameter, 'no value that a parameter can hold; name a field inside it')
  return steps
}

/** Messages whose JSON is a text. */
const isTextual = (name: string): boolean => /^google\.protobuf\.(Timestamp|Duration)$/.test(name)

/** As proto3 JSON: everything but truth is said as a text there too. */
function leafOf(field: FieldSchema, parameter: string, value: string): unknown {
  if (field.type.kind !== 'scalar' || field.type.scalar !== 'bool') return value
  if (value !== 'true' && value !== 'false')
    throw new EnvoyApiError(
      parameter,
      `wanted true or false, found ${JSON.stringify(value.slice(0, limits.foundLength))}`,
    )
  return value === 'true'
}

/** `?wait=30s` of a change, which is all that may stand beside a body. */
function withWait(
  schemas: Schemas,
  schema: MessageSchema,
  json: JsonObject,
  name: string,
  value: string,
): JsonObject {
  const options = schema.byName.get('options')
  const wait = options?.type.kind === 'message' ? innerOf(schemas, options).byName.get('wait') : undefined
  if (name !== 'wait' || options === undefined || wait === undefined) {
    const may =
      wait === undefined ? 'this method takes everything in its body' : 'beside the body there is only wait'
    throw new EnvoyApiError(name.slice(0, limits.foundLength), `no such parameter: ${may}`)
  }
  const ms = parseDuration(value)
  if (ms === undefined)
    throw new EnvoyApiError(
      'wait',
      `wanted a duration such as 30s, found ${JSON.stringify(value.slice(0, limits.foundLength))}`,
    )
  const present = json.options ?? {}
  if (!isObject(present)) return json
  if (present.wait !== undefined)
    throw new EnvoyApiError('wait', 'given twice, wanted once: here or as options.wait')
  return { ...json, options: { ...present, wait: `${ms / 1_000}s` } }
}

function fieldOf(schema: MessageSchema, name: string): FieldSchema {
  const field = schema.byName.get(name)
  if (field === undefined) throw new Error(`${schema.name} has no field ${name}, and a path names it`)
  return field
}

function innerOf(schemas: Schemas, field: FieldSchema): MessageSchema {
  const inner = field.type.kind === 'message' ? schemas.message(field.type.name) : undefined
  if (inner === undefined) throw new Error(`${field.name} is no message, and a path names a field of it`)
  return inner
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

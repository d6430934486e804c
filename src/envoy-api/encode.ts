// Proto3 JSON → bytes, in one walk: fields in the order of their numbers, map entries in the order of their keys, so
// that equal content has equal bytes. What does not fit ends the walk with its path.
import { limits } from '../base/index.ts'
import { encodeAny } from './any.ts'
import { EnvoyApiError, suggestion } from './errors.ts'
import {
  enter,
  fail,
  found,
  type JsonForm,
  knownMessage,
  leave,
  messageAt,
  objectAt,
  type Place,
  startPlace,
} from './place.ts'
import { messageOfTypeUrl } from './resource-types.ts'
import { checkEnum, checkScalar, isDefault, scalarWireTypes, writeScalar } from './scalars.ts'
import type { FieldSchema, MessageSchema, Scalar, ValueType } from './schema.ts'
import { sortedKeys, writeList, writeStruct, writeValue } from './struct.ts'
import { parseDuration, parseTimestamp } from './times.ts'
import { createWriter, tagOf, type Writer, wireTypes } from './wire.ts'

/**
 * The bytes of a message given in proto3 JSON: field names in camelCase or snake_case, `Any` as
 * `{"@type": "type.googleapis.com/…", …}` at any depth, null as absent. Throws EnvoyApiError with the JSON path for
 * unknown fields, wrong types, two members of a oneof, nesting beyond limits.protobufDepth, more bytes than `form` allows.
 */
export function encodeJson(messageName: string, json: unknown, form: JsonForm = {}): Uint8Array {
  const place = startPlace(form)
  const schema = messageAt(place, messageName)
  if (schema === undefined) throw new EnvoyApiError('', `Envoy's API has no message ${found(messageName)}`)
  const writer = createWriter()
  writeMessage(writer, schema, json, place)
  const { bytes = limits.resourceBytes } = form
  if (writer.pos > bytes) {
    throw new EnvoyApiError('', `${writer.pos} bytes encoded, at most ${bytes} allowed`)
  }
  return writer.finish()
}

type MessageWriter = (writer: Writer, json: unknown, place: Place) => void

/** Messages with a JSON form of their own. */
const wellKnown: ReadonlyMap<string, MessageWriter> = new Map<string, MessageWriter>([
  ['google.protobuf.Any', writeAny],
  ['google.protobuf.Struct', writeStruct],
  ['google.protobuf.Value', writeValue],
  ['google.protobuf.ListValue', writeList],
  ['google.protobuf.Duration', timeWriter(parseDuration, 'a duration such as "1.5s"')],
  ['google.protobuf.Timestamp', timeWriter(parseTimestamp, 'a time such as "2026-01-02T03:04:05Z"')],
  ['google.protobuf.DoubleValue', wrapperWriter('double')],
  ['google.protobuf.FloatValue', wrapperWriter('float')],
  ['google.protobuf.Int64Value', wrapperWriter('int64')],
  ['google.protobuf.UInt64Value', wrapperWriter('uint64')],
  ['google.protobuf.Int32Value', wrapperWriter('int32')],
  ['google.protobuf.UInt32Value', wrapperWriter('uint32')],
  ['google.protobuf.BoolValue', wrapperWriter('bool')],
  ['google.protobuf.StringValue', wrapperWriter('string')],
  ['google.protobuf.BytesValue', wrapperWriter('bytes')],
])

/** Whether a message has a JSON form that is not an object of its fields. */
export const isWellKnown = (messageName: string): boolean => wellKnown.has(messageName)

function writeMessage(writer: Writer, schema: MessageSchema, json: unknown, place: Place): void {
  enter(place)
  const special = wellKnown.get(schema.name)
  if (special === undefined) writeFields(writer, schema, json, place)
  else special(writer, json, place)
  leave(place)
}

interface Present {
  readonly field: FieldSchema
  /** The name it was written under: the path shows what the writer wrote. */
  readonly key: string
  readonly value: unknown
}

function writeFields(writer: Writer, schema: MessageSchema, json: unknown, place: Place): void {
  for (const { field, key, value } of presentFields(schema, objectAt(place, json, schema.name), place)) {
    place.path.push(key)
    if (field.shape === 'map') writeMap(writer, field, value, place)
    else if (field.shape === 'repeated') writeRepeated(writer, field, value, place)
    else writeSingular(writer, field, value, place)
    place.path.pop()
  }
}

/** The members that are set, in the order of their field numbers. */
function presentFields(
  schema: MessageSchema,
  object: Readonly<Record<string, unknown>>,
  place: Place,
): readonly Present[] {
  const present: Present[] = []
  for (const key of Object.keys(object)) {
    const value = object[key]
    if (value === undefined) continue
    const field = schema.byName.get(key)
    if (field === undefined) {
      place.path.push(key)
      const names = schema.fields.map((known) => known.jsonName)
      return fail(place, `unknown field of ${schema.name}${suggestion(key, names)}`)
    }
    if (value === null && !takesNull(field.type)) continue
    for (const other of present) {
      const clash =
        other.field === field
          ? 'the same field'
          : field.oneof !== undefined && field.oneof === other.field.oneof
            ? `another of ${field.oneof}, of which one may be set`
            : undefined
      if (clash !== undefined) {
        place.path.push(key)
        fail(place, `${JSON.stringify(other.key)} is ${clash}`)
      }
    }
    present.push({ field, key, value })
  }
  return present.length < 2 ? present : present.sort((a, b) => a.field.number - b.field.number)
}

const takesNull = (type: ValueType): boolean =>
  type.kind !== 'scalar' &&
  (type.name === 'google.protobuf.Value' || type.name === 'google.protobuf.NullValue')

function writeSingular(writer: Writer, field: FieldSchema, value: unknown, place: Place): void {
  const { type, number } = field
  if (type.kind === 'message') {
    writer.uint32(tagOf(number, wireTypes.delimited)).fork()
    writeMessage(writer, knownMessage(place, type.name), value, place)
    writer.ldelim()
  } else if (type.kind === 'enum') {
    const checked = checkEnum(type.name, value, place)
    if (field.presence || checked !== 0) writer.uint32(tagOf(number, wireTypes.varint)).int32(checked)
  } else {
    const checked = checkScalar(type.scalar, value, place)
    if (!field.presence && isDefault(type.scalar, checked)) return
    writer.uint32(tagOf(number, scalarWireTypes[type.scalar]))
    writeScalar(writer, type.scalar, checked)
  }
}

function writeRepeated(writer: Writer, field: FieldSchema, value: unknown, place: Place): void {
  if (!Array.isArray(value)) fail(place, `wanted a list, found ${found(value)}`)
  if (value.length === 0) return
  if (field.packed) writer.uint32(tagOf(field.number, wireTypes.delimited)).fork()
  for (const [index, item] of value.entries()) {
    place.path.push(index)
    if ((item === null || item === undefined) && !takesNull(field.type))
      fail(place, `wanted a value, found ${item}`)
    if (!field.packed) writer.uint32(tagOf(field.number, wireTypeOf(field.type)))
    writeElement(writer, field.type, item, place)
    place.path.pop()
  }
  if (field.packed) writer.ldelim()
}

function wireTypeOf(type: ValueType): number {
  if (type.kind === 'message') return wireTypes.delimited
  return type.kind === 'enum' ? wireTypes.varint : scalarWireTypes[type.scalar]
}

/** A value without its tag, defaults included. */
function writeElement(writer: Writer, type: ValueType, value: unknown, place: Place): void {
  if (type.kind === 'message') {
    writer.fork()
    writeMessage(writer, knownMessage(place, type.name), value, place)
    writer.ldelim()
  } else if (type.kind === 'enum') writer.int32(checkEnum(type.name, value, place))
  else writeScalar(writer, type.scalar, checkScalar(type.scalar, value, place))
}

function writeMap(writer: Writer, field: FieldSchema, value: unknown, place: Place): void {
  const object = objectAt(place, value, 'an object')
  const keyType = field.mapKey ?? 'string'
  const seen = new Set<unknown>()
  for (const key of sortedKeys(object)) {
    const member = object[key]
    if (member === undefined) continue
    place.path.push(key)
    if (member === null && !takesNull(field.type)) fail(place, 'wanted a value, found null')
    const checkedKey = checkMapKey(keyType, key, place)
    if (seen.has(checkedKey)) fail(place, 'the same key twice')
    seen.add(checkedKey)
    writer.uint32(tagOf(field.number, wireTypes.delimited)).fork()
    writer.uint32(tagOf(1, scalarWireTypes[keyType]))
    writeScalar(writer, keyType, checkedKey)
    writer.uint32(tagOf(2, wireTypeOf(field.type)))
    writeElement(writer, field.type, member, place)
    writer.ldelim()
    place.path.pop()
  }
}

/** Keys are strings in JSON, whatever their type. */
function checkMapKey(keyType: Scalar, key: string, place: Place): string | number | boolean {
  if (keyType !== 'bool') return checkScalar(keyType, key, place)
  if (key !== 'true' && key !== 'false') fail(place, `wanted "true" or "false", found ${found(key)}`)
  return key === 'true'
}

/** `{"@type": url, …fields}`, or `{"@type": url, "value": …}` for messages with a JSON form of their own; `{}` is empty. */
function writeAny(writer: Writer, json: unknown, place: Place): void {
  const object = objectAt(place, json, 'an Any: an object with "@type"')
  const { '@type': typeUrl, ...fields } = object
  if (typeUrl === undefined && Object.keys(fields).length === 0) return
  place.path.push('@type')
  if (typeof typeUrl !== 'string' || typeUrl === '') {
    fail(place, `wanted the type URL of an Any, found ${typeUrl === undefined ? 'none' : found(typeUrl)}`)
  }
  const schema = typeUrl.includes('/') ? messageAt(place, messageOfTypeUrl(typeUrl)) : undefined
  if (schema === undefined) fail(place, `no type URL of a message of Envoy's API: ${found(typeUrl)}`)
  place.path.pop()
  const inner = createWriter()
  if (!isWellKnown(schema.name)) writeMessage(inner, schema, anyFields(schema, fields), place)
  else {
    place.path.push('value')
    if (fields.value === undefined) fail(place, `wanted ${schema.name}, found nothing`)
    writeMessage(inner, schema, fields.value, place)
    place.path.pop()
    for (const key of Object.keys(fields)) {
      if (key === 'value') continue
      place.path.push(key)
      fail(place, `unknown field beside "value" of ${schema.name}`)
    }
  }
  writer.raw(encodeAny(typeUrl, inner.finish()))
}

/** Some writers give Empty a `value`. */
function anyFields(schema: MessageSchema, fields: Readonly<Record<string, unknown>>): unknown {
  return schema.name === 'google.protobuf.Empty' && Object.keys(fields).join() === 'value'
    ? fields.value
    : fields
}

function timeWriter(
  parse: (text: string) => { readonly seconds: number; readonly nanos: number } | undefined,
  wanted: string,
): MessageWriter {
  return (writer, json, place) => {
    const time = typeof json === 'string' ? parse(json) : undefined
    if (time === undefined) return fail(place, `wanted ${wanted}, found ${found(json)}`)
    if (time.seconds !== 0) writer.uint32(tagOf(1, wireTypes.varint)).int64(time.seconds)
    if (time.nanos !== 0) writer.uint32(tagOf(2, wireTypes.varint)).int32(time.nanos)
  }
}

/** Wrappers keep "set to the default" apart from "absent": the message is there, its value is not. */
function wrapperWriter(scalar: Scalar): MessageWriter {
  return (writer, json, place) => {
    const checked = checkScalar(scalar, json, place)
    if (isDefault(scalar, checked)) return
    writer.uint32(tagOf(1, scalarWireTypes[scalar]))
    writeScalar(writer, scalar, checked)
  }
}

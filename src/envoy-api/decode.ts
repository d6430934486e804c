// Bytes → proto3 JSON: camelCase names in the order of field numbers, enums by name, defaults left out.
import { type Json, limits } from '../base/index.ts'
import { splitAny } from './any.ts'
import { isWellKnown } from './encode.ts'
import { EnvoyApiError } from './errors.ts'
import {
  enter,
  fail,
  found,
  type JsonForm,
  knownMessage,
  leave,
  messageAt,
  type Place,
  startPlace,
} from './place.ts'
import { messageOfTypeUrl } from './resource-types.ts'
import { enumJson, isDefault, readScalar, scalarWireTypes } from './scalars.ts'
import type { FieldSchema, MessageSchema, Scalar, ValueType } from './schema.ts'
import { readList, readStruct, readValue, setMember } from './struct.ts'
import { formatDuration, formatTimestamp } from './times.ts'
import { eachField, type Reader, wireTypes } from './wire.ts'

/**
 * The proto3 JSON form of a message's bytes. Fields that Envoy's API does not know are left out (a newer peer); an
 * Any of an unknown type is given as `{"@type": …, "value": <base64>}`. Throws EnvoyApiError when the bytes are no
 * such message, are nested beyond limits.protobufDepth or longer than limits.xdsReceiveBytes.
 */
export function decodeJson(messageName: string, bytes: Uint8Array, form: JsonForm = {}): Json {
  const place = startPlace(form)
  const schema = messageAt(place, messageName)
  if (schema === undefined) throw new EnvoyApiError('', `Envoy's API has no message ${found(messageName)}`)
  if (bytes.length > limits.xdsReceiveBytes) {
    throw new EnvoyApiError('', `${bytes.length} bytes, at most ${limits.xdsReceiveBytes} allowed`)
  }
  return readMessage(schema, bytes, place)
}

type MessageReader = (bytes: Uint8Array, place: Place) => Json

/** Messages with a JSON form of their own; the same set as in encode.ts. */
const wellKnown: ReadonlyMap<string, MessageReader> = new Map<string, MessageReader>([
  ['google.protobuf.Any', readAny],
  ['google.protobuf.Struct', readStruct],
  ['google.protobuf.Value', readValue],
  ['google.protobuf.ListValue', readList],
  ['google.protobuf.Duration', timeReader(formatDuration)],
  ['google.protobuf.Timestamp', timeReader(formatTimestamp)],
  ['google.protobuf.DoubleValue', wrapperReader('double', 0)],
  ['google.protobuf.FloatValue', wrapperReader('float', 0)],
  ['google.protobuf.Int64Value', wrapperReader('int64', '0')],
  ['google.protobuf.UInt64Value', wrapperReader('uint64', '0')],
  ['google.protobuf.Int32Value', wrapperReader('int32', 0)],
  ['google.protobuf.UInt32Value', wrapperReader('uint32', 0)],
  ['google.protobuf.BoolValue', wrapperReader('bool', false)],
  ['google.protobuf.StringValue', wrapperReader('string', '')],
  ['google.protobuf.BytesValue', wrapperReader('bytes', '')],
])

function readMessage(schema: MessageSchema, bytes: Uint8Array, place: Place): Json {
  enter(place)
  const special = wellKnown.get(schema.name)
  const json = special === undefined ? readFields(schema, bytes, place) : special(bytes, place)
  leave(place)
  return json
}

/** What the wire holds of one field, before it becomes JSON. */
interface Gathered {
  /** Singular messages: all parts, which protobuf merges by joining them. */
  readonly parts: Uint8Array[]
  readonly list: Json[]
  readonly map: Record<string, Json>
  scalar: Json | undefined
}

function readFields(schema: MessageSchema, bytes: Uint8Array, place: Place): Json {
  const gathered = new Map<FieldSchema, Gathered>()
  eachField(bytes, schema.name, (fieldNumber, wireType, reader) => {
    const field = schema.byNumber.get(fieldNumber)
    if (field === undefined) return false
    place.path.push(field.jsonName)
    const taken = gather(schema, gathered, field, wireType, reader, place)
    place.path.pop()
    return taken
  })
  const json: Record<string, Json> = {}
  for (const field of schema.fields) {
    const values = gathered.get(field)
    const value = values === undefined ? undefined : finish(field, values, place)
    if (value !== undefined) json[field.jsonName] = value
    else if (place.form.defaults === true && !field.presence) json[field.jsonName] = unset(field, place)
  }
  return json
}

/** Takes one occurrence of a field from the wire; false when its wire type is not the field's. */
function gather(
  schema: MessageSchema,
  gathered: Map<FieldSchema, Gathered>,
  field: FieldSchema,
  wireType: number,
  reader: Reader,
  place: Place,
): boolean {
  const packed =
    field.shape === 'repeated' && wireType === wireTypes.delimited && wireTypeOf(field.type) !== wireType
  const expected = field.shape === 'map' ? wireTypes.delimited : wireTypeOf(field.type)
  if (!packed && wireType !== expected) return false
  let values = gathered.get(field)
  if (values === undefined) {
    values = { parts: [], list: [], map: {}, scalar: undefined }
    gathered.set(field, values)
  }
  // The last member of a oneof on the wire wins.
  if (field.oneof !== undefined) {
    for (const other of schema.fields) {
      if (other !== field && other.oneof === field.oneof) gathered.delete(other)
    }
  }
  if (field.shape === 'map') readEntry(field, reader.bytes(), values.map, place)
  else if (packed) {
    const end = reader.uint32() + reader.pos
    if (end > reader.len) fail(place, 'a packed list longer than the message')
    while (reader.pos < end) values.list.push(readElement(field.type, reader, place))
  } else if (field.shape === 'repeated') {
    place.path.push(values.list.length)
    values.list.push(readElement(field.type, reader, place))
    place.path.pop()
  } else if (field.type.kind === 'message') values.parts.push(reader.bytes())
  else values.scalar = readElement(field.type, reader, place)
  return true
}

/** The JSON of a field; undefined when it is the default of a field without presence. */
function finish(field: FieldSchema, values: Gathered, place: Place): Json | undefined {
  if (field.shape === 'map') return values.map
  if (field.shape === 'repeated') return values.list.length === 0 ? undefined : values.list
  if (field.type.kind === 'message') {
    place.path.push(field.jsonName)
    const [only, ...more] = values.parts
    const bytes = more.length === 0 && only !== undefined ? only : Buffer.concat(values.parts)
    const json = readMessage(knownMessage(place, field.type.name), bytes, place)
    place.path.pop()
    return json
  }
  const { scalar } = values
  if (scalar === undefined || field.presence) return scalar
  const isUnset =
    field.type.kind === 'enum'
      ? scalar === enumJson(field.type.name, 0, place)
      : isDefault(field.type.scalar, scalar)
  return isUnset ? undefined : scalar
}

function wireTypeOf(type: ValueType): number {
  if (type.kind === 'message') return wireTypes.delimited
  return type.kind === 'enum' ? wireTypes.varint : scalarWireTypes[type.scalar]
}

function readElement(type: ValueType, reader: Reader, place: Place): Json {
  if (type.kind === 'message') return readMessage(knownMessage(place, type.name), reader.bytes(), place)
  if (type.kind === 'enum') return enumJson(type.name, reader.int32(), place)
  return readScalar(reader, type.scalar)
}

function readEntry(field: FieldSchema, bytes: Uint8Array, map: Record<string, Json>, place: Place): void {
  const keyType = field.mapKey ?? 'string'
  let key = keyType === 'string' ? '' : keyType === 'bool' ? 'false' : '0'
  let value: Json | undefined
  eachField(bytes, 'map entry', (fieldNumber, wireType, reader) => {
    if (fieldNumber === 1 && wireType === scalarWireTypes[keyType]) key = String(readScalar(reader, keyType))
    else if (fieldNumber === 2 && wireType === wireTypeOf(field.type)) {
      place.path.push(key)
      value = readElement(field.type, reader, place)
      place.path.pop()
    } else return false
    return true
  })
  setMember(map, key, value ?? absentValue(field.type, place))
}

/** What a field without presence is when it is not set. */
function unset(field: FieldSchema, place: Place): Json {
  if (field.shape === 'map') return {}
  return field.shape === 'repeated' ? [] : absentValue(field.type, place)
}

/** The default of a type, which is also what a map entry without a value holds. */
function absentValue(type: ValueType, place: Place): Json {
  if (type.kind === 'message') return readMessage(knownMessage(place, type.name), new Uint8Array(), place)
  if (type.kind === 'enum') return enumJson(type.name, 0, place)
  if (type.scalar === 'bool') return false
  if (type.scalar === 'string' || type.scalar === 'bytes') return ''
  return type.scalar.endsWith('64') ? '0' : 0
}

function readAny(bytes: Uint8Array, place: Place): Json {
  const { typeUrl, value } = splitAny(bytes)
  if (typeUrl === '') return {}
  const schema = messageAt(place, messageOfTypeUrl(typeUrl))
  if (schema === undefined) return { '@type': typeUrl, value: Buffer.from(value).toString('base64') }
  const json = readMessage(schema, value, place)
  if (isWellKnown(schema.name)) return { '@type': typeUrl, value: json }
  const fields = typeof json === 'object' && json !== null && !Array.isArray(json) ? json : {}
  return { '@type': typeUrl, ...fields }
}

function timeReader(
  format: (time: { readonly seconds: number; readonly nanos: number }) => string,
): MessageReader {
  return (bytes, place) => {
    let seconds = 0
    let nanos = 0
    eachField(bytes, 'google.protobuf.Duration or Timestamp', (fieldNumber, wireType, reader) => {
      if (wireType !== wireTypes.varint) return false
      if (fieldNumber === 1) seconds = Number(reader.int64().toString())
      else if (fieldNumber === 2) nanos = reader.int32()
      else return false
      return true
    })
    if (Math.abs(nanos) > 999_999_999 || Math.abs(seconds) > 315_576_000_000) {
      fail(place, `no time: ${seconds} seconds and ${nanos} nanoseconds`)
    }
    return format({ seconds, nanos })
  }
}

function wrapperReader(scalar: Scalar, absent: Json): MessageReader {
  return (bytes) => {
    let value = absent
    eachField(bytes, `wrapper of ${scalar}`, (fieldNumber, wireType, reader) => {
      if (fieldNumber !== 1 || wireType !== scalarWireTypes[scalar]) return false
      value = readScalar(reader, scalar)
      return true
    })
    return value
  }
}

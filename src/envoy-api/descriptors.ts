// A FileDescriptorSet as schemas. One quick pass notes where each message, enum and service stands; each is parsed
// when it is first asked for, so that using ten messages does not cost parsing 1,500.
import type {
  EnumSchema,
  FieldSchema,
  MessageSchema,
  MethodSchema,
  OneofSchema,
  Scalar,
  Schemas,
  ValueType,
} from './schema.ts'
import { eachField } from './wire.ts'

interface Place {
  readonly bytes: Uint8Array
  readonly proto3: boolean
}
interface MutableIndex {
  readonly messages: Map<string, Place>
  readonly mapEntries: Map<string, Place>
  readonly enums: Map<string, Uint8Array>
  readonly services: Map<string, Uint8Array>
}

/** Schemas over the bytes of a google.protobuf.FileDescriptorSet; the bytes are kept, not copied. */
export function parseDescriptors(bytes: Uint8Array): Schemas {
  const index: MutableIndex = {
    messages: new Map(),
    mapEntries: new Map(),
    enums: new Map(),
    services: new Map(),
  }
  const files: string[] = []
  eachField(bytes, 'google.protobuf.FileDescriptorSet', (fieldNumber, _wireType, reader) => {
    if (fieldNumber !== 1) return false
    files.push(indexFile(reader.bytes(), index))
    return true
  })
  const messages = new Map<string, MessageSchema>()
  const enums = new Map<string, EnumSchema>()
  return {
    files,
    message: (name) =>
      cached(messages, name, () => {
        const place = index.messages.get(name)
        return place === undefined ? undefined : parseMessage(name, place, index.mapEntries)
      }),
    enumeration: (name) =>
      cached(enums, name, () => {
        const place = index.enums.get(name)
        return place === undefined ? undefined : parseEnum(name, place)
      }),
    service: (name) => {
      const place = index.services.get(name)
      return place === undefined ? undefined : parseService(name, place)
    },
    messageNames: () => [...index.messages.keys()],
  }
}

function cached<T>(cache: Map<string, T>, name: string, make: () => T | undefined): T | undefined {
  const known = cache.get(name)
  if (known !== undefined) return known
  const made = make()
  if (made !== undefined) cache.set(name, made)
  return made
}

/** google.protobuf.FileDescriptorProto: notes its declarations and returns its name. */
function indexFile(bytes: Uint8Array, index: MutableIndex): string {
  let file = ''
  let scope = ''
  let proto3 = false
  const messages: Uint8Array[] = []
  const enums: Uint8Array[] = []
  const services: Uint8Array[] = []
  eachField(bytes, 'google.protobuf.FileDescriptorProto', (fieldNumber, _wireType, reader) => {
    if (fieldNumber === 1) file = reader.string()
    else if (fieldNumber === 2) scope = `${reader.string()}.`
    else if (fieldNumber === 4) messages.push(reader.bytes())
    else if (fieldNumber === 5) enums.push(reader.bytes())
    else if (fieldNumber === 6) services.push(reader.bytes())
    else if (fieldNumber === 12) proto3 = reader.string() === 'proto3'
    else return false
    return true
  })
  for (const message of messages) indexMessage(message, scope, proto3, index)
  for (const enumeration of enums) index.enums.set(scope + nameOf(enumeration), enumeration)
  for (const service of services) index.services.set(scope + nameOf(service), service)
  return file
}

function indexMessage(bytes: Uint8Array, scope: string, proto3: boolean, index: MutableIndex): void {
  let name = ''
  let mapEntry = false
  const nested: Uint8Array[] = []
  const enums: Uint8Array[] = []
  eachField(bytes, 'google.protobuf.DescriptorProto', (fieldNumber, _wireType, reader) => {
    if (fieldNumber === 1) name = scope + reader.string()
    else if (fieldNumber === 3) nested.push(reader.bytes())
    else if (fieldNumber === 4) enums.push(reader.bytes())
    else if (fieldNumber === 7) mapEntry = optionNumber(reader.bytes(), 7) === 1
    else return false
    return true
  })
  const into = mapEntry ? index.mapEntries : index.messages
  into.set(name, { bytes, proto3 })
  for (const inner of nested) indexMessage(inner, `${name}.`, proto3, index)
  for (const enumeration of enums) index.enums.set(`${name}.${nameOf(enumeration)}`, enumeration)
}

/** Field 1 of every descriptor is its name. */
function nameOf(bytes: Uint8Array): string {
  let name = ''
  eachField(bytes, 'descriptor', (fieldNumber, _wireType, reader) => {
    if (fieldNumber !== 1) return false
    name = reader.string()
    return true
  })
  return name
}

/** A number or boolean among encoded options; undefined when it is not set. */
export function optionNumber(options: Uint8Array | undefined, number: number): number | undefined {
  let found: number | undefined
  if (options === undefined) return undefined
  eachField(options, 'options', (fieldNumber, wireType, reader) => {
    if (fieldNumber !== number || wireType !== 0) return false
    found = reader.uint32()
    return true
  })
  return found
}

/** A message among encoded options, as its bytes; undefined when it is not set. */
export function optionBytes(options: Uint8Array | undefined, number: number): Uint8Array | undefined {
  const parts: Uint8Array[] = []
  if (options === undefined) return undefined
  eachField(options, 'options', (fieldNumber, wireType, reader) => {
    if (fieldNumber !== number || wireType !== 2) return false
    parts.push(reader.bytes())
    return true
  })
  return parts.length === 0 ? undefined : Buffer.concat(parts)
}

function parseMessage(
  name: string,
  { bytes, proto3 }: Place,
  mapEntries: ReadonlyMap<string, Place>,
): MessageSchema {
  const raw: RawField[] = []
  const oneofs: OneofSchema[] = []
  let options: Uint8Array | undefined
  eachField(bytes, 'google.protobuf.DescriptorProto', (fieldNumber, _wireType, reader) => {
    if (fieldNumber === 2) raw.push(parseRawField(reader.bytes()))
    else if (fieldNumber === 7) options = reader.bytes()
    else if (fieldNumber === 8) oneofs.push(parseOneof(reader.bytes()))
    else return false
    return true
  })
  const fields = raw
    .map((field) => fieldSchema(field, oneofs, proto3, mapEntries))
    .sort((a, b) => a.number - b.number)
  const real = new Set(fields.map((field) => field.oneof))
  return {
    name,
    fields,
    byName: new Map(
      fields.flatMap((field) => [[field.name, field] as const, [field.jsonName, field] as const]),
    ),
    byNumber: new Map(fields.map((field) => [field.number, field])),
    // The oneof behind a proto3 `optional` is no oneof to anybody.
    oneofs: oneofs.filter((oneof) => real.has(oneof.name)),
    ...(options === undefined ? {} : { options }),
  }
}

function parseOneof(bytes: Uint8Array): OneofSchema {
  let options: Uint8Array | undefined
  eachField(bytes, 'google.protobuf.OneofDescriptorProto', (fieldNumber, _wireType, reader) => {
    if (fieldNumber !== 2) return false
    options = reader.bytes()
    return true
  })
  return { name: nameOf(bytes), ...(options === undefined ? {} : { options }) }
}

interface RawField {
  name: string
  jsonName: string
  number: number
  label: number
  type: number
  typeName: string
  oneofIndex: number | undefined
  proto3Optional: boolean
  options: Uint8Array | undefined
}

/** google.protobuf.FieldDescriptorProto as it stands. */
function parseRawField(bytes: Uint8Array): RawField {
  const field: RawField = {
    name: '',
    jsonName: '',
    number: 0,
    label: 0,
    type: 0,
    typeName: '',
    oneofIndex: undefined,
    proto3Optional: false,
    options: undefined,
  }
  eachField(bytes, 'google.protobuf.FieldDescriptorProto', (fieldNumber, _wireType, reader) => {
    if (fieldNumber === 1) field.name = reader.string()
    else if (fieldNumber === 3) field.number = reader.int32()
    else if (fieldNumber === 4) field.label = reader.int32()
    else if (fieldNumber === 5) field.type = reader.int32()
    else if (fieldNumber === 6) field.typeName = reader.string().replace(/^\./, '')
    else if (fieldNumber === 8) field.options = reader.bytes()
    else if (fieldNumber === 9) field.oneofIndex = reader.int32()
    else if (fieldNumber === 10) field.jsonName = reader.string()
    else if (fieldNumber === 17) field.proto3Optional = reader.bool()
    else return false
    return true
  })
  return field
}

/** FieldDescriptorProto.Type by number; groups (10) do not occur. */
const scalars: ReadonlyMap<number, Scalar> = new Map([
  [1, 'double'],
  [2, 'float'],
  [3, 'int64'],
  [4, 'uint64'],
  [5, 'int32'],
  [6, 'fixed64'],
  [7, 'fixed32'],
  [8, 'bool'],
  [9, 'string'],
  [12, 'bytes'],
  [13, 'uint32'],
  [15, 'sfixed32'],
  [16, 'sfixed64'],
  [17, 'sint32'],
  [18, 'sint64'],
])
const labelRepeated = 3
const typeMessage = 11
const typeEnum = 14

function valueType(field: RawField): ValueType {
  if (field.type === typeMessage) return { kind: 'message', name: field.typeName }
  if (field.type === typeEnum) return { kind: 'enum', name: field.typeName }
  const scalar = scalars.get(field.type)
  if (scalar === undefined) throw new Error(`field ${field.name} has the unknown type ${field.type}`)
  return { kind: 'scalar', scalar }
}

function fieldSchema(
  raw: RawField,
  oneofs: readonly OneofSchema[],
  proto3: boolean,
  mapEntries: ReadonlyMap<string, Place>,
): FieldSchema {
  const type = valueType(raw)
  const { name, jsonName, number } = raw
  const options = raw.options === undefined ? {} : { options: raw.options }
  const entry = type.kind === 'message' ? mapEntries.get(type.name) : undefined
  if (type.kind === 'message' && entry !== undefined) {
    const { byNumber } = parseMessage(type.name, entry, mapEntries)
    const key = byNumber.get(1)?.type
    const value = byNumber.get(2)?.type
    if (key?.kind !== 'scalar' || value === undefined) throw new Error(`${type.name} is no map entry`)
    return {
      name,
      jsonName,
      number,
      shape: 'map',
      type: value,
      mapKey: key.scalar,
      packed: false,
      presence: false,
      ...options,
    }
  }
  if (raw.label === labelRepeated) {
    const numeric = type.kind === 'enum' || (type.kind === 'scalar' && !/^(string|bytes)$/.test(type.scalar))
    const packedOption = optionNumber(raw.options, 2)
    const packed = numeric && (packedOption === undefined ? proto3 : packedOption === 1)
    return { name, jsonName, number, shape: 'repeated', type, packed, presence: false, ...options }
  }
  const oneof = raw.oneofIndex === undefined || raw.proto3Optional ? undefined : oneofs[raw.oneofIndex]?.name
  return {
    name,
    jsonName,
    number,
    shape: 'singular',
    type,
    packed: false,
    presence: !proto3 || type.kind === 'message' || oneof !== undefined || raw.proto3Optional,
    ...(oneof === undefined ? {} : { oneof }),
    ...options,
  }
}

function parseEnum(name: string, bytes: Uint8Array): EnumSchema {
  const numbers = new Map<string, number>()
  const names = new Map<number, string>()
  eachField(bytes, 'google.protobuf.EnumDescriptorProto', (fieldNumber, _wireType, reader) => {
    if (fieldNumber !== 2) return false
    const value = reader.bytes()
    const label = nameOf(value)
    const number = (optionNumber(value, 2) ?? 0) | 0
    numbers.set(label, number)
    if (!names.has(number)) names.set(number, label)
    return true
  })
  return { name, numbers, names }
}

function parseService(service: string, bytes: Uint8Array): readonly MethodSchema[] {
  const methods: MethodSchema[] = []
  eachField(bytes, 'google.protobuf.ServiceDescriptorProto', (fieldNumber, _wireType, reader) => {
    if (fieldNumber !== 2) return false
    methods.push(parseMethod(service, reader.bytes()))
    return true
  })
  return methods
}

function parseMethod(service: string, bytes: Uint8Array): MethodSchema {
  let request = ''
  let response = ''
  eachField(bytes, 'google.protobuf.MethodDescriptorProto', (fieldNumber, _wireType, reader) => {
    if (fieldNumber === 2) request = reader.string().replace(/^\./, '')
    else if (fieldNumber === 3) response = reader.string().replace(/^\./, '')
    else return false
    return true
  })
  return {
    path: `/${service}/${nameOf(bytes)}`,
    request,
    response,
    requestStream: optionNumber(bytes, 5) === 1,
    responseStream: optionNumber(bytes, 6) === 1,
  }
}

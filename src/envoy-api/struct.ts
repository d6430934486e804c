// google.protobuf.Struct, Value and ListValue: free JSON inside messages. Needs no descriptors, so that the node of
// a discovery request can be read without loading them.
import type { Json } from '../base/index.ts'
import { enter, fail, found, leave, objectAt, type Place } from './place.ts'
import { checkScalar } from './scalars.ts'
import { eachField, tagOf, type Writer } from './wire.ts'

/** Field numbers and wire types of google.protobuf.Value. */
const tags = {
  null: tagOf(1, 0),
  number: tagOf(2, 1),
  string: tagOf(3, 2),
  bool: tagOf(4, 0),
  struct: tagOf(5, 2),
  list: tagOf(6, 2),
} as const
const first = tagOf(1, 2)
const second = tagOf(2, 2)

/** Keys in the order in which maps are encoded: by UTF-16 code unit, so that equal maps have equal bytes. */
export const sortedKeys = (object: object): readonly string[] => Object.keys(object).sort()

/** Writes the fields of a Struct (no length). Keys are sorted. */
export function writeStruct(writer: Writer, value: unknown, place: Place): void {
  const object = objectAt(place, value, 'an object')
  for (const key of sortedKeys(object)) {
    const member = object[key]
    if (member === undefined) continue
    place.path.push(key)
    checkScalar('string', key, place)
    writer.uint32(first).fork()
    writer.uint32(first).string(key).uint32(second).fork()
    writeValue(writer, member, place)
    writer.ldelim().ldelim()
    place.path.pop()
  }
}

/** Writes the fields of a ListValue (no length). */
export function writeList(writer: Writer, value: unknown, place: Place): void {
  if (!Array.isArray(value)) fail(place, `wanted a list, found ${found(value)}`)
  for (const [index, item] of value.entries()) {
    place.path.push(index)
    writer.uint32(first).fork()
    writeValue(writer, item, place)
    writer.ldelim()
    place.path.pop()
  }
}

/** Writes the one field of a Value (no length). */
export function writeValue(writer: Writer, value: unknown, place: Place): void {
  enter(place)
  if (value === null) writer.uint32(tags.null).uint32(0)
  else if (typeof value === 'number' && Number.isFinite(value)) writer.uint32(tags.number).double(value)
  else if (typeof value === 'string') {
    checkScalar('string', value, place)
    writer.uint32(tags.string).string(value)
  } else if (typeof value === 'boolean') writer.uint32(tags.bool).bool(value)
  else if (Array.isArray(value)) {
    writer.uint32(tags.list).fork()
    writeList(writer, value, place)
    writer.ldelim()
  } else if (typeof value === 'object') {
    writer.uint32(tags.struct).fork()
    writeStruct(writer, value, place)
    writer.ldelim()
  } else fail(place, `wanted JSON, found ${found(value)}`)
  leave(place)
}

/** Sets an own member, whatever its name: `__proto__` is data here. */
export function setMember(object: Record<string, Json>, key: string, value: Json): void {
  if (key === '__proto__') {
    Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true })
  } else object[key] = value
}

/** A Struct's bytes as an object. */
export function readStruct(bytes: Uint8Array, place: Place): { readonly [key: string]: Json } {
  const object: Record<string, Json> = {}
  enter(place)
  eachField(bytes, 'google.protobuf.Struct', (fieldNumber, wireType, reader) => {
    if (fieldNumber !== 1 || wireType !== 2) return false
    let key = ''
    let value: Json = null
    eachField(reader.bytes(), 'google.protobuf.Struct', (entryField, entryType, entry) => {
      if (entryType !== 2) return false
      if (entryField === 1) key = entry.string()
      else if (entryField === 2) value = readValue(entry.bytes(), place)
      else return false
      return true
    })
    setMember(object, key, value)
    return true
  })
  leave(place)
  return object
}

/** A ListValue's bytes as a list. */
export function readList(bytes: Uint8Array, place: Place): readonly Json[] {
  const list: Json[] = []
  enter(place)
  eachField(bytes, 'google.protobuf.ListValue', (fieldNumber, wireType, reader) => {
    if (fieldNumber !== 1 || wireType !== 2) return false
    list.push(readValue(reader.bytes(), place))
    return true
  })
  leave(place)
  return list
}

/** A Value's bytes as JSON; an empty Value is null. */
export function readValue(bytes: Uint8Array, place: Place): Json {
  let value: Json = null
  eachField(bytes, 'google.protobuf.Value', (fieldNumber, wireType, reader) => {
    switch (tagOf(fieldNumber, wireType)) {
      case tags.null:
        reader.int32()
        value = null
        return true
      case tags.number: {
        const number = reader.double()
        value = Number.isFinite(number) ? number : String(number)
        return true
      }
      case tags.string:
        value = reader.string()
        return true
      case tags.bool:
        value = reader.bool()
        return true
      case tags.struct:
        value = readStruct(reader.bytes(), place)
        return true
      case tags.list:
        value = readList(reader.bytes(), place)
        return true
      default:
        return false
    }
  })
  return value
}

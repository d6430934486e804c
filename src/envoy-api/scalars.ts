// Scalars and enums between their proto3 JSON form and the wire.
import type { Json } from '../base/index.ts'
import { suggestion } from './errors.ts'
import { fail, found, knownEnum, type Place } from './place.ts'
import type { Scalar } from './schema.ts'
import { type Reader, type Writer, wireTypes } from './wire.ts'

/** Wire type of each scalar. */
export const scalarWireTypes: Readonly<Record<Scalar, number>> = {
  double: wireTypes.fixed64,
  float: wireTypes.fixed32,
  int64: wireTypes.varint,
  uint64: wireTypes.varint,
  int32: wireTypes.varint,
  fixed64: wireTypes.fixed64,
  fixed32: wireTypes.fixed32,
  bool: wireTypes.varint,
  string: wireTypes.delimited,
  bytes: wireTypes.delimited,
  uint32: wireTypes.varint,
  sfixed32: wireTypes.fixed32,
  sfixed64: wireTypes.fixed64,
  sint32: wireTypes.varint,
  sint64: wireTypes.varint,
}

type Integer = Exclude<Scalar, 'double' | 'float' | 'bool' | 'string' | 'bytes'>

const bits32 = { signed: [-(2n ** 31n), 2n ** 31n - 1n], unsigned: [0n, 2n ** 32n - 1n] } as const
const bits64 = { signed: [-(2n ** 63n), 2n ** 63n - 1n], unsigned: [0n, 2n ** 64n - 1n] } as const
const ranges: Readonly<Record<Integer, readonly [bigint, bigint]>> = {
  int32: bits32.signed,
  sint32: bits32.signed,
  sfixed32: bits32.signed,
  uint32: bits32.unsigned,
  fixed32: bits32.unsigned,
  int64: bits64.signed,
  sint64: bits64.signed,
  sfixed64: bits64.signed,
  uint64: bits64.unsigned,
  fixed64: bits64.unsigned,
}

const loneSurrogate = /\p{Surrogate}/u
const base64Text = /^[A-Za-z0-9+/_-]*={0,2}$/
const decimal = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/

/** The value that proto3 gives an absent field without presence, as read by `readScalar`. */
export function isDefault(scalar: Scalar, value: Json): boolean {
  if (scalar === 'bool') return value === false
  if (scalar === 'string' || scalar === 'bytes') return value === ''
  // -0 is not the default: its bits differ.
  return value === '0' || Object.is(value, 0)
}

/**
 * Checks the JSON form of a scalar and gives it in one form: 64-bit integers as decimal strings, bytes as
 * standard base64, everything else as itself. Ends the walk when it is none.
 */
export function checkScalar(scalar: Scalar, value: unknown, place: Place): string | number | boolean {
  switch (scalar) {
    case 'string':
      if (typeof value !== 'string') return fail(place, `wanted a string, found ${found(value)}`)
      if (loneSurrogate.test(value)) return fail(place, 'wanted valid Unicode, found half a surrogate pair')
      return value
    case 'bool':
      if (typeof value !== 'boolean') return fail(place, `wanted true or false, found ${found(value)}`)
      return value
    case 'bytes':
      if (typeof value !== 'string' || !base64Text.test(value)) {
        return fail(place, `wanted base64, found ${found(value)}`)
      }
      return Buffer.from(value, 'base64').toString('base64')
    case 'double':
    case 'float':
      return checkFloat(scalar, value, place)
    default:
      return checkInteger(scalar, value, place)
  }
}

function checkFloat(scalar: 'double' | 'float', value: unknown, place: Place): number {
  if (value === 'NaN') return Number.NaN
  if (value === 'Infinity') return Number.POSITIVE_INFINITY
  if (value === '-Infinity') return Number.NEGATIVE_INFINITY
  const number =
    typeof value === 'number'
      ? value
      : typeof value === 'string' && decimal.test(value)
        ? Number(value)
        : undefined
  if (number === undefined || !Number.isFinite(number) || !Number.isFinite(float(scalar, number))) {
    return fail(place, `wanted a number (${scalar}), found ${found(value)}`)
  }
  return number
}

const float = (scalar: 'double' | 'float', number: number): number =>
  scalar === 'float' ? Math.fround(number) : number

function checkInteger(scalar: Integer, value: unknown, place: Place): number | string {
  let integer: bigint | undefined
  if (typeof value === 'number') {
    if (Number.isInteger(value)) {
      if (!Number.isSafeInteger(value)) return fail(place, `wanted it in quotes: ${value} is not exact`)
      integer = BigInt(value)
    }
  } else if (typeof value === 'string') {
    if (/^-?\d{1,20}$/.test(value)) integer = BigInt(value)
    else if (decimal.test(value) && Number.isSafeInteger(Number(value))) integer = BigInt(Number(value))
  }
  if (integer === undefined) return fail(place, `wanted an integer (${scalar}), found ${found(value)}`)
  const [least, most] = ranges[scalar]
  if (integer < least || integer > most) {
    return fail(place, `wanted an integer from ${least} to ${most}, found ${found(value)}`)
  }
  return scalar.endsWith('64') ? integer.toString() : Number(integer)
}

/** Writes what `checkScalar` gave, without a tag. */
export function writeScalar(writer: Writer, scalar: Scalar, value: string | number | boolean): void {
  if (scalar === 'bool') writer.bool(value === true)
  else if (scalar === 'string') writer.string(String(value))
  else if (scalar === 'bytes') writer.bytes(Buffer.from(String(value), 'base64'))
  else if (scalar.endsWith('64')) writeInteger64(writer, scalar, String(value))
  else writeNumber(writer, scalar, Number(value))
}

function writeNumber(writer: Writer, scalar: Scalar, value: number): void {
  switch (scalar) {
    case 'double':
      writer.double(value)
      return
    case 'float':
      writer.float(value)
      return
    case 'int32':
      writer.int32(value)
      return
    case 'uint32':
      writer.uint32(value)
      return
    case 'sint32':
      writer.sint32(value)
      return
    case 'fixed32':
      writer.fixed32(value)
      return
    case 'sfixed32':
      writer.sfixed32(value)
      return
    default:
      throw new Error(`${scalar} is not a number of 32 bits or a float`)
  }
}

function writeInteger64(writer: Writer, scalar: Scalar, value: string): void {
  switch (scalar) {
    case 'int64':
      writer.int64(value)
      return
    case 'uint64':
      writer.uint64(value)
      return
    case 'sint64':
      writer.sint64(value)
      return
    case 'fixed64':
      writer.fixed64(value)
      return
    case 'sfixed64':
      writer.sfixed64(value)
      return
    default:
      throw new Error(`${scalar} is not an integer of 64 bits`)
  }
}

/** Reads a scalar as its proto3 JSON form. */
export function readScalar(reader: Reader, scalar: Scalar): string | number | boolean {
  switch (scalar) {
    case 'double':
      return floatJson(reader.double())
    case 'float':
      return floatJson(shortest(reader.float()))
    case 'int32':
      return reader.int32()
    case 'uint32':
      return reader.uint32()
    case 'sint32':
      return reader.sint32()
    case 'fixed32':
      return reader.fixed32()
    case 'sfixed32':
      return reader.sfixed32()
    case 'int64':
      return reader.int64().toString()
    case 'uint64':
      return reader.uint64().toString()
    case 'sint64':
      return reader.sint64().toString()
    case 'fixed64':
      return reader.fixed64().toString()
    case 'sfixed64':
      return reader.sfixed64().toString()
    case 'bool':
      return reader.bool()
    case 'string':
      return reader.string()
    case 'bytes':
      return Buffer.from(reader.bytes()).toString('base64')
  }
}

const floatJson = (value: number): number | string => (Number.isFinite(value) ? value : String(value))

/** The shortest decimal that is this float: 0.1, not 0.10000000149011612. */
function shortest(value: number): number {
  for (let digits = 6; digits <= 9; digits++) {
    const rounded = Number(value.toPrecision(digits))
    if (Math.fround(rounded) === value) return rounded
  }
  return value
}

/** The number of an enum value given by name or by number; numbers that the enum does not name are kept. */
export function checkEnum(name: string, value: unknown, place: Place): number {
  const schema = knownEnum(place, name)
  if (typeof value === 'string') {
    const number = schema.numbers.get(value)
    if (number !== undefined) return number
    return fail(place, `no value of ${name}: ${found(value)}${suggestion(value, schema.numbers.keys())}`)
  }
  if (typeof value === 'number' && (value | 0) === value) return value
  if (value === null && name === 'google.protobuf.NullValue') return 0
  return fail(place, `wanted a value of ${name}, found ${found(value)}`)
}

/** An enum number as JSON: its name, or the number itself when it has none. */
export function enumJson(name: string, number: number, place: Place): Json {
  if (name === 'google.protobuf.NullValue') return null
  return knownEnum(place, name).names.get(number) ?? number
}

// protobufjs reads the same descriptors by its own means: what it makes of random messages is held against ours.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import protobuf from 'protobufjs'
import { describe, expect, it } from 'vitest'
import 'protobufjs/ext/descriptor.js'
import { fromJson, toJson } from 'protobufjs/ext/protojson.js'
import type { Json } from '../../../src/base/index.ts'
import {
  decodeJson,
  encodeJson,
  enumSchema,
  envoyApiVersion,
  envoySchemas,
  type FieldSchema,
  isWellKnown,
  messageSchema,
  resourceTypesInAddOrder,
  type Scalar,
  typeUrlOf,
  type ValueType,
} from '../../../src/envoy-api/index.ts'

const file = join(import.meta.dirname, '..', '..', '..', 'protos', `envoy-api-v${envoyApiVersion}.binpb.gz`)
const theirs = protobuf.Root.fromDescriptor(gunzipSync(readFileSync(file)))

const scalars: Record<Scalar, fc.Arbitrary<Json>> = {
  double: fc.double({ noNaN: true, noDefaultInfinity: true }),
  // Exact in 32 bits: protobufjs prints 0.1 as 0.10000000149011612, we do not.
  float: fc.integer({ min: -8_000, max: 8_000 }).map((eighths) => eighths / 8),
  int32: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  sint32: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  sfixed32: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  uint32: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  fixed32: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  int64: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String),
  sint64: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String),
  sfixed64: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String),
  uint64: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String),
  fixed64: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String),
  bool: fc.boolean(),
  string: fc.string({ unit: 'grapheme', maxLength: 12 }),
  bytes: fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes).toString('base64')),
}
const seconds = fc.integer({ min: 0, max: 4_000_000_000 })
const json: fc.Arbitrary<Json> = fc
  .jsonValue({ maxDepth: 2 })
  .map((value) => JSON.parse(JSON.stringify(value)))
const wellKnown: Readonly<Record<string, fc.Arbitrary<Json>>> = {
  'google.protobuf.Struct': fc.dictionary(fc.string({ maxLength: 5 }), json, { noNullPrototype: true }),
  'google.protobuf.Value': json,
  'google.protobuf.ListValue': fc.array(json, { maxLength: 3 }),
  'google.protobuf.Duration': fc
    .tuple(seconds, fc.constantFrom('', '.5', '.000000001', '.123456'))
    .map(([whole, part]) => `${whole}${part}s`),
  'google.protobuf.Timestamp': seconds.map((whole) =>
    new Date(whole * 1000).toISOString().replace('.000Z', 'Z'),
  ),
  'google.protobuf.DoubleValue': scalars.double,
  'google.protobuf.FloatValue': scalars.float,
  'google.protobuf.Int64Value': scalars.int64,
  'google.protobuf.UInt64Value': scalars.uint64,
  'google.protobuf.Int32Value': scalars.int32,
  'google.protobuf.UInt32Value': scalars.uint32,
  'google.protobuf.BoolValue': scalars.bool,
  'google.protobuf.StringValue': scalars.string,
  'google.protobuf.BytesValue': scalars.bytes,
}
const held = [
  'envoy.extensions.filters.http.router.v3.Router',
  'google.protobuf.Duration',
  'google.protobuf.Struct',
]

/** A random message; below `depth` only fields that nest no further. */
function message(name: string, depth: number): fc.Arbitrary<Json> {
  if (name === 'google.protobuf.Any') {
    return fc.constantFrom(...held).chain((inner) =>
      message(inner, depth - 1).map((value): Json => {
        const fields = typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {}
        return { '@type': typeUrlOf(inner), ...(isWellKnown(inner) ? { value } : fields) }
      }),
    )
  }
  const special = wellKnown[name]
  if (special !== undefined) return special
  const fields = (messageSchema(name)?.fields ?? []).filter(
    (field) => depth > 0 || field.type.kind !== 'message' || wellKnown[field.type.name] !== undefined,
  )
  return fc
    .subarray([...fields], { maxLength: Math.min(fields.length, depth > 0 ? 5 : 3) })
    .chain((chosen) => {
      const oneofs = new Set<string>()
      const set = chosen.filter((field) => {
        if (field.oneof === undefined) return true
        if (oneofs.has(field.oneof)) return false
        oneofs.add(field.oneof)
        return true
      })
      return fc.record(Object.fromEntries(set.map((field) => [field.jsonName, fieldValue(field, depth)])), {
        noNullPrototype: true,
      })
    })
}

function fieldValue(field: FieldSchema, depth: number): fc.Arbitrary<Json> {
  const one = (type: ValueType): fc.Arbitrary<Json> => {
    if (type.kind === 'scalar') return scalars[type.scalar]
    if (type.kind === 'message') return message(type.name, depth - 1)
    return fc.constantFrom<Json>(...(enumSchema(type.name)?.names.values() ?? []), 4_711)
  }
  if (field.shape === 'repeated') return fc.array(one(field.type), { maxLength: 3 })
  if (field.shape === 'singular') return one(field.type)
  const key = scalars[field.mapKey ?? 'string'].map(String)
  return fc.dictionary(key, one(field.type), { maxKeys: 3, noNullPrototype: true })
}

/** Maps in any order; -0 as 0, since both are printed alike. */
const sorted = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (_key, member) =>
      typeof member === 'object' && member !== null && !Array.isArray(member)
        ? Object.fromEntries(Object.entries(member).sort(([one], [other]) => (one < other ? -1 : 1)))
        : member,
    ),
  )

const messages = [
  ...resourceTypesInAddOrder.map((row) => row.message),
  'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
  'envoy.config.bootstrap.v3.Bootstrap',
  'envoy.config.route.v3.Route',
  'validate.FieldRules',
]

describe('the codec, held against protobufjs', () => {
  it.each(messages)('agrees on random messages of %s', (name) => {
    const type = theirs.lookupType(name)
    fc.assert(
      fc.property(message(name, 4), (value) => {
        const ours = encodeJson(name, value)
        const read = decodeJson(name, ours)
        // They read our bytes as we do, and we read theirs as we read ours.
        expect(sorted(toJson(type, type.decode(ours)))).toEqual(sorted(read))
        const other = type.encode(fromJson(type, value)).finish()
        expect(sorted(decodeJson(name, other))).toEqual(sorted(read))
        // What was read is written to the same bytes.
        expect(Buffer.from(encodeJson(name, read)).equals(ours)).toBe(true)
      }),
      { numRuns: 60 },
    )
  })

  it('reads random bytes or refuses them, and never fails otherwise', () => {
    const names = envoySchemas().messageNames()
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.uint8Array({ maxLength: 40 }), (name, bytes) => {
        try {
          decodeJson(name, bytes)
        } catch (error) {
          expect(error).toMatchObject({ name: 'EnvoyApiError' })
        }
      }),
      { numRuns: 3_000 },
    )
  })
})

// Whatever is sent, the port answers: with what was asked or with problem details, never with a fault of its own; and what
// goes in as JSON reaches the handler as it would over gRPC and comes back the same.
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { adminApi, apiPackage, encodeFile, loadDescriptors } from '../../../src/admin/index.ts'
import {
  decodeJson,
  delimitedField,
  type FieldSchema,
  type MessageSchema,
  parseDescriptors,
} from '../../../src/envoy-api/index.ts'
import { requestMessage } from '../../../src/http-api/request-message.ts'
import { type HttpRig, startHttpRig } from './rig.ts'

const files = loadDescriptors()
const schemas = parseDescriptors(Buffer.concat(files.map((file) => delimitedField(1, encodeFile(file)))))
const methods = files
  .filter((file) => file.package === apiPackage)
  .flatMap((file) => file.service)
  .flatMap((service) =>
    service.method.map((method) => [`${service.name}.${method.name}`, service.name, method] as const),
  )

/** JSON that is a message, most of the time. */
function messageOf(name: string, depth = 3): fc.Arbitrary<unknown> {
  const special = wellKnown[name]
  if (special !== undefined) return special
  const schema: MessageSchema | undefined = schemas.message(name)
  const taken = new Set<string>()
  const fields = (schema?.fields ?? []).filter(({ oneof }) => {
    if (oneof === undefined) return true
    const isFirst = !taken.has(oneof)
    taken.add(oneof)
    return isFirst
  })
  return fc.record(Object.fromEntries(fields.map((field) => [field.jsonName, fieldOf(field, depth)])), {
    requiredKeys: [],
  })
}
function fieldOf({ shape, type }: FieldSchema, depth: number): fc.Arbitrary<unknown> {
  const value: fc.Arbitrary<unknown> =
    type.kind === 'message'
      ? depth === 0
        ? (wellKnown[type.name] ?? fc.constant({}))
        : messageOf(type.name, depth - 1)
      : type.kind === 'enum'
        ? fc.constantFrom(...(schemas.enumeration(type.name)?.numbers.keys() ?? []))
        : (scalars[type.scalar] ?? fc.constant(''))
  if (shape === 'map')
    return fc.dictionary(fc.string({ maxLength: 5 }), value, { maxKeys: 3, noNullPrototype: true })
  return shape === 'repeated' ? fc.array(value, { maxLength: 3 }) : value
}
const json = fc.jsonValue({ maxDepth: 3 }).filter((value) => !JSON.stringify(value).includes('\\ud'))
const text = fc.string({ unit: 'grapheme', maxLength: 12 })
const safe = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }).map(String)
const scalars: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  string: text,
  bool: fc.boolean(),
  uint32: fc.nat(),
  uint64: safe,
  double: fc.double({ noNaN: true, noDefaultInfinity: true }),
}
const nanos = fc.constantFrom('', '.500', '.000001', '.123456789')
const wellKnown: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  'google.protobuf.Struct': fc.dictionary(text, json, { maxKeys: 3, noNullPrototype: true }),
  'google.protobuf.Duration': fc.tuple(fc.nat(), nanos).map(([seconds, part]) => `${seconds}${part}s`),
  'google.protobuf.Timestamp': fc
    .nat(4_000_000_000)
    .map((seconds) => new Date(seconds * 1_000).toISOString().replace('.000', '')),
}

const runs = { numRuns: 25, ...(process.env.SEED === undefined ? {} : { seed: Number(process.env.SEED) }) }

describe('JSON in and JSON out', () => {
  it.each(methods)('of %s is the message and back', (_name, service, method) => {
    const definition = adminApi().service(`${apiPackage}.${service}`)[method.name]
    if (definition === undefined) throw new Error(method.name)
    const form = { schemas, defaults: true }
    const message = method.inputType.slice(1)
    fc.assert(
      fc.property(messageOf(message), (body) => {
        const bytes = requestMessage(schemas, { message, path: new Map(), query: [], body })
        expect(bytes.ok).toBe(true)
        if (!bytes.ok) return
        const said = decodeJson(message, bytes.value, form)
        // The same through what a handler is given.
        const again = definition.requestSerialize(definition.requestDeserialize(Buffer.from(bytes.value)))
        expect(decodeJson(message, again, form)).toEqual(said)
        // And what was said is what was sent.
        expect(said).toMatchObject(JSON.parse(JSON.stringify(body)) as object)
      }),
      runs,
    )
  })
})

describe('anything at all', () => {
  let rig: HttpRig
  beforeAll(async () => {
    rig = await startHttpRig()
  })
  afterAll(() => rig?.close())
  const bodies = [
    '/v1alpha1/objects:apply',
    '/v1alpha1/namespaces/a/services/b/traffic',
    '/v1alpha1/namespaces/a/services/b/environments/c/endpoints:set',
  ]
  const answered = async (status: number, isJson: boolean): Promise<void> => {
    expect(status).toBeGreaterThanOrEqual(200)
    expect(status).not.toBe(500)
    expect(isJson).toBe(true)
    expect(rig.bugs).toEqual([])
  }

  it('as a body is answered, with problem details where it is not what is wanted', async () => {
    const keys = fc.constantFrom(
      'options',
      'sources',
      'objects',
      'weights',
      'endpoints',
      'target',
      'ttl',
      'ramp',
      '__proto__',
    )
    const nearly = fc.dictionary(keys, fc.jsonValue({ maxDepth: 4 }), { noNullPrototype: true })
    const any = fc
      .oneof(nearly, fc.jsonValue(), fc.string())
      .map((value) => (typeof value === 'string' ? value : JSON.stringify(value)))
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...bodies), any, async (path, body) => {
        const got = await rig.send('POST', path, { 'content-type': 'application/json' }, body)
        await answered(got.status, got.json !== undefined)
      }),
      { ...runs, numRuns: 150 },
    )
  })

  it('as a path or a parameter is answered', async () => {
    const part = fc.oneof(
      fc.webSegment(),
      fc.constantFrom('nodes', 'pushes:watch', 'namespaces', 'objects', '{id}', '%00', '..', ':'),
    )
    const query = fc.oneof(
      fc.webQueryParameters(),
      fc.constantFrom('limit=1', 'key.namespace=1', 'a.b.c=&a=', '=', '&&', '%'),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 7 }), query, async (parts, parameters) => {
        const path = `/v1alpha1/${parts.join('/')}?${parameters}`
        if (/:(watch|wait)/.test(path)) return
        const got = await rig.get(path)
        await answered(got.status, got.json !== undefined)
      }),
      { ...runs, numRuns: 150 },
    )
  })
})

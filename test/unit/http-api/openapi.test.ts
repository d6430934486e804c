// The OpenAPI document: valid, whole, and true of what the port takes and gives.
import { Validator } from '@seriousme/openapi-schema-validator'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type HttpRig, startHttpRig } from './rig.ts'

interface Operation {
  readonly operationId: string
  readonly summary: string
  readonly parameters?: readonly {
    readonly name: string
    readonly in: string
    readonly description?: string
  }[]
  readonly requestBody?: {
    readonly content: Readonly<Record<string, { readonly schema: { readonly $ref: string } }>>
  }
  readonly responses: Readonly<
    Record<
      string,
      { readonly content?: Readonly<Record<string, { readonly schema: { readonly $ref: string } }>> }
    >
  >
}
interface Document {
  readonly openapi: string
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> }
}
interface Schema {
  readonly description?: string
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean
  readonly properties?: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  readonly enum?: readonly string[]
}

describe('the OpenAPI document', () => {
  let rig: HttpRig
  let document: Document
  beforeAll(async () => {
    rig = await startHttpRig()
    const answer = await rig.get('/v1alpha1/openapi.json')
    expect(answer.headers['content-type']).toMatch(/^application\/json/)
    document = answer.json as Document
  })
  afterAll(() => rig?.close())

  const operations = (): readonly (readonly [string, string, Operation])[] =>
    Object.entries(document.paths).flatMap(([path, item]) =>
      Object.entries(item).map(([verb, operation]) => [verb, path, operation] as const),
    )

  it('is valid OpenAPI 3.1', async () => {
    const validator = new Validator()
    const { valid, errors } = await validator.validate(JSON.parse(JSON.stringify(document)))
    expect(errors).toBeUndefined()
    expect([valid, validator.version]).toEqual([true, '3.1'])
    // What it is not: the validator does look.
    const broken = JSON.parse(JSON.stringify({ ...document, paths: { nodes: {} } }))
    expect((await new Validator().validate(broken)).valid).toBe(false)
  })

  it('has every method that gRPC has, each once under its name, and says what it does', () => {
    const named = operations().map(([, , { operationId }]) => operationId)
    expect(new Set(named).size).toBe(named.length)
    const missing = rig.calls.methods.filter(({ name }) => !named.includes(name.replace('/', '_')))
    expect(missing).toEqual([])
    expect(operations().filter(([, , { summary }]) => summary === '')).toEqual([])
  })

  it('declares every variable of its paths, and nothing that is not there', () => {
    for (const [verb, path, { parameters = [] }] of operations()) {
      const declared = parameters.filter((one) => one.in === 'path').map(({ name }) => name)
      const wanted = [...path.matchAll(/\{([^}]+)\}/g)].map((match) => match[1])
      expect([verb, path, declared]).toEqual([verb, path, wanted])
    }
  })

  it('has the words of the .proto files, and every reference leads somewhere', () => {
    const { schemas } = document.components
    expect(document.paths['/v1alpha1/namespaces/{namespace}/services/{service}:switch']?.post?.summary).toBe(
      'All traffic to one environment',
    )
    expect(schemas.ChangeOptions?.properties?.reason?.description).toContain('why')
    expect(schemas.PushPhase?.description).toContain('- PUSH_PHASE_ABORTED: Nothing moved.')
    expect(schemas.ServiceTraffic?.properties?.revision).toMatchObject({ type: 'string', format: 'uint64' })
    const led = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(
      ([, name = '']) => name,
    )
    expect(led.filter((name) => schemas[name] === undefined)).toEqual([])
  })

  it('says of requests that unknown fields are refused, and of answers what is always there', () => {
    const { schemas } = document.components
    expect(schemas.SwitchRequest?.additionalProperties).toBe(false)
    expect(schemas.ChangeAnswer?.required).toEqual([
      'revision',
      'push',
      'objects',
      'notes',
      'dryRun',
      'phase',
    ])
    expect(schemas.ChangeAnswer?.additionalProperties).toBeUndefined()
  })

  it.each([
    '/v1alpha1/store',
    '/v1alpha1/pushes',
    '/v1alpha1/nodes',
    '/v1alpha1/objects',
    '/v1alpha1/revisions',
  ])('holds of the answer of %s', async (path) => {
    const ajv = new Ajv2020({
      strict: false,
      formats: { 'date-time': true, uint64: true, uint32: true, double: true },
    })
    ajv.addSchema(document, 'api')
    const schema = document.paths[path]?.get?.responses['200']?.content?.['application/json']?.schema.$ref
    const holds = ajv.compile({ $ref: `api${schema}` })
    const { json, status } = await rig.get(path)
    expect(status).toBe(200)
    expect([holds(json), holds.errors]).toEqual([true, null])
    expect(
      holds({ ...(json as object), revision: 7, pushes: 'x', nodes: 'x', objects: 'x', revisions: 'x' }),
    ).toBe(false)
  })
})

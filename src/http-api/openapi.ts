// The API as an OpenAPI 3.1 document, from the same descriptors and routes that requests go by, with what the .proto files
// say of everything as descriptions.
import type { FieldSchema, Schemas } from '../envoy-api/index.ts'
import { queryFields } from './openapi-parameters.ts'
import { nameOf, schemasOf } from './openapi-schemas.ts'
import type { Route } from './routes.ts'

type Document = Readonly<Record<string, unknown>>

/** What the document is made of. */
export interface ApiSource {
  readonly routes: readonly Route[]
  readonly schemas: Schemas
  /** By full name. */
  readonly comments: ReadonlyMap<string, string>
  readonly version: string
}

/** The document. */
export function openApiOf(source: ApiSource): Document {
  const { routes, comments } = source
  const paths = new Map<string, Record<string, unknown>>()
  for (const route of routes) {
    const path = paths.get(route.template.text) ?? {}
    paths.set(route.template.text, path)
    path[route.verb.toLowerCase()] = operationOf(source, route)
  }
  const services = [...new Set(routes.map(({ method }) => method.service))]
  const inPackage = (service: string): string =>
    routes
      .find(({ method }) => method.service === service)
      ?.method.path.slice(1)
      .replace(/\/.*/, '') ?? ''
  return {
    openapi: '3.1.0',
    info: {
      title: 'Verdigris admin API',
      version: source.version,
      description: introduction,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    tags: services.map((name) => ({ name, ...described(comments.get(inPackage(name))) })),
    paths: Object.fromEntries(paths),
    components: {
      schemas: { ...schemasOf(source), Problem: problem },
      responses: {
        Problem: {
          description: 'What went wrong (RFC 9457); docs/reference/errors.md has the kinds.',
          content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
        },
      },
    },
  }
}

const introduction =
  'The same methods as over gRPC, as HTTP and JSON (proto3 JSON: names in camelCase, 64-bit numbers, times and durations as ' +
  'text; snake_case is accepted too, unknown fields are errors). Changes take content-type application/json and nothing else. ' +
  'What has no value is left out of requests and written in answers.'

function operationOf(source: ApiSource, route: Route): Document {
  const { method, way, hasBody } = route
  const comment = source.comments.get(method.path.slice(1).replace('/', '.'))
  const parameters = [
    ...pathParameters(source, route),
    ...(hasBody ? waitParameter(source, route) : queryParameters(source, route)),
    ...(method.streaming ? [lastEventId] : []),
  ]
  return {
    operationId: `${method.service}_${method.method}${way === 0 ? '' : `_${way + 1}`}`,
    tags: [method.service],
    summary: summaryOf(comment ?? method.name),
    ...described(comment),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(hasBody
      ? { requestBody: { required: true, content: { 'application/json': { schema: refTo(route.request) } } } }
      : {}),
    responses: {
      '200': method.streaming
        ? {
            description:
              'Server-sent events: each `data` is one message; `event: problem` is what went wrong, `event: end` the end.',
            content: { 'text/event-stream': { schema: refTo(route.response) } },
          }
        : { description: 'Done.', content: { 'application/json': { schema: refTo(route.response) } } },
      default: { $ref: '#/components/responses/Problem' },
    },
  }
}

/** The first sentence. */
const summaryOf = (comment: string): string =>
  /^.*?[.:;](?= |$)/.exec(comment)?.[0].replace(/[.:;]$/, '') ?? comment

const described = (comment: string | undefined): Document =>
  comment === undefined ? {} : { description: comment }
const refTo = (message: string): Document => ({ $ref: `#/components/schemas/${nameOf(message)}` })

const pathParameters = (source: ApiSource, route: Route): readonly Document[] =>
  route.template.segments.flatMap((segment) => {
    if (segment.kind !== 'variable') return []
    const field = queryFields(source.schemas, route.request).find(({ name }) => name === segment.field)
    return [
      {
        name: segment.field,
        in: 'path',
        required: true,
        schema: field?.schema ?? { type: 'string' },
        ...described(field === undefined ? undefined : source.comments.get(field.fullName)),
      },
    ]
  })

function queryParameters(source: ApiSource, route: Route): readonly Document[] {
  const inPath = new Set(
    route.template.segments.flatMap((one) => (one.kind === 'variable' ? [one.field] : [])),
  )
  return queryFields(source.schemas, route.request)
    .filter(({ name }) => !inPath.has(name))
    .map((field) => ({
      name: field.jsonName,
      in: 'query',
      schema: field.schema,
      ...described(source.comments.get(field.fullName)),
    }))
}

/** `?wait=30s` of a change. */
function waitParameter({ schemas }: ApiSource, { request }: Route): readonly Document[] {
  const options: FieldSchema | undefined = schemas.message(request)?.byName.get('options')
  const inside = options?.type.kind === 'message' ? schemas.message(options.type.name) : undefined
  if (inside?.byName.get('wait') === undefined) return []
  return [
    {
      name: 'wait',
      in: 'query',
      schema: { type: 'string', examples: ['30s', '5m'] },
      description:
        'Answer only when the push of the change has ended, at most after this; the same as options.wait of the body.',
    },
  ]
}

const lastEventId = {
  name: 'Last-Event-ID',
  in: 'header',
  schema: { type: 'string' },
  description: 'The id of the last event seen, of a watch that gives ids: go on after it.',
}

const problem = {
  type: 'object',
  description: 'What went wrong. Members beside these depend on the type.',
  required: ['type', 'title', 'status', 'detail', 'code'],
  properties: {
    type: { type: 'string', description: 'Tells the kinds of problems apart.' },
    title: { type: 'string', description: 'The same for every problem of its kind.' },
    status: { type: 'integer' },
    detail: { type: 'string', description: 'What happened here.' },
    code: { type: 'string', description: 'The gRPC code of the same problem.' },
    next: { type: 'string', description: 'What to do about it.' },
    violations: {
      type: 'array',
      description: 'Of a request that is not valid: every fault.',
      items: {
        type: 'object',
        required: ['path', 'message'],
        properties: {
          path: { type: 'string' },
          message: { type: 'string' },
          file: { type: 'string' },
          line: { type: 'integer' },
          column: { type: 'integer' },
          object: { type: 'string' },
        },
      },
    },
    refusals: {
      type: 'array',
      description: 'What proxies refused, in their own words.',
      items: {
        type: 'object',
        required: ['node', 'type', 'detail'],
        properties: { node: { type: 'string' }, type: { type: 'string' }, detail: { type: 'string' } },
      },
    },
    winner: { type: 'string', description: 'Who was first.' },
    push: { type: 'string', description: 'The push that was waited for.' },
    limit: { type: 'string', description: 'The bound that was met.' },
  },
}

// The API on the HTTP port: request in, route, gate, message, the same handler as over gRPC, answer out.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { actorOf, type Gate, type ListenAddress } from '../../access/index.ts'
import type { AdminCalls } from '../../admin/index.ts'
import { type Json, limits, type Problem, type TraceHeaders, traceHeaderNames } from '../../base/index.ts'
import { resumed } from '../event-stream.ts'
import { noSuchPath, otherVerb, type Refusal, refusalOf } from '../problem-details.ts'
import { requestMessage } from '../request-message.ts'
import { allowed, type Found, findRoute, type Route } from '../routes.ts'
import { type ApiShape, loadApiShape } from './api-shape.ts'
import { createBodies } from './read-body.ts'
import { createWatchWriter } from './watch.ts'

/** Below this everything is the API's. */
const apiRoot = '/v1alpha1'
const openApiPath = `${apiRoot}/openapi.json`

export interface HttpApi {
  /** Whether a request is the API's: by its path. */
  owns(request: IncomingMessage): boolean
  /** Answers it, whatever it is. */
  handle(request: IncomingMessage, response: ServerResponse): void
}

export interface HttpApiOptions {
  readonly calls: AdminCalls
  readonly gate: Pick<Gate, 'admitHttp'>
  /** Where the port listens. */
  readonly listen: ListenAddress
  /** Of the program; in the OpenAPI document. */
  readonly version: string
  /** Told of what only a bug can throw. */
  readonly failed: (method: string, error: unknown) => void
}

const always = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' } as const

export function createHttpApi(options: HttpApiOptions): HttpApi {
  const { calls, gate, listen } = options
  const bodies = createBodies()
  let loaded: ApiShape | undefined
  const shape = (): ApiShape => {
    loaded ??= loadApiShape(calls.methods, options.version)
    return loaded
  }
  // In a quiet moment rather than with the first request, which would wait for it and the streams with it.
  const early = setTimeout(() => {
    try {
      shape()
    } catch (error) {
      options.failed(apiRoot, error)
    }
  }, limits.compileAfterMs)
  early.unref()

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const verb = request.method ?? 'GET'
    const { path, query } = targetOf(request)
    const found: Found | { readonly kind: 'document' } =
      path === openApiPath ? { kind: 'document' } : findRoute(shape().routes, verb, path)
    const route = found.kind === 'route' && verb !== 'OPTIONS' ? found.route : undefined
    const admitted = gate.admitHttp(request, {
      method: route?.method.path ?? `${verb.slice(0, limits.foundLength)} ${path.slice(0, limits.pathShown)}`,
      changes: route?.hasBody === true || !/^(GET|HEAD|OPTIONS)$/.test(verb),
      listen,
    })
    if (!admitted.ok) refuse(request, response, refusalOf(admitted.error))
    else if (found.kind === 'document') document(request, response, verb)
    else if (verb === 'OPTIONS') waysTo(request, response, path)
    else if (found.kind === 'none') refuse(request, response, noSuchPath(verb, path, found.hint))
    else if (found.kind === 'otherVerb') refuse(request, response, otherVerb(verb, found.allow))
    else await call(request, response, { ...found, query, actor: actorOf(admitted.value) })
  }

  const document = (request: IncomingMessage, response: ServerResponse, verb: string): void => {
    if (verb === 'OPTIONS') nothing(response, allowed(['GET']))
    else if (verb === 'GET' || verb === 'HEAD')
      send(request, response, 200, 'application/json', shape().openApi())
    else refuse(request, response, otherVerb(verb, allowed(['GET'])))
  }

  /** What may be asked of a path. */
  const waysTo = (request: IncomingMessage, response: ServerResponse, path: string): void => {
    const found = findRoute(shape().routes, 'OPTIONS', path)
    if (found.kind === 'otherVerb') nothing(response, found.allow)
    else refuse(request, response, noSuchPath('OPTIONS', path, found.kind === 'none' ? found.hint : ''))
  }

  const call = async (
    request: IncomingMessage,
    response: ServerResponse,
    to: Extract<Found, { readonly kind: 'route' }> & {
      readonly query: readonly (readonly [string, string])[]
      readonly actor: string
    },
  ): Promise<void> => {
    const { route, values, actor } = to
    const { name, streaming } = route.method
    const fail = (problem: Problem): void => {
      calls.refused(name, problem, { actor })
      refuse(request, response, refusalOf(problem))
    }
    const body = route.hasBody ? await bodies.read(request) : undefined
    if (body?.ok === false) return refuse(request, response, body.error)
    const lastEventId = request.headers['last-event-id']
    const query = resumed(name, to.query, typeof lastEventId === 'string' ? lastEventId : undefined)
    if (!query.ok) return fail(query.error)
    const bytes = requestMessage(shape().schemas, {
      ...{ message: route.request, path: values, query: query.value },
      ...(body === undefined ? {} : { body: body.value }),
    })
    if (!bytes.ok) return fail(bytes.error)
    const message = shape().request(route, bytes.value)
    if (!message.ok) return fail(message.error)
    const gone = new AbortController()
    response.once('close', () => gone.abort())
    if (response.destroyed) return
    const caller = { actor, gone: gone.signal, trace: traceOf(request) }
    if (streaming) return watch(request, response, route, message.value, caller)
    const answered = await calls.unary(name, message.value, caller)
    if (!answered.ok) return refuse(request, response, refusalOf(answered.error))
    const said = shape().answer(route, answered.value)
    if (!said.ok) return refuse(request, response, refusalOf(said.error))
    send(
      request,
      response,
      200,
      'application/json',
      `${JSON.stringify(said.value)}
`,
    )
  }

  const watch = async (
    request: IncomingMessage,
    response: ServerResponse,
    route: Route,
    message: object,
    caller: Parameters<AdminCalls['stream']>[2],
  ): Promise<void> => {
    // A stream has no end to be asked for: the headers say what it would be.
    if (request.method === 'HEAD') return send(request, response, 200, 'text/event-stream', '')
    let writer: ReturnType<typeof createWatchWriter> | undefined
    const open = (): ReturnType<typeof createWatchWriter> => {
      writer ??= createWatchWriter(response, route.method.name, always)
      return writer
    }
    const failure = await calls.stream(route.method.name, message, caller, {
      started: () => void open(),
      take: (each) => {
        const said = shape().answer(route, each)
        if (!said.ok) throw new Error(said.error.message)
        return open().take(said.value)
      },
    })
    if (writer === undefined && failure !== undefined) return refuse(request, response, refusalOf(failure))
    open().end(failure)
  }

  return {
    owns: (request) => {
      const { path } = targetOf(request)
      return path === apiRoot || path.startsWith(`${apiRoot}/`)
    },
    handle: (request, response) => {
      answer(request, response).catch((error: unknown) => {
        // Its caller went away while it sent its body.
        if (response.destroyed || request.errored !== null) return response.destroy()
        options.failed(targetOf(request).path.slice(0, limits.pathShown), error)
        refuse(
          request,
          response,
          refusalOf({ kind: 'bug', message: 'internal error; the log of the server says which' }),
        )
      })
    },
  }
}

/** Path, still percent-encoded, and parameters. A target may be a whole URL (RFC 9112, 3.2.2). */
function targetOf(request: IncomingMessage): {
  readonly path: string
  readonly query: readonly (readonly [string, string])[]
} {
  const target = (request.url ?? '/').replace(/^https?:\/\/[^/?]*/i, '')
  const [path = '/', ...rest] = target.split('?')
  return { path: path === '' ? '/' : path, query: [...new URLSearchParams(rest.join('?'))] }
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  type: string,
  text: Json & string,
  headers: Readonly<Record<string, string>> = {},
): void {
  if (response.headersSent || response.destroyed) return void response.end()
  const body = Buffer.from(text)
  const length = type === 'text/event-stream' ? {} : { 'content-length': String(body.length) }
  response.writeHead(status, { ...always, 'content-type': `${type}; charset=utf-8`, ...length, ...headers })
  response.end(request.method === 'HEAD' ? undefined : body)
}

const refuse = (request: IncomingMessage, response: ServerResponse, refusal: Refusal): void => {
  send(
    request,
    response,
    refusal.status,
    'application/problem+json',
    `${JSON.stringify(refusal.body)}\n`,
    refusal.headers,
  )
  // What is not read any more ends its connection.
  if (!request.complete) request.resume()
}

const nothing = (response: ServerResponse, allow: readonly string[]): void => {
  response.writeHead(204, { ...always, allow: allow.join(', ') })
  response.end()
}

/** The caller's own trace, as its headers name it. */
function traceOf({ headers }: IncomingMessage): TraceHeaders {
  const found = traceHeaderNames.flatMap((name): [string, string][] => {
    const value = headers[name]
    return typeof value === 'string' ? [[name, value]] : []
  })
  return Object.fromEntries(found)
}

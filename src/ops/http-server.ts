// The HTTP port: /metrics, /healthz, /readyz, and whatever has the admin API there, behind the gate.
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { getRequestListener, type HttpBindings } from '@hono/node-server'
import { Hono } from 'hono'
import { bindProblem, type Gate, type ListenAddress } from '../access/index.ts'
import { err, limits, ok, type Problem, type Result } from '../base/index.ts'
import type { Metrics } from './metrics.ts'

/** Ready, or why not (one sentence). */
export type Readiness =
  /** `but`: what an operator should know of a server that serves all the same (one sentence). */
  { readonly ready: true; readonly but?: string } | { readonly ready: false; readonly reason: string }

export interface HttpServer {
  readonly address: ListenAddress
  /** Requests under way have `graceMs` to be answered. */
  stop(graceMs?: number): Promise<void>
}

/** Part of the port that answers for itself, its gate included. */
export interface HttpPart {
  owns(request: IncomingMessage): boolean
  handle(request: IncomingMessage, response: ServerResponse): void
}

/** Listens; errors: the port is taken or not allowed. */
export function createHttpPort(options: {
  readonly listen: ListenAddress
  readonly gate: Gate
  readonly metrics: Pick<Metrics, 'expose'>
  readonly readiness: () => Readiness
  readonly api?: HttpPart
}): Promise<Result<HttpServer, Problem>> {
  const { api, gate, listen } = options
  const app = new Hono<{ Bindings: HttpBindings }>()
  app.use(async (context, next) => {
    const request: IncomingMessage = context.env.incoming
    const { method, path } = context.req
    const admitted = gate.admitHttp(request, {
      method: `${method} ${path.slice(0, limits.pathShown)}`,
      changes: false,
      listen,
    })
    if (admitted.ok) return next()
    const { error } = admitted
    return context.json({ error: error.message }, error.kind === 'denied' && error.authenticated ? 403 : 401)
  })
  app.get('/healthz', (context) => context.text('ok\n'))
  app.get('/readyz', (context) => {
    const readiness = options.readiness()
    if (!readiness.ready) return context.text(`not ready: ${readiness.reason}\n`, 503)
    return context.text(readiness.but === undefined ? 'ready\n' : `ready, but ${readiness.but}\n`)
  })
  app.get('/metrics', async (context) => {
    const { text, contentType } = await options.metrics.expose()
    return context.body(text, 200, { 'content-type': contentType })
  })
  app.notFound((context) =>
    context.text('not found; there is /metrics, /healthz, /readyz and /v1alpha1/openapi.json\n', 404),
  )

  const own = getRequestListener((request, env) => app.fetch(request, env))
  const listener: RequestListener = (request, response) => {
    if (api?.owns(request) === true) api.handle(request, response)
    else void own(request, response)
  }
  const { tls } = gate
  const server =
    tls === undefined
      ? createHttpServer(listener)
      : createHttpsServer(
          {
            cert: tls.cert,
            key: tls.key,
            ...(tls.clientCa === undefined
              ? {}
              : { ca: tls.clientCa, requestCert: true, rejectUnauthorized: true }),
          },
          listener,
        )
  server.headersTimeout = 10_000
  server.requestTimeout = 30_000

  return new Promise((resolve) => {
    server.once('error', (error) =>
      resolve(err(bindProblem(error.message, { ...listen, flag: '--http-port' }))),
    )
    server.listen(listen.port, listen.address, () => {
      const bound = server.address()
      const port = typeof bound === 'object' && bound !== null ? bound.port : listen.port
      resolve(
        ok({
          address: { address: listen.address, port },
          stop: (graceMs = 0) =>
            new Promise((done) => {
              const late = setTimeout(() => server.closeAllConnections(), graceMs)
              server.close(() => {
                clearTimeout(late)
                done()
              })
              server.closeIdleConnections()
            }),
        }),
      )
    })
  })
}

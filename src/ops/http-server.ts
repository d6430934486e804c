// The HTTP port: /metrics, /healthz, /readyz, behind the gate.
import { createServer as createHttpServer, type IncomingMessage, type RequestListener } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { getRequestListener, type HttpBindings } from '@hono/node-server'
import { Hono } from 'hono'
import { bindProblem, type Gate, type ListenAddress } from '../access/index.ts'
import { err, ok, type Problem, type Result } from '../base/index.ts'
import type { Metrics } from './metrics.ts'

/** Ready, or why not (one sentence). */
export type Readiness =
  /** `but`: what an operator should know of a server that serves all the same (one sentence). */
  { readonly ready: true; readonly but?: string } | { readonly ready: false; readonly reason: string }

export interface HttpServer {
  readonly address: ListenAddress
  stop(): Promise<void>
}

/** Listens; errors: the port is taken or not allowed. */
export function createHttpPort(options: {
  readonly listen: ListenAddress
  readonly gate: Gate
  readonly metrics: Pick<Metrics, 'expose'>
  readonly readiness: () => Readiness
}): Promise<Result<HttpServer, Problem>> {
  const { gate, listen } = options
  const app = new Hono<{ Bindings: HttpBindings }>()
  app.use(async (context, next) => {
    const request: IncomingMessage = context.env.incoming
    const admitted = gate.admitHttp(request, `${context.req.method} ${context.req.path.slice(0, 256)}`)
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
  app.notFound((context) => context.text('not found; there is /metrics, /healthz and /readyz\n', 404))

  const listener: RequestListener = getRequestListener((request, env) => app.fetch(request, env))
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
          stop: () =>
            new Promise((done) => {
              server.close(() => done())
              server.closeAllConnections()
            }),
        }),
      )
    })
  })
}

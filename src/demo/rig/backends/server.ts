// A backend that says of which environment it is, and may be slow or sick.
import { createServer as createHttpServer } from 'node:http'
import { createServer as createHttp2Server } from 'node:http2'
import type { Server } from 'node:net'
import { type BackendInstance, backendIdleMs, environmentHeader, instanceHeader } from './config.ts'

/** The server of an instance; it listens nowhere yet. `isSick` is asked at each request: then it answers 500. */
export function backendServer(instance: BackendInstance, isSick: () => boolean = () => false): Server {
  const body = Buffer.from(
    `${JSON.stringify({ environment: instance.environment, instance: instance.instance })}\n`,
  )
  const headers = {
    'content-type': 'application/json',
    'content-length': String(body.length),
    [environmentHeader]: instance.environment,
    [instanceHeader]: instance.instance,
  }
  if (instance.protocol === 'HTTP2') {
    const server = createHttp2Server((request, response) => {
      request.resume()
      setTimeout(() => {
        response.writeHead(isSick() ? 500 : 200, headers)
        response.end(body)
      }, instance.delayMs)
    })
    server.on('session', (session) => {
      // Asks the other side to go away first, then closes when the last stream has ended.
      session.setTimeout(backendIdleMs, () => session.close())
      session.on('error', () => undefined)
    })
    return server
  }
  const server = createHttpServer((request, response) => {
    request.resume()
    setTimeout(() => {
      response.writeHead(isSick() ? 500 : 200, headers)
      response.end(body)
    }, instance.delayMs)
  })
  server.keepAliveTimeout = backendIdleMs
  return server
}

// The backends of one or more environments in a process of their own. Each answers with its name. Argument: JSON array of
// BackendInstance. Ends with its parent.
import { createServer as createHttpServer } from 'node:http'
import { createServer as createHttp2Server } from 'node:http2'
import type { AddressInfo, Server } from 'node:net'
import {
  type BackendInstance,
  backendIdleMs,
  environmentHeader,
  type FromBackends,
  instanceHeader,
} from './config.ts'

process.on('disconnect', () => process.exit(0))

const tell = (message: FromBackends): void => {
  process.send?.(message)
}

function serve(instance: BackendInstance): Server {
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
        response.writeHead(200, headers)
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
      response.writeHead(200, headers)
      response.end(body)
    }, instance.delayMs)
  })
  server.keepAliveTimeout = backendIdleMs
  return server
}

async function main(): Promise<void> {
  const instances = JSON.parse(process.argv[2] ?? '[]') as BackendInstance[]
  const ports = await Promise.all(
    instances.map(
      (instance) =>
        new Promise<number>((resolve, reject) => {
          const server = serve(instance)
          server.once('error', reject)
          server.listen({ port: instance.port, host: '127.0.0.1', backlog: 4_096 }, () => {
            const { port } = server.address() as AddressInfo
            resolve(port)
          })
        }),
    ),
  )
  tell({ kind: 'listening', ports })
}

main().catch((cause: unknown) => {
  tell({ kind: 'failed', message: cause instanceof Error ? cause.message : String(cause) })
  process.exitCode = 1
})

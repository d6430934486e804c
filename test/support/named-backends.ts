// Small backends that say who they are, on any loopback address, with a status and a delay that tests change.
import { createServer, type Server } from 'node:http'

export interface NamedBackend {
  readonly name: string
  readonly address: string
  readonly port: number
  /** Status of its answers. */
  status: number
  delayMs: number
  /** Requests so far. */
  readonly requests: () => number
  stop(): Promise<void>
}

/** Listens on this address; port 0: any. */
export async function startNamedBackend(
  name: string,
  address = '127.0.0.1',
  port = 0,
): Promise<NamedBackend> {
  let requests = 0
  const server: Server = createServer((_request, response) => {
    requests++
    setTimeout(() => {
      response.writeHead(backend.status, { 'content-type': 'text/plain' })
      response.end(name)
    }, backend.delayMs)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, address, resolve)
  })
  const bound = server.address()
  const backend: NamedBackend = {
    name,
    address,
    port: typeof bound === 'object' && bound !== null ? bound.port : 0,
    status: 200,
    delayMs: 0,
    requests: () => requests,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return backend
}

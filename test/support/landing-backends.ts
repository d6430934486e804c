// Backends that say which environment they are and what reached them, and remember the copies that they were sent.

import type { Server } from 'node:http'
import { createServer } from 'node:http'
import { createServer as createHttp2Server, type Http2Server, type IncomingHttpHeaders } from 'node:http2'
import type { AddressInfo } from 'node:net'

export interface LandingBackends {
  /** Port of an environment of a service, `default/shop/blue`; started when it is first asked for. */
  port(environment: string, protocol?: 'HTTP' | 'HTTP2'): Promise<number>
  /** Environments that got a copy of the request with this `x-test`. */
  copies(test: string): readonly string[]
  close(): void
}

export function startLandingBackends(): LandingBackends {
  const servers = new Map<string, Server | Http2Server>()
  const copied = new Map<string, string[]>()
  const close: (() => void)[] = []
  /** Headers of the answer. */
  const seen = (environment: string, method: string, path: string, headers: IncomingHttpHeaders) => {
    const test = String(headers['x-test'] ?? '')
    const mirror = headers['x-verdigris-shadow']
    if (mirror !== undefined) copied.set(test, [...(copied.get(test) ?? []), environment])
    return {
      'x-backend': environment,
      'x-seen-method': method,
      'x-seen-path': path,
      'x-seen-host': String(headers[':authority'] ?? headers.host ?? ''),
    }
  }
  return {
    async port(environment, protocol = 'HTTP') {
      const key = `${protocol} ${environment}`
      let server = servers.get(key)
      if (server === undefined) {
        if (protocol === 'HTTP') {
          const http = createServer((request, response) => {
            request.resume()
            response.writeHead(
              200,
              seen(environment, request.method ?? '', request.url ?? '', request.headers),
            )
            response.end()
          })
          close.push(() => http.close().closeAllConnections())
          server = http
        } else {
          const http2 = createHttp2Server((request, response) => {
            request.resume()
            response.writeHead(200, seen(environment, request.method, request.url, request.headers))
            response.end()
          })
          const sessions = new Set<{ destroy(): void }>()
          http2.on('session', (session) => sessions.add(session))
          close.push(() => {
            for (const session of sessions) session.destroy()
            http2.close()
          })
          server = http2
        }
        servers.set(key, server)
        const listening = server
        await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve))
      }
      return (server.address() as AddressInfo).port
    },
    copies: (test) => copied.get(test) ?? [],
    close: () => {
      for (const each of close) each()
    },
  }
}

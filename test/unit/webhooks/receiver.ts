// A receiver of webhooks: keeps what it got, and answers as a test wants it to.
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'

export interface Got {
  readonly headers: IncomingHttpHeaders
  readonly body: string
  readonly path: string
}
/** A status, with headers and text; `never`: no answer. */
export type Answer =
  | number
  | { readonly status: number; readonly headers?: Record<string, string>; readonly text?: string }
  | 'never'

export interface Receiver {
  readonly url: string
  readonly port: number
  readonly got: readonly Got[]
  /** Resolves when it has so many. */
  has(count: number): Promise<readonly Got[]>
  close(): Promise<void>
}

export async function receiver(
  answer: (got: Got, index: number) => Answer = () => 200,
  tls?: { readonly cert: string; readonly key: string },
): Promise<Receiver> {
  const got: Got[] = []
  const waiting = new Set<() => void>()
  const hear: Parameters<typeof createServer>[1] = (request, response) => {
    let body = ''
    request.on('data', (part) => (body += part))
    request.on('end', () => {
      const one = { headers: request.headers, body, path: request.url ?? '' }
      got.push(one)
      const said = answer(one, got.length - 1)
      for (const look of [...waiting]) look()
      if (said === 'never') return
      const { status, headers = {}, text = '' } = typeof said === 'number' ? { status: said } : said
      response.writeHead(status, headers).end(text)
    })
  }
  const server: Server = tls === undefined ? createServer(hear) : createTlsServer(tls, hear)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}/hook`,
    port,
    got,
    has: (count) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (got.length < count) return
          waiting.delete(look)
          resolve(got)
        }
        waiting.add(look)
        look()
      }),
    close: () => {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

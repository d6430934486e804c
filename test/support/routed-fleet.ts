// A control plane, one Envoy per variant, and backends that show what reached them: for tests of what routes do.
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo, Server } from 'node:net'
import type { Duplex } from 'node:stream'
import type { ChangeAnswer } from '../../src/api/index.ts'
import {
  type AdminClient,
  adminClient,
  type EnvoyProcess,
  freePorts,
  openScope,
  startControlPlane,
  startEnvoy,
} from '../../src/demo/rig/index.ts'
import type { SupportedEnvoy } from '../../src/envoy-binary/index.ts'
import { envoyBinary } from './with-envoy.ts'

export type Variant = 'sotw' | 'delta'

/** A proxy with a gateway of its own. */
export interface RoutedEdge {
  readonly variant: Variant
  readonly port: number
  readonly envoy: EnvoyProcess
}

export interface RoutedFleet {
  readonly admin: AdminClient
  readonly edges: readonly RoutedEdge[]
  /** Applies manifests, with the groups and gateways of the edges; resolves when every proxy has them. */
  apply(text: string): Promise<void>
  /** All traffic of a service to an environment; resolves when every proxy has it. */
  switchTo(service: string, environment: string): Promise<void>
  /** Resolves when every proxy has the change; throws when its push ends otherwise. */
  done(answer: ChangeAnswer): Promise<void>
  close(): Promise<void>
}

export interface RoutedFleetOptions {
  /** Default: the newest Envoy supported. */
  readonly release?: SupportedEnvoy
  /** Where the proxies say they are. */
  readonly localities?: Partial<Record<Variant, { readonly region?: string; readonly zone?: string }>>
}

/** Starts it; `gateways` of a Route are `[{ name: edge-sotw }, { name: edge-delta }]`. */
export async function startRoutedFleet(
  variants: readonly Variant[] = ['sotw', 'delta'],
  options: RoutedFleetOptions = {},
): Promise<RoutedFleet> {
  const scope = await openScope('routes')
  try {
    const [xds = 0, adminPort = 0, http = 0, ...ports] = await freePorts(3 + variants.length)
    await startControlPlane(scope, { ports: { xds, admin: adminPort, http } })
    const admin = adminClient(`127.0.0.1:${adminPort}`)
    const edges = await Promise.all(
      variants.map(async (variant, at): Promise<RoutedEdge> => {
        const name = `edge-${variant}`
        const locality = options.localities?.[variant]
        const bootstrap = {
          ...{ nodeId: name, nodeCluster: name, variant, xdsPort: xds },
          ...(locality === undefined ? {} : { locality }),
        }
        const binary = envoyBinary(options.release)
        const envoy = await startEnvoy(scope, { binary, concurrency: 1, bootstrap })
        return { variant, port: ports[at] ?? 0, envoy }
      }),
    )
    const frame = edges.map(
      ({ variant, port }) => `kind: NodeGroup
apiVersion: verdigris.dev/v1alpha1
metadata: { name: edge-${variant} }
spec: { selector: { cluster: edge-${variant} } }
---
kind: Gateway
apiVersion: verdigris.dev/v1alpha1
metadata: { name: edge-${variant} }
spec: { nodeGroups: [edge-${variant}], listeners: [{ name: http, address: 127.0.0.1, port: ${port} }] }
`,
    )
    const done = async (answer: ChangeAnswer): Promise<void> => {
      const push = await admin.ended(answer)
      if (push.phase === 'PUSH_PHASE_DONE') return
      const refusals = push.refusals.map(({ node, detail }) => `${node}: ${detail}`).join('; ')
      throw new Error(`push ${push.id} ended ${push.phase}: ${push.verdict} ${refusals}`)
    }
    return {
      admin,
      edges,
      done,
      async apply(text) {
        const written = text.replaceAll(/^kind: /gm, 'apiVersion: verdigris.dev/v1alpha1\nkind: ')
        const sources = [{ name: 'test.yaml', text: [...frame, written].join('---\n') }]
        await done(await admin.call('Config', 'Apply', { sources, options: { reason: 'test' } }))
        await Promise.all(edges.map(({ envoy }) => envoy.ready(20_000)))
      },
      async switchTo(service, environment) {
        const options = { reason: 'test' }
        await done(await admin.call('Traffic', 'Switch', { service, environment, options }))
      },
      async close() {
        admin.close()
        await scope.close()
      },
    }
  } catch (cause) {
    await scope.close()
    throw cause
  }
}

/** Listens on a free port of 127.0.0.1; the port. */
export async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  return (server.address() as AddressInfo).port
}

/** What a backend saw of a request; the body of its answer. */
export interface Seen {
  readonly backend: string
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export interface EchoBackend {
  readonly port: number
  /** Requests of this `x-test` header so far. */
  count(test: string): number
  close(): void
}

/**
 * A backend that answers with what it saw. Headers of the request: `x-test` names who counts, `x-fail: 503x2` answers the
 * first two of them so, `x-wait` waits so many milliseconds. WebSockets are echoed with the backend's name.
 */
export async function startEcho(backend: string): Promise<EchoBackend> {
  const counts = new Map<string, number>()
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    const test = String(request.headers['x-test'] ?? '')
    const number = (counts.get(test) ?? 0) + 1
    counts.set(test, number)
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString()
      const { method = '', url = '', headers } = request
      const [status = '200', times = '0'] = String(headers['x-fail'] ?? '').split('x')
      const answer = (): void => {
        response.writeHead(number <= Number(times) ? Number(status) : 200, {
          'x-backend': backend,
          'x-powered-by': 'tests',
        })
        response.end(JSON.stringify({ backend, method, path: url, headers, body } satisfies Seen))
      }
      setTimeout(answer, Number(headers['x-wait'] ?? 0))
    })
  }
  const server = createServer(handle)
  server.on('upgrade', (_, socket: Duplex) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n')
    socket.on('data', (chunk: Buffer) => socket.write(`${backend}:${chunk.toString()}`))
    socket.on('error', () => undefined)
  })
  const port = await listening(server)
  return {
    port,
    count: (test) => counts.get(test) ?? 0,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}

export interface Ask {
  readonly host: string
  readonly path?: string
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
  /** What the backend saw; undefined when none was asked. */
  readonly seen: Seen | undefined
}

/** One request on a connection of its own. */
export function ask(
  port: number,
  { host, path = '/', method = 'GET', headers = {}, body }: Ask,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: '127.0.0.1', port, path, method, agent: false, headers: { host, ...headers } },
      (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => {
          text += chunk
        })
        response.on('error', reject)
        response.on('end', () => {
          const seen =
            response.headers['x-backend'] === undefined || text === '' ? undefined : JSON.parse(text)
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text, seen })
        })
      },
    )
    sent.on('error', reject)
    sent.end(body)
  })
}

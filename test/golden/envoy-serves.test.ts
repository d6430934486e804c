// The compiled resources on a real Envoy, over ADS from the barest server: it takes all of them as they are, and does
// with requests what the skeleton promises.
import { createServer, type IncomingHttpHeaders, request, type Server } from 'node:http'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { freePorts, openScope, type Scope, startEnvoy } from '../../src/demo/rig/index.ts'
import { typeUrls } from '../../src/envoy-api/index.ts'
import type { World } from '../../src/model/index.ts'
import { type CompiledGroup, createCompiler } from '../../src/snapshot/index.ts'
import { type BareAds, type BareResource, startBareAds } from '../support/bare-ads.ts'
import { describeWithEnvoy, envoyBinary } from '../support/with-envoy.ts'
import { changed, traffic, worldOf } from './world.ts'

let scope: Scope
let ads: BareAds | undefined
let backends: readonly Server[] = []
beforeEach(async () => {
  scope = await openScope('test')
})
afterEach(async () => {
  ads?.close()
  ads = undefined
  for (const backend of backends) {
    backend.closeAllConnections()
    backend.close()
  }
  backends = []
  await scope.close()
})

describeWithEnvoy('a real Envoy', () => {
  it.each(['sotw', 'delta'] as const)('takes every resource and serves by them (%s)', async (variant) => {
    const [blue, green] = [await backend('blue'), await backend('green')]
    const [port = 0] = await freePorts(1)
    const world = worldFor(port, blue, green)
    const compiler = createCompiler()
    ads = await startBareAds(contentOf(compiled(compiler, world)))
    const envoy = await startEnvoy(scope, {
      binary: envoyBinary(),
      bootstrap: { nodeId: 'edge-1', nodeCluster: 'edge', variant, xdsPort: ads.port },
    })
    await envoy.ready(10_000)
    const get = (path: string, headers: Record<string, string> = {}) => ask(port, path, headers)

    const first = await get('/cart/1?x=1', {
      'x-verdigris-cohort': 'beta',
      'x-other': 'kept',
      'x-envoy-max-retries': '9',
    })
    expect(first).toMatchObject({ status: 200, body: 'blue' })
    const seen = JSON.parse(first.seen)
    // The backend sees the Host that the client sent, a request id, and nothing that only this fleet may say.
    expect(seen).toMatchObject({ host: `shop.example.com:${port}`, 'x-other': 'kept' })
    expect(seen['x-request-id']).toMatch(/^[0-9a-f-]{36}$/)
    expect(seen).not.toHaveProperty('x-verdigris-cohort')
    expect(seen).not.toHaveProperty('x-envoy-max-retries')
    expect(first.headers.server).toBe('blue')
    // Prefixes are whole segments, paths are normalised, other hosts are nobody's.
    expect(await get('/cart')).toMatchObject({ status: 200 })
    expect(await get('/cartoon')).toMatchObject({ status: 404 })
    expect(await get('/x/..//cart/1')).toMatchObject({ status: 200 })
    expect(await get('/cart', { host: 'other.example.com' })).toMatchObject({ status: 404 })

    // A switch is routes alone.
    const after = compiled(compiler, changed(world, [traffic('default', 'cart', { green: 10_000 })]))
    const verdicts = await ads.push(typeUrls.rds, resourcesOf(after, typeUrls.rds))
    expect(verdicts).toMatchObject([{ kind: 'ack' }])
    expect(await get('/cart')).toMatchObject({ status: 200, body: 'green' })

    const firsts = ads.firsts()
    expect(firsts.filter(({ verdict }) => verdict.kind === 'nack')).toEqual([])
    const answered = new Set(firsts.map(({ typeUrl }) => typeUrl))
    const { lds, rds, cds, eds, rtds, ecds } = typeUrls
    expect([lds, rds, cds, eds, rtds, ecds].filter((typeUrl) => !answered.has(typeUrl))).toEqual([])
    // One tag per cluster, whole: the dot of `blue.1` would cut it.
    const metrics = await envoy.get('/stats/prometheus?filter=upstream_rq_total')
    expect(metrics).toContain('envoy_cluster_name="default/cart/green_1"')
    expect(metrics).toContain('envoy_cluster_name="default/cart/blue_1"')
  })
})

const compiled = (compiler: ReturnType<typeof createCompiler>, world: World): CompiledGroup => {
  const result = compiler.compile(world, 'default/edge')
  if (!result.ok) throw new Error(JSON.stringify(result.error))
  return result.value
}
const resourcesOf = (group: CompiledGroup, typeUrl: string): readonly BareResource[] => [
  ...(group.types.get(typeUrl)?.values() ?? []),
]
const contentOf = (group: CompiledGroup): ReadonlyMap<string, readonly BareResource[]> =>
  new Map([...group.types.keys()].map((typeUrl) => [typeUrl, resourcesOf(group, typeUrl)]))

const worldFor = (port: number, blue: number, green: number): World =>
  worldOf(`
kind: NodeGroup
metadata: { name: edge }
spec: { selector: { cluster: edge } }
---
kind: Gateway
metadata: { name: public }
spec: { nodeGroups: [edge], listeners: [{ name: http, address: 127.0.0.1, port: ${port} }] }
---
kind: Service
metadata: { name: cart }
spec:
  ports: [{ name: http }]
  upstream: { healthCheck: { http: { path: /healthz } } }
  environments:
    - { name: blue, release: { version: "1" }, endpoints: { static: [{ address: 127.0.0.1, port: ${blue} }] } }
    - { name: green, release: { version: "2" }, endpoints: { static: [{ address: 127.0.0.1, port: ${green} }] } }
---
kind: Route
metadata: { name: cart }
spec:
  gateways: [{ name: public }]
  hosts: [shop.example.com]
  rules: [{ matches: [{ path: { prefix: /cart } }], service: { name: cart } }]
`)

/** A backend that says its color, and in a header what it was sent; its port. */
async function backend(color: string): Promise<number> {
  const server = createServer((incoming, response) => {
    response.setHeader('x-seen', JSON.stringify(incoming.headers))
    response.setHeader('server', color)
    response.end(color)
  })
  backends = [...backends, server]
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

function ask(port: number, path: string, headers: Readonly<Record<string, string>>) {
  return new Promise<{ status: number; body: string; seen: string; headers: IncomingHttpHeaders }>(
    (resolve, reject) => {
      const sent = request(
        {
          host: '127.0.0.1',
          port,
          path,
          agent: false,
          headers: { host: `shop.example.com:${port}`, ...headers },
        },
        (response) => {
          let body = ''
          response.setEncoding('utf8')
          response.on('data', (chunk: string) => {
            body += chunk
          })
          response.on('end', () => {
            const seen = response.headers['x-seen']
            resolve({
              status: response.statusCode ?? 0,
              body,
              seen: typeof seen === 'string' ? seen : '{}',
              headers: response.headers,
            })
          })
        },
      )
      sent.on('error', reject)
      sent.end()
    },
  )
}

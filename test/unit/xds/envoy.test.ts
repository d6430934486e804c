// The streams before a real Envoy, with a hand-made snapshot: both variants go live, switch a route and are believed
// after a reconnect.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ServerCredentials } from '@grpc/grpc-js'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Json, names } from '../../../src/base/index.ts'
import { createChannel, type FromStreams, type TypeUpdate } from '../../../src/channel/index.ts'
import { httpGet, openScope, type Scope, startEnvoy, until } from '../../../src/demo/rig/index.ts'
import { encodeAny, encodeJson, type ResourceTypeKey, resourceTypes } from '../../../src/envoy-api/index.ts'
import type { ResourceFacts } from '../../../src/snapshot/index.ts'
import { startXdsServer, type XdsServer } from '../../../src/xds/index.ts'
import { describeWithEnvoy, envoyBinary } from '../../support/with-envoy.ts'
import { short } from './support/content.ts'
import { openGate } from './support/gate.ts'

interface Made {
  readonly name: string
  readonly json: Json
  readonly facts?: ResourceFacts
}
const ads = { ads: {}, resourceApiVersion: 'V3' }

function update(key: ResourceTypeKey, resources: readonly Made[]): readonly [string, TypeUpdate] {
  const { typeUrl, message } = resourceTypes[key]
  const put = resources.map(({ name, json, facts = {} }) => {
    const body = encodeAny(typeUrl, encodeJson(message, json))
    return { name, hash: short(Buffer.from(body).toString('hex')), body, facts }
  })
  return [typeUrl, { version: short(put.map(({ name, hash }) => name + hash).join()), put, remove: [] }]
}

function snapshot(
  group: string,
  generation: number,
  ports: Record<string, number>,
  listen: number,
  to: string,
  match: Json = { prefix: '/' },
) {
  const clusters = Object.keys(ports)
  const types = Object.fromEntries([
    update(
      'cds',
      clusters.map((name) => ({
        name,
        json: {
          name,
          type: 'EDS',
          connectTimeout: '1s',
          edsClusterConfig: { edsConfig: ads },
          // Changes with the generation, so that Envoy warms it again.
          perConnectionBufferLimitBytes: 32_768 + generation,
        },
        facts: { discovery: 'eds' as const },
      })),
    ),
    update('eds', [
      ...clusters.map((name) => ({
        name,
        json: {
          clusterName: name,
          endpoints: [
            {
              locality: {},
              loadBalancingWeight: 1,
              lbEndpoints: [
                {
                  endpoint: {
                    address: { socketAddress: { address: '127.0.0.1', portValue: ports[name] ?? 0 } },
                  },
                },
              ],
            },
          ],
        },
      })),
      { name: names.localCluster, json: { clusterName: names.localCluster } },
    ]),
    update('lds', [
      {
        name: 'main',
        json: {
          name: 'main',
          address: { socketAddress: { address: '127.0.0.1', portValue: listen } },
          filterChains: [
            {
              filters: [
                {
                  name: 'http',
                  typedConfig: {
                    '@type':
                      'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
                    statPrefix: 'main',
                    rds: { routeConfigName: 'routes', configSource: ads },
                    httpFilters: [
                      {
                        name: 'router',
                        typedConfig: {
                          '@type': 'type.googleapis.com/envoy.extensions.filters.http.router.v3.Router',
                        },
                      },
                    ],
                  },
                },
              ],
            },
          ],
        },
        facts: { routes: ['routes'] },
      },
    ]),
    update('rds', [
      {
        name: 'routes',
        json: {
          name: 'routes',
          virtualHosts: [{ name: 'all', domains: ['*'], routes: [{ match, route: { cluster: to } }] }],
        },
        facts: { clusters: [to] },
      },
    ]),
    update('rtds', [
      { name: names.flagsLayer, json: { name: names.flagsLayer, layer: {} } },
      { name: names.temporaryLayer, json: { name: names.temporaryLayer, layer: {} } },
    ]),
    update('ecds', []),
  ])
  return { kind: 'publish' as const, group, lane: 'all', generation, types }
}

describeWithEnvoy('a real Envoy', () => {
  const heard: FromStreams[] = []
  const groups = ['sotw', 'delta'].map((group) => ({ group, selector: { cluster: group } }))
  const backends: Server[] = []
  const ports: Record<string, number> = {}
  let scope: Scope
  let server: XdsServer
  const channel = createChannel({ codec: true })
  channel.decider.receive((message) => heard.push(message))
  const holds = (node: string, key: ResourceTypeKey, generation: number): boolean =>
    heard.some(
      (message) =>
        message.kind === 'holds' &&
        message.node === node &&
        message.type === resourceTypes[key].typeUrl &&
        message.generation >= generation,
    )
  const cold = (node: string): readonly string[] =>
    heard.flatMap((message) => (message.kind === 'holds' && message.node === node ? [message] : [])).at(-1)
      ?.unwarmed ?? []

  beforeAll(async () => {
    scope = await openScope('xds-test')
    for (const name of ['blue', 'green']) {
      const backend = createServer((_, response) => response.end(name))
      await new Promise<void>((resolve) => backend.listen(0, '127.0.0.1', resolve))
      backends.push(backend)
      ports[name] = (backend.address() as AddressInfo).port
    }
    const started = await startXdsServer({
      listen: { address: '127.0.0.1', port: 0, flag: '--xds-port' },
      credentials: ServerCredentials.createInsecure(),
      gate: openGate,
      streamers: channel.streamers,
      log: { info: () => {}, warn: () => {} },
    })
    if (!started.ok) throw new Error(started.error.message)
    server = started.value
    channel.decider.send({ kind: 'groups', groups })
    channel.decider.send({ kind: 'ready' })
  })
  afterAll(async () => {
    await server?.stop(200)
    await scope?.close()
    for (const backend of backends) backend.close()
  })

  it.each(['sotw', 'delta'] as const)('goes live, switches and comes back: %s', async (variant) => {
    const listen = await freePort()
    const node = `edge-${variant}`
    channel.decider.send(snapshot(variant, 1, ports, listen, 'blue'))
    const envoy = await startEnvoy(scope, {
      binary: envoyBinary(),
      concurrency: 1,
      bootstrap: { nodeId: node, nodeCluster: variant, variant, xdsPort: server.port },
    })
    await envoy.ready(10_000)
    const ask = async (): Promise<string> => (await httpGet(`http://127.0.0.1:${listen}/`)).body
    await until('blue answers', 5_000, async () => ((await ask()) === 'blue' ? true : undefined))

    // Clusters changed and the route moved, in one jump: the order is the stream's to keep.
    channel.decider.send(snapshot(variant, 2, ports, listen, 'green'))
    await until('the switch is ACKed', 5_000, async () => holds(node, 'rds', 2) || undefined)
    expect(await ask()).toBe('green')
    await until(
      'all is held',
      5_000,
      async () => (['cds', 'eds', 'lds'] as const).every((key) => holds(node, key, 2)) || undefined,
    )
    expect(cold(node)).toEqual([])
    const nacks = heard.filter((message) => message.kind === 'nacked')
    expect(nacks).toEqual([])

    // Back on a new stream with a closed generation: nothing changes on the proxy.
    channel.decider.send({ kind: 'closed', group: variant, lane: 'all', generation: 2 })
    const before = await envoy.stats(
      'cluster_manager.cluster_modified|listener_manager.listener_modified|config_reload',
    )
    const from = heard.length
    channel.decider.send({ kind: 'kick', node })
    await until('it holds all again', 5_000, async () => {
      const again = heard.slice(from)
      const types = new Set(again.flatMap((message) => (message.kind === 'holds' ? [message.type] : [])))
      return (
        (['cds', 'eds', 'lds', 'rds'] as const).every((key) => types.has(resourceTypes[key].typeUrl)) ||
        undefined
      )
    })
    const again = heard.slice(from).flatMap((message) => (message.kind === 'sent' ? [message.type] : []))
    expect(again).not.toContain(resourceTypes.cds.typeUrl)
    expect(again).not.toContain(resourceTypes.lds.typeUrl)
    expect(
      await envoy.stats('cluster_manager.cluster_modified|listener_manager.listener_modified|config_reload'),
    ).toEqual(before)
    await envoy.stop()
  })

  it.each(['sotw', 'delta'] as const)(
    'refuses bad routes, keeps serving, and is repaired: %s',
    async (variant) => {
      const group = `nack-${variant}`
      const node = `edge-${group}`
      const listen = await freePort()
      channel.decider.send({ kind: 'groups', groups: [...groups, { group, selector: { cluster: group } }] })
      channel.decider.send(snapshot(group, 1, ports, listen, 'blue'))
      const envoy = await startEnvoy(scope, {
        binary: envoyBinary(),
        concurrency: 1,
        bootstrap: { nodeId: node, nodeCluster: group, variant, xdsPort: server.port },
      })
      await envoy.ready(10_000)
      await until('the routes are held', 5_000, async () => holds(node, 'rds', 1) || undefined)
      const regex = { safeRegex: { regex: '(' } }
      channel.decider.send(snapshot(group, 2, ports, listen, 'green', regex))
      const nack = await until('the refusal', 5_000, async () =>
        heard
          .flatMap((message) => (message.kind === 'nacked' && message.node === node ? [message] : []))
          .at(0),
      )
      expect(nack).toMatchObject({
        type: resourceTypes.rds.typeUrl,
        generation: 2,
        good: 1,
        changed: ['routes'],
      })
      expect(nack.detail).toContain('missing )')
      const { type, version: parked } = nack
      channel.decider.send({ kind: 'doubt', node, type, resend: 1, parked, good: 1 })
      await until('the repair', 5_000, async () =>
        heard.find((message) => message.kind === 'repaired' && message.node === node),
      )
      channel.decider.send({ kind: 'trust', node, type })
      expect((await httpGet(`http://127.0.0.1:${listen}/`)).body).toBe('blue')
      const nacks = (): number =>
        heard.filter((message) => message.kind === 'nacked' && message.node === node).length
      expect(nacks()).toBe(1)
      channel.decider.send(snapshot(group, 3, ports, listen, 'green'))
      await until('the good routes', 5_000, async () => holds(node, 'rds', 3) || undefined)
      expect((await httpGet(`http://127.0.0.1:${listen}/`)).body).toBe('green')
      expect(nacks()).toBe(1)
      await envoy.stop()
    },
  )
})

async function freePort(): Promise<number> {
  const listener = createServer()
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  const { port } = listener.address() as AddressInfo
  await new Promise((resolve) => listener.close(resolve))
  return port
}

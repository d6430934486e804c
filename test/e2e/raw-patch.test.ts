// RawSnapshots and Patches on real Envoys, SotW and delta: served, merged, carried over a release and a switch, taken back when
// Envoy refuses them, and taken away.
import { createServer, type Server } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { freePorts, httpGet, until } from '../../src/demo/rig/index.ts'
import {
  ask,
  type EchoBackend,
  listening,
  type RoutedFleet,
  startEcho,
  startRoutedFleet,
} from '../support/routed-fleet.ts'
import { describeWithEnvoy } from '../support/with-envoy.ts'

let fleet: RoutedFleet
let blue: EchoBackend
let green: EchoBackend
let ledger: Server
let ledgerPort = 0
let rawPorts: readonly number[] = []

const type = 'type.googleapis.com/envoy'
const shop = (version: string): string => `kind: Service
metadata: { name: shop }
spec:
  ports: [{ name: http }]
  environments:
    - { name: blue, release: { version: v1 }, endpoints: { static: [{ address: 127.0.0.1, port: ${blue.port} }] } }
    - { name: green, release: { version: ${version} }, endpoints: { static: [{ address: 127.0.0.1, port: ${green.port} }] } }
---
kind: Route
metadata: { name: shop }
spec:
  gateways: [{ name: edge-sotw }, { name: edge-delta }]
  hosts: [shop.test]
  rules: [{ service: { name: shop } }]
`
/** A listener of TCP, its cluster and its endpoints, for each proxy on a port of its own. */
const raw = (connectTimeout = '2s'): string =>
  fleet.edges
    .map(
      ({ variant }, at) => `kind: RawSnapshot
metadata: { name: ledger-${variant} }
spec:
  nodeGroups: [edge-${variant}]
  resources:
    - { '@type': ${type}.config.cluster.v3.Cluster, name: ledger, type: EDS, connectTimeout: ${connectTimeout}, edsClusterConfig: { edsConfig: { ads: {}, resourceApiVersion: V3 } } }
    - '@type': ${type}.config.endpoint.v3.ClusterLoadAssignment
      clusterName: ledger
      endpoints: [{ lbEndpoints: [{ endpoint: { address: { socketAddress: { address: 127.0.0.1, portValue: ${ledgerPort} } } } }] }]
    - '@type': ${type}.config.listener.v3.Listener
      name: ledger
      address: { socketAddress: { address: 127.0.0.1, portValue: ${rawPorts[at]} } }
      filterChains:
        - filters:
            - name: envoy.filters.network.http_connection_manager
              typedConfig:
                '@type': ${type}.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                statPrefix: ledger
                routeConfig:
                  name: ledger
                  virtualHosts: [{ name: ledger, domains: ['*'], routes: [{ match: { prefix: / }, route: { cluster: ledger } }] }]
                httpFilters:
                  - { name: envoy.filters.http.router, typedConfig: { '@type': ${type}.extensions.filters.http.router.v3.Router } }
`,
    )
    .join('---\n')
const patches = (
  merge: string,
  target = '{ type: Cluster, service: shop }',
  name = 'limits',
): string => `kind: Patch
metadata: { name: ${name} }
spec: { nodeGroups: [edge-sotw, edge-delta], target: ${target}, merge: ${merge} }
`
const clusters = async (): Promise<readonly Readonly<Record<string, string>>[]> =>
  Promise.all(
    fleet.edges.map(async ({ envoy }) => {
      const dump = JSON.parse(await envoy.get('/config_dump?resource=dynamic_active_clusters'))
      const configs: readonly {
        readonly cluster: { readonly name: string; readonly connect_timeout: string }
      }[] = dump.configs
      return Object.fromEntries(configs.map(({ cluster }) => [cluster.name, cluster.connect_timeout]))
    }),
  )
const apply = (text: string, allowDrain = false) =>
  fleet.admin.call('Config', 'Apply', {
    sources: [
      { name: 'test.yaml', text: text.replaceAll(/^kind: /gm, 'apiVersion: verdigris.dev/v1alpha1\nkind: ') },
    ],
    options: { reason: 'test' },
    allowDrain,
  })
const backends = () =>
  Promise.all(fleet.edges.map(async ({ port }) => (await ask(port, { host: 'shop.test' })).seen?.backend))
const ledgers = () =>
  Promise.all(rawPorts.map(async (port) => (await httpGet(`http://127.0.0.1:${port}/`)).body))

describeWithEnvoy("Envoy's own words on real Envoys", () => {
  beforeAll(async () => {
    fleet = await startRoutedFleet()
    blue = await startEcho('blue')
    green = await startEcho('green')
    ledger = createServer((socket) => {
      socket.on('error', () => undefined)
      socket.once('data', () =>
        socket.end('HTTP/1.1 200 OK\r\ncontent-length: 6\r\nconnection: close\r\n\r\nledger'),
      )
    })
    ledgerPort = await listening(ledger)
    rawPorts = await freePorts(2)
    await fleet.apply(shop('v2'))
  }, 60_000)
  afterAll(async () => {
    blue?.close()
    green?.close()
    ledger?.close()
    await fleet?.close()
  })

  it('serves a raw listener by its raw cluster beside what is generated', async () => {
    const answer = await apply(raw())
    await fleet.done(answer)
    expect(await ledgers()).toEqual(['ledger', 'ledger'])
    expect(await backends()).toEqual(['blue', 'blue'])
  }, 30_000)

  it('merges a patch into generated clusters, and keeps it over a release and a switch', async () => {
    await fleet.done(await apply(patches('{ connectTimeout: 7s }')))
    for (const held of await clusters()) {
      expect(held).toMatchObject({ 'default/shop/blue.1': '7s', 'default/shop/green.1': '7s', ledger: '2s' })
    }
    await fleet.done(await apply(shop('v3')))
    await fleet.switchTo('shop', 'green')
    for (const held of await clusters()) expect(held).toMatchObject({ 'default/shop/green.2': '7s' })
    expect(await backends()).toEqual(['green', 'green'])
    expect(await ledgers()).toEqual(['ledger', 'ledger'])
  }, 30_000)

  it('takes back what only Envoy refuses, and leaves everybody as before', async () => {
    const before = await clusters()
    // Valid by its constraints; Envoy resolves no name in an address of EDS, and finds no such load balancer.
    for (const bad of [
      patches(
        '{ loadBalancingPolicy: { policies: [{ typedExtensionConfig: { name: none, typedConfig: { "@type": type.googleapis.com/google.protobuf.Empty } } }] } }',
        undefined,
        'bad',
      ),
      patches(
        '{ listenerFilters: [{ name: none, typedConfig: { "@type": type.googleapis.com/google.protobuf.Empty } }] }',
        '{ type: Listener, name: default/edge-sotw/http }',
        'bad',
      ).replace('edge-sotw, edge-delta', 'edge-sotw'),
    ]) {
      const answer = await apply(bad, true)
      const push = await fleet.admin.ended(answer)
      expect(['PUSH_PHASE_ABORTED', 'PUSH_PHASE_REVERTED']).toContain(push.phase)
      expect(push.refusals.length).toBeGreaterThan(0)
      await until('everybody is as before', 10_000, async () => {
        const now = JSON.stringify(await clusters())
        return now === JSON.stringify(before) || undefined
      })
      const { objects } = await fleet.admin.call('Config', 'List', { kind: 'Patch' })
      expect(objects.map(({ key }) => key?.name)).toEqual(['limits'])
      expect(await backends()).toEqual(['green', 'green'])
    }
  }, 60_000)

  it('says and asks before connections drain, and says what leads where', async () => {
    await expect(
      apply(
        patches(
          '{ tcpBacklogSize: 100 }',
          '{ type: Listener, name: default/edge-sotw/http }',
          'backlog',
        ).replace('edge-sotw, edge-delta', 'edge-sotw'),
      ),
    ).rejects.toThrow(/listener default\/edge-sotw\/http drains on 1 proxy of default\/edge-sotw/)
    await expect(
      apply(
        raw()
          .replaceAll('portValue: ', 'portValue: 1')
          .replaceAll(/portValue: 1(\d{5})/g, 'portValue: 1234'),
      ),
    ).rejects.toThrow(/drains/)
  }, 30_000)

  it('changes nothing by what is refused here', async () => {
    const revision = async () => (await fleet.admin.call('Config', 'List', { kind: 'Patch' })).revision
    const before = await revision()
    for (const [text, message] of [
      [
        patches('{ connectTimeout: 7s }', '{ type: Cluster, name: nobody }', 'bad'),
        /spec.target.name: no Cluster "nobody" is generated/,
      ],
      [raw().replace("'@type': type", "'@type': typo"), /spec.resources\[0\]/],
      [raw('0s'), /connectTimeout/],
      [
        patches(
          '{ transportSocket: { name: tls, typedConfig: { "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext, commonTlsContext: { validationContext: { trustedCa: { filename: /etc/passwd } } } } } }',
          undefined,
          'bad',
        ),
        /uses files: refused/,
      ],
    ] as const) {
      await expect(apply(text, true)).rejects.toThrow(message)
    }
    expect(await revision()).toBe(before)
  }, 30_000)

  it('is gone when it is taken away', async () => {
    const targets = [
      { key: { namespace: 'default', kind: 'Patch', name: 'limits' } },
      { key: { namespace: 'default', kind: 'RawSnapshot', name: 'ledger-sotw' } },
      { key: { namespace: 'default', kind: 'RawSnapshot', name: 'ledger-delta' } },
    ]
    await expect(
      fleet.admin.call('Config', 'Delete', { targets, options: { reason: 'test' } }),
    ).rejects.toThrow(/drain/)
    await fleet.done(
      await fleet.admin.call('Config', 'Delete', { targets, options: { reason: 'test' }, allowDrain: true }),
    )
    for (const held of await clusters()) expect(held['default/shop/green.2']).not.toBe('7s')
    for (const port of rawPorts) await expect(httpGet(`http://127.0.0.1:${port}/`)).rejects.toThrow()
    expect(await backends()).toEqual(['green', 'green'])
  }, 30_000)
})

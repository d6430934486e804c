// One Envoy before a bare server with a TCP listener whose tcp_proxy comes by ECDS, and two backends that echo. Nothing of the
// product's streams is in here.
import { type Json, names } from '../../../src/base/index.ts'
import { type EnvoyProcess, freePorts, type Scope, startEnvoy } from '../../../src/demo/rig/index.ts'
import {
  encodeAny,
  encodeJson,
  type ResourceTypeKey,
  resourceTypes,
  typeUrlOf,
} from '../../../src/envoy-api/index.ts'
import { bareTypes, nameOnly } from '../../support/ads-facts.ts'
import { type BareAds, type BareResource, startBareAds, type Verdict } from '../../support/bare-ads.ts'
import { dial, type EchoConnection, startEcho } from '../../support/echo.ts'

export const tcpProxy = 'envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy'
const ads = { ads: {}, resourceApiVersion: 'V3' }

export interface TcpScene {
  readonly envoy: EnvoyProcess
  readonly server: BareAds
  readonly port: number
  push(
    type: ResourceTypeKey,
    resources: readonly BareResource[],
    removed?: readonly string[],
  ): Promise<Verdict>
  /** Opens a connection; the letter of the backend that took it. Rejects where it is refused or closed. */
  dial(port?: number): Promise<EchoConnection>
  withoutEndpoints(cluster: string): Promise<void>
  withoutCluster(cluster: string): Promise<void>
  /** All clusters again, with their endpoints. */
  restore(): Promise<void>
  counter(name: string): Promise<number>
  close(): Promise<void>
}

let serial = 0
/** A resource with a version of its own. */
export function made(
  type: ResourceTypeKey,
  name: string,
  json: Readonly<Record<string, Json>>,
): BareResource {
  const { message, typeUrl } = resourceTypes[type]
  serial += 1
  return { name, body: encodeAny(typeUrl, encodeJson(message, json)), version: `v${serial}` }
}

/** The ECDS resource: connections to these clusters by weight. */
export const proxyTo = (weights: Readonly<Record<string, number>>, name = 'way'): BareResource =>
  made('ecds', name, {
    name,
    typedConfig: {
      '@type': typeUrlOf(tcpProxy),
      statPrefix: 'way',
      weightedClusters: { clusters: Object.entries(weights).map(([name, weight]) => ({ name, weight })) },
    },
  })

export const tcpListener = (
  name: string,
  port: number,
  source: Readonly<Record<string, Json>> = {},
  way = 'way',
  bufferBytes?: number,
): BareResource =>
  made('lds', name, {
    name,
    address: { socketAddress: { address: '127.0.0.1', portValue: port } },
    ...(bufferBytes === undefined ? {} : { perConnectionBufferLimitBytes: bufferBytes }),
    filterChains: [
      {
        filters: [
          {
            name: way,
            configDiscovery: { configSource: ads, typeUrls: [typeUrlOf(tcpProxy)], ...source },
          },
        ],
      },
    ],
  })

export async function startTcpScene(
  scope: Scope,
  { binary, variant }: { readonly binary: string; readonly variant: 'sotw' | 'delta' },
): Promise<TcpScene> {
  const [port = 0] = await freePorts(1)
  const backends = await Promise.all(['blue', 'green'].map(startEcho))
  const cluster = (name: string): BareResource =>
    made('cds', name, { name, type: 'EDS', connectTimeout: '1s', edsClusterConfig: { edsConfig: ads } })
  const endpoints = (name: string, portValue: number): BareResource =>
    made('eds', name, {
      clusterName: name,
      endpoints: [
        {
          locality: {},
          loadBalancingWeight: 1,
          lbEndpoints: [{ endpoint: { address: { socketAddress: { address: '127.0.0.1', portValue } } } }],
        },
      ],
    })
  const noEndpoints = (name: string): BareResource => made('eds', name, { clusterName: name })
  const server = await startBareAds(
    new Map([
      [resourceTypes.cds.typeUrl, backends.map(({ name }) => cluster(name))],
      [
        resourceTypes.eds.typeUrl,
        [
          ...backends.map((one) => endpoints(one.name, one.port)),
          nameOnly(bareTypes.eds, names.localCluster),
        ],
      ],
      [
        bareTypes.rtds,
        [names.flagsLayer, names.temporaryLayer].map((name) => nameOnly(bareTypes.rtds, name)),
      ],
      [resourceTypes.lds.typeUrl, [tcpListener('tcp', port)]],
      [resourceTypes.ecds.typeUrl, [proxyTo({ blue: 10_000 })]],
    ]),
  )
  const envoy = await startEnvoy(scope, {
    binary,
    concurrency: 2,
    bootstrap: { nodeId: `tcp-${variant}`, nodeCluster: 'tcp', variant, xdsPort: server.port },
  })
  await envoy.ready(20_000)
  const counter = async (name: string): Promise<number> => {
    const text = await envoy.get(`/stats?filter=^${name.replaceAll('.', '\\.')}$`)
    return Number(/: (\d+)/.exec(text)?.[1] ?? 0)
  }
  return {
    envoy,
    server,
    port,
    counter,
    async withoutEndpoints(gone) {
      const some = backends.map((one) =>
        one.name === gone ? noEndpoints(gone) : endpoints(one.name, one.port),
      )
      await server.push(resourceTypes.eds.typeUrl, some)
    },
    async withoutCluster(gone) {
      const some = backends.filter(({ name }) => name !== gone).map(({ name }) => cluster(name))
      await server.push(resourceTypes.cds.typeUrl, some, [gone])
    },
    async restore() {
      const answer = server.push(
        resourceTypes.cds.typeUrl,
        backends.map(({ name }) => cluster(name)),
      )
      await server.push(
        resourceTypes.eds.typeUrl,
        backends.map((one) => endpoints(one.name, one.port)),
      )
      await answer
    },
    dial: (to = port) => dial(to),
    async push(type, resources, removed = []) {
      const all = await server.push(resourceTypes[type].typeUrl, resources, removed)
      return all[0] ?? { kind: 'nack', ms: 0, detail: 'no stream' }
    },
    async close() {
      await envoy.stop()
      server.close()
      for (const one of backends) one.close()
    },
  }
}

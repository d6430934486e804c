// Proxies that are set up wrongly: each is told what is wrong, and none disturbs the others.
import { readFile } from 'node:fs/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { startEnvoy, until } from '../../src/demo/rig/index.ts'
import { type Fleet, startFleet } from '../support/fleet.ts'
import { describeWithEnvoy, envoyBinary } from '../support/with-envoy.ts'

let fleet: Fleet
beforeEach(async () => {
  fleet = await startFleet({ variants: ['delta'] })
  await fleet.done(fleet.apply(fleet.manifests()))
  await fleet.ready()
})
afterEach(() => fleet.close())

describeWithEnvoy('a proxy that is set up wrongly', () => {
  it('is told to use ADS when it asks for clusters on a stream of their own', async () => {
    const envoy = await startEnvoy(fleet.scope, {
      binary: envoyBinary(),
      bootstrap: { nodeId: 'lonely', nodeCluster: 'edge-1', xdsPort: fleet.controlPlane.ports.xds },
      rewrite: (yaml) =>
        yaml.replace(
          /cds_config:\n {4}ads: \{\}/,
          'cds_config:\n    api_config_source:\n      api_type: GRPC\n      transport_api_version: V3\n      grpc_services: [{ envoy_grpc: { cluster_name: verdigris } }]',
        ),
    })
    const log = await until('the refusal in the log of the proxy', 10_000, async () => {
      const text = await readFile(envoy.logFile, 'utf8')
      return /StreamClusters.*ADS/.test(text) ? text : undefined
    })
    // 9: FAILED_PRECONDITION.
    expect(log).toMatch(/StreamClusters gRPC config stream.* closed.*9,.*ADS/)
  })

  it('is held and reported when it belongs to no node group, while others are served', async () => {
    const stranger = await startEnvoy(fleet.scope, {
      binary: envoyBinary(),
      bootstrap: { nodeId: 'stranger', nodeCluster: 'elsewhere', xdsPort: fleet.controlPlane.ports.xds },
    })
    await until('it is seen', 10_000, async () => {
      const { nodes } = await fleet.admin.call('Nodes', 'List', {})
      return nodes.some(({ id, group }) => id === 'stranger' && group === '') || undefined
    })
    await fleet.done(fleet.switchTo('green'))
    expect(await stranger.isReady()).toBe(false)
    expect(await stranger.get('/clusters')).not.toContain('checkout')
  })

  it('does not hold up a push when it comes with the node id of another', async () => {
    const copy = await startEnvoy(fleet.scope, {
      binary: envoyBinary(),
      bootstrap: {
        nodeId: 'edge-1',
        nodeCluster: 'edge-1',
        variant: 'delta',
        xdsPort: fleet.controlPlane.ports.xds,
      },
      // The same listener: both may bind it.
    })
    await copy.ready(10_000)
    const { nodes } = await fleet.admin.call('Nodes', 'List', {})
    expect(nodes.find(({ id }) => id === 'edge-1')?.streams).toHaveLength(2)
    await fleet.done(fleet.switchTo('green'))
  })
})

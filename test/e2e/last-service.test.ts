// A fleet that loses its last service: proxies are left without a cluster of intent, and take it.
import { afterEach, expect, it } from 'vitest'
import { httpGet, until } from '../../src/demo/rig/index.ts'
import { type Fleet, startFleet } from '../support/fleet.ts'
import { describeWithEnvoy } from '../support/with-envoy.ts'

let fleet: Fleet | undefined
afterEach(async () => {
  await fleet?.close()
  fleet = undefined
})

const lastObjects = [
  { key: { namespace: 'default', kind: 'Route', name: 'shop' } },
  { key: { namespace: 'default', kind: 'Service', name: 'checkout' } },
]

describeWithEnvoy('deleting the last service of a node group', () => {
  it.each(['sotw', 'delta'] as const)(
    'is refused without force, and with it taken by proxies over %s without a refusal',
    async (variant) => {
      const started = await startFleet({
        variants: [variant, variant],
        delayMs: 0,
        serveArgs: ['--retire-delay', '500ms'],
      })
      fleet = started
      const { admin, edges } = started
      await started.done(started.apply(started.manifests()))
      await started.ready()
      const answers = (): Promise<number[]> =>
        Promise.all(
          edges.map(async ({ port }) => {
            const headers = { host: 'shop.test' }
            return (await httpGet(`http://127.0.0.1:${port}/`, { headers })).status
          }),
        )
      expect(await answers()).toEqual([200, 200])

      const remove = (force: boolean) =>
        admin.call('Config', 'Delete', { targets: lastObjects, options: { reason: 'test', force } })
      await expect(remove(false)).rejects.toThrow(/would take away all .* clusters .* force/)
      expect(await answers()).toEqual([200, 200])

      const push = await started.done(remove(true))
      expect(push.refusals).toEqual([])
      expect(await answers()).toEqual([404, 404])
      await until('the clusters are retired', 20_000, async () => {
        const held = await Promise.all(edges.map(({ envoy }) => envoy.get('/clusters')))
        return held.every((text) => !text.includes('default/checkout/')) || undefined
      })
      for (const { envoy } of edges) {
        expect(await envoy.get('/clusters')).toContain('verdigris-floor::')
        expect(await envoy.isReady()).toBe(true)
        const rejected = await envoy.stats('update_rejected$|listener_create_failure$')
        expect([...rejected].filter(([, count]) => count > 0)).toEqual([])
      }
      const { nodes } = await admin.call('Nodes', 'List', {})
      expect(nodes.flatMap(({ types }) => types.flatMap(({ nack }) => nack ?? []))).toEqual([])

      // And they can be given a service again.
      await started.done(started.apply(started.manifests()))
      expect(await answers()).toEqual([200, 200])
    },
    60_000,
  )
})

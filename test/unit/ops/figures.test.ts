// Figures of traffic and of node groups, read from a real engine: what was commanded, what the fleet was switched to, and how
// its proxies stand.
import { expect, it } from 'vitest'
import { createMetrics, groupFigures, trafficFigures } from '../../../src/ops/index.ts'
import { createRig, environment, gateway, group, type Rig, route, service } from '../push/support/rig.ts'

const shop = service('checkout', [environment('blue'), environment('green')])
const fleetOf = async (): Promise<Rig> => {
  const rig = await createRig({ nodes: ['edge-1', 'edge-2'] })
  await rig.apply(group() + gateway() + shop + route())
  await rig.talk()
  return rig
}
const shares = (rig: Rig): readonly string[] =>
  trafficFigures(rig.store.view()).shares.map(
    ({ service: name, environment: slot, wanted, applied }) => `${name} ${slot} ${wanted} ${applied}`,
  )
const groups = (rig: Rig, before: Parameters<typeof groupFigures>[2] = new Map(), nowMs = 0, expected = 0) =>
  groupFigures(
    rig.delivery.fleet.nodes(),
    new Map(
      [...rig.store.view().generations].map(([key, kept]) => [
        key,
        { newest: kept.at(-1)?.number ?? 0, expected },
      ]),
    ),
    before,
    nowMs,
  )

it('says where the newest command sends traffic, and apart from it where the fleet was switched to', async () => {
  const rig = await fleetOf()
  // The push of the new service prepares, and waits for a proxy that does not answer.
  rig.fleet.manner('edge-2', { kind: 'mute' })
  await rig.apply(service('cart', [environment('blue')]) + route('cart'))
  await rig.talk()
  const known = ['default/checkout blue 1 1', 'default/checkout green 0 0']
  expect(shares(rig)).toEqual(['default/cart blue 1 0', ...known])
  rig.fleet.manner('edge-2', { kind: 'prompt' })
  await rig.runOut()
  expect(shares(rig)).toEqual(['default/cart blue 1 1', ...known])
})

it('shows every change of the worlds at the next scrape, and nothing of a service that was deleted', async () => {
  const rig = await fleetOf()
  const metrics = createMetrics({ version: '1' })
  metrics.read({ traffic: () => rig.store.view() })
  const lines = async (): Promise<readonly string[]> =>
    (await metrics.expose()).text.split('\n').filter((line) => line.startsWith('verdigris_traffic_applied'))
  const blue = 'verdigris_traffic_applied_ratio{service="default/checkout",environment="blue"}'
  expect(await lines()).toContain(`${blue} 1`)
  expect(await lines()).toContain(`${blue} 1`)
  await rig.switchTo('green')
  await rig.talk()
  expect(await lines()).toContain(`${blue} 0`)
  const keys = ['default/Route/checkout', 'default/Service/checkout'].map((key) => ({ key }))
  const gone = await rig.change({ verb: 'delete', actor: 'a', reason: 'over', force: true, keys })
  expect(gone.ok).toBe(true)
  await rig.runOut()
  expect(await lines()).toEqual([])
})

it('says of which services requests say themselves where they go', async () => {
  const rig = await fleetOf()
  const on = (): unknown => trafficFigures(rig.store.view()).byRequest
  expect(on()).toEqual([{ service: 'default/checkout', on: false }])
  await rig.apply(`---
apiVersion: verdigris.dev/v1alpha1
kind: TrafficPolicy
metadata: { name: checkout }
spec: { service: checkout, carried: true }
`)
  expect(on()).toEqual([{ service: 'default/checkout', on: true }])
})

it('leaves out the services after the bound, whole ones, and says how many', async () => {
  const rig = await fleetOf()
  await rig.apply(
    ['aa', 'bb', 'cc'].map((name) => service(name, [environment('blue'), environment('green')])).join(''),
  )
  const { shares: listed, byRequest, unlisted } = trafficFigures(rig.store.view(), 5)
  expect(listed.map(({ service: name }) => name)).toEqual([
    'default/aa',
    'default/aa',
    'default/bb',
    'default/bb',
  ])
  expect(byRequest).toHaveLength(2)
  expect(unlisted).toBe(2)
})

it('counts the proxies of a group as current, behind, refusing and gone', async () => {
  const rig = await fleetOf()
  const nodes = () => groups(rig).groups[0]?.nodes
  expect(nodes()).toEqual({ current: 2, behind: 0, refusing: 0, gone: 0, missing: 0 })
  await rig.switchTo('green')
  expect(nodes()).toEqual({ current: 0, behind: 2, refusing: 0, gone: 0, missing: 0 })
  await rig.talk()
  expect(nodes()).toEqual({ current: 2, behind: 0, refusing: 0, gone: 0, missing: 0 })
  rig.fleet.disconnect('edge-2')
  await rig.talk()
  expect(nodes()).toEqual({ current: 1, behind: 0, refusing: 0, gone: 1, missing: 0 })
})

it('counts as missing what the group expects and nobody knows; who is gone is known', async () => {
  const rig = await fleetOf()
  rig.fleet.disconnect('edge-2')
  await rig.talk()
  expect(groups(rig, new Map(), 0, 5).groups[0]?.nodes).toMatchObject({ current: 1, gone: 1, missing: 3 })
})

it('knows how long a proxy has not moved on from the looks before, and begins anew when it moves', async () => {
  const rig = await fleetOf()
  await rig.switchTo('green')
  const first = groups(rig, new Map(), 1_000)
  expect(first.groups[0]?.lagMs).toBe(0)
  const second = groups(rig, first.laggards, 9_000)
  expect(second.groups[0]?.lagMs).toBe(8_000)
  await rig.talk()
  expect(groups(rig, second.laggards, 9_500).groups[0]?.lagMs).toBe(0)
  await rig.switchTo('blue')
  expect(groups(rig, second.laggards, 10_000).groups[0]?.lagMs).toBe(0)
})

// Registered endpoints as proxies get them: the load assignment of an environment.
import { expect, it } from 'vitest'
import { decodeJson, messageOfTypeUrl, splitAny, typeUrls } from '../../../src/envoy-api/index.ts'
import { createRig, type Rig } from '../push/support/rig.ts'
import { at, drain, openScene, registered, type Scene, set, world } from './scene.ts'

async function open(text = world()): Promise<{ readonly rig: Rig; readonly scene: Scene }> {
  const rig = await createRig({ nodes: ['edge-1'] })
  await rig.apply(text)
  await rig.talk()
  return { rig, scene: openScene(rig) }
}

async function assignmentOf({ store }: Rig, name: string): Promise<unknown> {
  const newest = store.view().generations.get('default/edge')?.at(-1)
  const body = await store.resource(newest?.types.get(typeUrls.eds)?.entries.get(name) ?? '')
  if (body === undefined) throw new Error(`nothing is served as ${name}`)
  const { typeUrl, value } = splitAny(body)
  return decodeJson(messageOfTypeUrl(typeUrl), value)
}

const endpoint = (address: string, portValue: number) => ({
  endpoint: { address: { socketAddress: { address, portValue } } },
})

it('have their weights, zones and priorities, without a gap, and drain', async () => {
  const { rig, scene } = await open()
  await scene.must({
    ...set('blue', []),
    endpoints: [
      { ...at(8083), priority: 3 },
      { ...at(8082), weight: 3, locality: { region: 'north', zone: 'a' } },
      { ...at(8081), locality: { region: 'north', zone: 'a' } },
      at(8084),
    ],
  })
  await scene.must(drain('blue', [8081]))
  expect(await assignmentOf(rig, 'default/checkout/blue.1')).toEqual({
    clusterName: 'default/checkout/blue.1',
    endpoints: [
      { locality: {}, loadBalancingWeight: 1, lbEndpoints: [endpoint('10.0.0.1', 8084)] },
      {
        locality: { region: 'north', zone: 'a' },
        loadBalancingWeight: 4,
        lbEndpoints: [
          { ...endpoint('10.0.0.1', 8081), healthStatus: 'DRAINING' },
          { ...endpoint('10.0.0.1', 8082), loadBalancingWeight: 3 },
        ],
      },
      { locality: {}, loadBalancingWeight: 1, priority: 1, lbEndpoints: [endpoint('10.0.0.1', 8083)] },
    ],
  })
})

it('an address that is static too is there once, as it was registered', async () => {
  const fixed = ', static: [{address: 10.0.0.9, port: 9000}, {address: 10.0.0.8, port: 9000}]'
  const { rig, scene } = await open(world([registered('blue', 'v1', fixed), registered('green')]))
  await scene.must({ ...set('blue', []), endpoints: [{ ...at(9000, '10.0.0.9'), weight: 5 }] })
  expect(await assignmentOf(rig, 'default/checkout/blue.1')).toMatchObject({
    endpoints: [
      {
        loadBalancingWeight: 6,
        lbEndpoints: [endpoint('10.0.0.8', 9000), { ...endpoint('10.0.0.9', 9000), loadBalancingWeight: 5 }],
      },
    ],
  })
})

it('of an environment that does not take them any more are not served', async () => {
  const fixed = ', static: [{address: 10.0.0.8, port: 9000}]'
  const { rig, scene } = await open(world([registered('blue', 'v1', fixed), registered('green')]))
  await scene.must(set('blue', [8081]))
  await rig.apply(
    world([
      '{name: blue, release: {version: v1}, endpoints: {static: [{address: 10.0.0.8, port: 9000}]}}',
      registered('green'),
    ]),
  )
  await rig.talk()
  await rig.runOut()
  expect(await assignmentOf(rig, 'default/checkout/blue.1')).toMatchObject({
    endpoints: [{ lbEndpoints: [endpoint('10.0.0.8', 9000)] }],
  })
})

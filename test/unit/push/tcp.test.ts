// Pushes that move connections: what they wait for, and what they are taken back by, is what comes by ECDS.
import { describe, expect, it } from 'vitest'
import { typeUrls } from '../../../src/envoy-api/index.ts'
import { createRig, environment, group, type Rig } from './support/rig.ts'

const object = (kind: string, name: string, spec: string): string =>
  `---\napiVersion: verdigris.dev/v1alpha1\nkind: ${kind}\nmetadata: {name: ${name}}\nspec: ${spec}\n`
const db = (version = 'v2'): string =>
  object(
    'Service',
    'db',
    `{ports: [{name: sql, protocol: TCP}], environments: [${environment('blue')}, ${environment('green', version, [9201])}]}`,
  )
const gateway = object(
  'Gateway',
  'data',
  '{nodeGroups: [edge], listeners: [{name: sql, port: 5432, protocol: TCP, service: {name: db}}]}',
)
const other = gateway
  .replace('name: data', 'name: more')
  .replace('5432', '5433')
  .replace('{name: db}', '{name: cache}')
const world = group() + gateway + db()
const nodes = ['edge-1', 'edge-2']

async function started(): Promise<Rig> {
  const rig = await createRig({ nodes, timeouts: { retireDelayMs: 1_000 } })
  await rig.apply(world)
  await rig.talk()
  return rig
}

describe('a switch of a service of connections', () => {
  it('reaches the node groups of gateways that lead there, and is done when all have ACKed it', async () => {
    const rig = await started()
    rig.fleet.manner('edge-2', { kind: 'mute' })
    const answer = await rig.switchTo('green', 'db')
    await rig.talk()
    expect(rig.push(answer)).toMatchObject({ phase: 'switching' })
    expect(rig.fleet.routesOf('edge-1')).toEqual(['default/db/green.1'])
    rig.fleet.manner('edge-2', { kind: 'prompt' })
    await rig.talk()
    expect(rig.push(answer).phase).toBe('done')
    for (const node of nodes) expect(rig.fleet.routesOf(node)).toEqual(['default/db/green.1'])
  })

  it('is taken back everywhere when one proxy refuses what leads there', async () => {
    const rig = await started()
    const asked: (readonly string[])[] = []
    const first = (names: readonly string[]): boolean => asked.push(names) === 1
    rig.fleet.manner('edge-2', { kind: 'refuses', type: typeUrls.ecds, when: first })
    const answer = await rig.switchTo('green', 'db')
    await rig.talk()
    await rig.runOut()
    expect(rig.push(answer).phase).toBe('reverted')
    expect(asked[0]).toEqual(['default/data/sql'])
    for (const node of nodes) expect(rig.fleet.routesOf(node)).toEqual(['default/db/blue.1'])
  })

  it('removes a cluster only after every proxy has ACKed that nothing leads there', async () => {
    const rig = await started()
    await rig.apply(db('v3'))
    await rig.talk()
    rig.fleet.manner('edge-2', { kind: 'mute' })
    await rig.switchTo('green', 'db')
    await rig.talk()
    expect(rig.fleet.clustersOf('edge-2')).toContain('default/db/blue.1')
    expect(rig.fleet.faults).toEqual([])
  })

  it('prepares a cluster that a new listener leads to, before it may', async () => {
    const rig = await started()
    rig.fleet.manner('edge-2', { kind: 'mute' })
    const answer = await rig.apply(db('v2').replace('name: db', 'name: cache') + other)
    await rig.talk()
    expect(rig.push(answer)).toMatchObject({ phase: 'preparing' })
    expect(rig.fleet.routesOf('edge-1')).toEqual(['default/db/blue.1'])
    rig.fleet.manner('edge-2', { kind: 'prompt' })
    await rig.talk()
    await rig.runOut()
    expect(rig.push(answer).phase).toBe('done')
    const both = ['default/cache/blue.1', 'default/db/blue.1']
    for (const node of nodes) expect(rig.fleet.routesOf(node)).toEqual(both)
  })
})

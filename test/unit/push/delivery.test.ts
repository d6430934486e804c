import { describe, expect, it } from 'vitest'
import { createRig, environment, service, world } from './support/rig.ts'

describe('a change and its push', () => {
  it('applies a first world and switches it where proxies already wait', async () => {
    const rig = await createRig({ nodes: ['edge-1', 'edge-2'] })
    const answer = await rig.apply(world)
    await rig.talk()
    expect(rig.push(answer)).toMatchObject({ phase: 'done', revision: 1 })
    expect(rig.fleet.routesOf('edge-1')).toEqual(['default/checkout/blue.1'])
    expect(rig.fleet.faults).toEqual([])
  })

  it('switches between warm environments in one commit and one generation', async () => {
    const rig = await createRig({ nodes: ['edge-1', 'edge-2'] })
    await rig.apply(world)
    await rig.talk()
    const commits = rig.store.stats().commits
    const answer = await rig.switchTo('green')
    expect(rig.store.stats().commits).toBe(commits + 1)
    await rig.talk()
    const push = rig.push(answer)
    expect(push.phase).toBe('done')
    expect(push.groups).toMatchObject([{ before: 1, switched: 2, nodes: 2, switchedNodes: 2 }])
    expect(push.timings.lastAckMs).toBeDefined()
    expect(rig.fleet.routesOf('edge-2')).toEqual(['default/checkout/green.1'])
  })

  it('prepares a new environment everywhere before anybody is told of routes to it', async () => {
    const rig = await createRig({ nodes: ['edge-1', 'edge-2'] })
    await rig.apply(world)
    await rig.talk()
    rig.fleet.manner('edge-2', { kind: 'mute' })
    const answer = await rig.apply(
      service('checkout', [environment('blue'), environment('green', 'v3', [9301])]),
    )
    await rig.talk()
    expect(rig.push(answer)).toMatchObject({
      phase: 'preparing',
      groups: [{ prepared: 2, preparedNodes: 1, heldUpBy: ['edge-2: CDS of generation 2 not ACKed'] }],
    })
    rig.fleet.manner('edge-2', { kind: 'prompt' })
    await rig.talk()
    expect(rig.push(answer).phase).toBe('done')
    expect(rig.fleet.clustersOf('edge-1')).toContain('default/checkout/green.2')
    expect(rig.fleet.faults).toEqual([])
  })
})

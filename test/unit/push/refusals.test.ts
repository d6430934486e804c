import { describe, expect, it } from 'vitest'
import { typeUrls } from '../../../src/envoy-api/index.ts'
import { createRig, environment, route, service, world } from './support/rig.ts'

const twoProxies = { nodes: ['edge-1', 'edge-2'] }
const newGreen = service('checkout', [environment('blue'), environment('green', 'v3', [9301])])

describe('a refusal while a push prepares', () => {
  it('aborts the push, puts the heads back in a revision of its own, and moves nothing', async () => {
    const rig = await createRig(twoProxies)
    await rig.apply(world)
    await rig.talk()
    rig.fleet.manner('edge-2', { kind: 'refuses', type: typeUrls.cds })
    const answer = await rig.apply(newGreen)
    await rig.talk()
    const push = rig.push(answer)
    expect(push).toMatchObject({
      phase: 'aborted',
      verdict: 'edge-2 refused: no good',
      refusals: [
        {
          node: 'edge-2',
          type: typeUrls.cds,
          resources: ['default/checkout/green.2'],
          detail: 'no good',
        },
      ],
      compensatedBy: 3,
    })
    expect(await rig.store.revision(3)).toMatchObject({ actor: `push/${push.id}`, verb: 'compensate' })
    const { heads, applied } = rig.store.view()
    expect(heads.get('default/Service/checkout')).toEqual(applied.get('default/Service/checkout'))
    expect(heads.get('default/Service/checkout')).toMatchObject({
      incarnations: { blue: 1, green: 1 },
      incarnationsEver: { blue: 1, green: 2 },
    })
    expect(rig.fleet.routesOf('edge-1')).toEqual(['default/checkout/blue.1'])
    expect(rig.fleet.faults).toEqual([])
  })

  it('never gives the incarnation of an aborted push again', async () => {
    const rig = await createRig(twoProxies)
    await rig.apply(world)
    await rig.talk()
    rig.fleet.manner('edge-2', { kind: 'refuses', type: typeUrls.cds })
    await rig.apply(newGreen)
    await rig.talk()
    rig.fleet.manner('edge-2', { kind: 'prompt' })
    await rig.talk()
    const answer = await rig.apply(newGreen)
    await rig.talk()
    expect(rig.push(answer).phase).toBe('done')
    expect(rig.fleet.clustersOf('edge-2')).toContain('default/checkout/green.3')
  })

  it('is durable before the proxy is sent the good content again, and forgotten when that is ACKed', async () => {
    const rig = await createRig(twoProxies)
    await rig.apply(world)
    await rig.talk()
    rig.fleet.manner('edge-2', {
      kind: 'refuses',
      type: typeUrls.cds,
      when: (names) => names.includes('default/checkout/green.2'),
    })
    await rig.apply(newGreen)
    rig.fleet.deliver()
    expect(rig.fleet.heard.filter(({ kind }) => kind === 'doubt')).toEqual([])
    await rig.talk()
    expect(rig.fleet.heard.filter(({ kind }) => kind === 'doubt')).toMatchObject([
      { node: 'edge-2', type: typeUrls.cds, resend: 1, good: 1 },
    ])
    await rig.talk()
    expect(rig.fleet.heard.filter(({ kind }) => kind === 'trust')).toEqual([
      { kind: 'trust', node: 'edge-2', type: typeUrls.cds },
    ])
    expect(rig.store.view().records('refusal').size).toBe(0)
    expect(rig.store.view().records('inventory').get('edge-2')).toMatchObject({ resends: 1 })
  })

  it('of something that the push did not change blocks nobody', async () => {
    const rig = await createRig(twoProxies)
    await rig.apply(world + service('cart', [environment('blue', 'v1', [9400])]) + route('cart'))
    await rig.talk()
    rig.fleet.manner('edge-1', { kind: 'mute' })
    const first = await rig.apply(newGreen)
    await rig.talk()
    rig.fleet.manner('edge-2', {
      kind: 'refuses',
      type: typeUrls.cds,
      when: (names) => names.includes('default/cart/green.1'),
    })
    const second = await rig.apply(
      service('cart', [environment('blue', 'v1', [9400]), environment('green', 'v2', [9401])]),
    )
    await rig.talk()
    expect(rig.push(second)).toMatchObject({ phase: 'aborted' })
    expect(rig.push(first)).toMatchObject({ phase: 'preparing', refusals: [] })
    rig.fleet.manner('edge-1', { kind: 'prompt' })
    await rig.talk()
    expect(rig.push(first)).toMatchObject({ phase: 'done' })
    expect(rig.fleet.faults).toEqual([])
  })
})

describe('a refusal at the switch', () => {
  it('takes every proxy back to the routes it had', async () => {
    const rig = await createRig(twoProxies)
    await rig.apply(world)
    await rig.talk()
    rig.fleet.manner('edge-2', {
      kind: 'refuses',
      type: typeUrls.rds,
      when: () => rig.fleet.newest('default/edge')?.number === 2,
    })
    const answer = await rig.switchTo('green')
    rig.fleet.deliver('edge-1')
    expect(rig.fleet.routesOf('edge-1')).toEqual(['default/checkout/green.1'])
    await rig.talk()
    expect(rig.push(answer)).toMatchObject({
      phase: 'reverted',
      verdict: 'edge-2 refused: no good',
      compensatedBy: 3,
      groups: [{ before: 1, switched: 2 }],
    })
    expect(rig.fleet.routesOf('edge-1')).toEqual(['default/checkout/blue.1'])
    expect(rig.fleet.newest('default/edge')?.number).toBe(3)
    const { heads, applied } = rig.store.view()
    expect(heads.get('default/Traffic/checkout')).toMatchObject({ spec: { weights: { blue: 10_000 } } })
    expect(applied.get('default/Traffic/checkout')).toEqual(heads.get('default/Traffic/checkout'))
  })

  it('takes a first world back, so that what was broken can be sent again', async () => {
    const rig = await createRig(twoProxies)
    rig.fleet.manner('edge-2', { kind: 'refuses', type: typeUrls.lds })
    const answer = await rig.apply(world)
    await rig.talk()
    await rig.runOut()
    expect(rig.push(answer).phase).toBe('reverted')
    expect(rig.store.view().heads.get('default/Gateway/edge')).toBeUndefined()
    expect(rig.store.view().heads.get('default/Tombstone/checkout')).toMatchObject({
      spec: { incarnationsEver: { blue: 1, green: 1 } },
    })
  })

  it('does not count when a proxy that joined later says it', async () => {
    const rig = await createRig(twoProxies)
    await rig.apply(world)
    await rig.talk()
    rig.fleet.manner('edge-2', { kind: 'mute' })
    const answer = await rig.switchTo('green')
    rig.fleet.add('edge-3', 'edge', { kind: 'refuses', type: typeUrls.rds })
    rig.fleet.connect('edge-3')
    await rig.talk()
    expect(rig.push(answer).phase).toBe('switching')
    rig.fleet.manner('edge-2', { kind: 'prompt' })
    await rig.talk()
    expect(rig.push(answer)).toMatchObject({ phase: 'done', refusals: [] })
  })

  it('stops being answered after a few resends in a row, until there is new content', async () => {
    const rig = await createRig(twoProxies)
    await rig.apply(world)
    await rig.talk()
    for (let turn = 0; turn < 6; turn++) {
      const node = rig.fleet.nodes.get('edge-2')
      node?.parked.clear()
      rig.fleet.manner('edge-2', { kind: 'refuses', type: typeUrls.rds })
      if (turn === 0) await rig.switchTo('green')
      else node?.doubts.set(typeUrls.rds, 1)
      await rig.talk()
    }
    const doubts = rig.fleet.heard.filter(({ kind }) => kind === 'doubt')
    expect(doubts.length).toBeLessThan(12)
    const resends = doubts.flatMap((message) => (message.kind === 'doubt' ? [message.resend] : []))
    expect(new Set(resends).size).toBe(resends.length)
  })
})

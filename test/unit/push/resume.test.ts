import { describe, expect, it } from 'vitest'
import { createCut } from './support/cut.ts'
import { afterDeath, appliedRig, environment, service } from './support/rig.ts'

const nodes = ['edge-1', 'edge-2']
describe('after a crash', () => {
  it('goes on taking back until every proxy has said so', async () => {
    const first = await appliedRig({ nodes })
    first.fleet.manner('edge-2', { kind: 'mute' })
    const answer = await first.switchTo('green')
    await first.talk()
    await first.clock.advance(5_250)
    expect(first.push(answer).phase).toBe('reverting')
    const { fleet } = first
    const second = await afterDeath(first, nodes)
    await second.talk()
    expect(second.push(answer)).toMatchObject({ phase: 'reverting', groups: [{ before: 1, switched: 2 }] })
    fleet.manner('edge-2', { kind: 'prompt' })
    await second.talk()
    expect(second.push(answer)).toMatchObject({ phase: 'reverted', compensatedBy: 3 })
    expect(fleet.routesOf('edge-2')).toEqual(['default/checkout/blue.1'])
  })

  it('rule 26: takes back a switch that a proxy in reach never answers, also when it came back after the start', async () => {
    const first = await appliedRig({ nodes })
    first.fleet.manner('edge-2', { kind: 'mute' })
    const answer = await first.switchTo('green')
    await first.talk()
    const { fleet, clock } = first
    const second = await afterDeath(first)
    await clock.advance(2_000)
    for (const id of nodes) fleet.connect(id)
    await second.talk()
    await clock.advance(31_000)
    expect(second.push(answer).phase).toBe('switching')
    await clock.advance(3_000)
    await second.talk()
    expect(second.push(answer)).toMatchObject({ phase: 'reverting', compensatedBy: 3 })
    expect(fleet.routesOf('edge-1')).toEqual(['default/checkout/blue.1'])
  })

  it('rule 33: takes back before anybody is served what was refused right before the end', async () => {
    const cut = createCut(undefined)
    const first = await appliedRig({ nodes, cut })
    first.fleet.manner('edge-1', { kind: 'mute' })
    first.fleet.manner('edge-2', {
      kind: 'refuses',
      type: 'type.googleapis.com/envoy.config.route.v3.RouteConfiguration',
      when: (names) => names.length > 0,
    })
    const answer = await first.switchTo('green')
    cut.arm('before doubt')
    await Promise.race([first.talk(), cut.dead])
    const { fleet } = first
    fleet.manner('edge-1', { kind: 'prompt' })
    const second = await afterDeath(first, nodes)
    await second.talk()
    expect(second.push(answer)).toMatchObject({
      phase: 'reverted',
      compensatedBy: 3,
      refusals: [{ node: 'edge-2', detail: 'no good' }],
    })
    expect(fleet.pathOf('edge-1')).toEqual(['default/checkout/blue.1'])
  })

  it('takes a refusal in that comes while it stops: the next start goes back on it', async () => {
    const first = await appliedRig({ nodes })
    const { fleet, clock } = first
    fleet.manner('edge-2', {
      kind: 'refuses',
      type: 'type.googleapis.com/envoy.config.cluster.v3.Cluster',
      when: (names) => names.some((name) => name.endsWith('green.2')),
    })
    const answer = await first.apply(
      service('checkout', [environment('blue'), environment('green', 'v3', [9301])]),
    )
    const stopping = first.delivery.stop(1_000)
    fleet.deliver()
    await clock.advance(1_000)
    await stopping
    const second = await afterDeath(first, nodes)
    await second.talk()
    expect(second.push(answer)).toMatchObject({ phase: 'aborted', refusals: [{ node: 'edge-2' }] })
    expect([...second.store.view().heads]).toEqual([...second.store.view().applied])
    expect(fleet.faults).toEqual([])
  })

  it('changes nothing on any proxy when nothing was under way', async () => {
    const first = await appliedRig({ nodes })
    await first.clock.advance(1_000)
    const { fleet } = first
    const before = fleet.newest('default/edge')
    const heard = fleet.heard.length
    const second = await afterDeath(first, nodes)
    await second.talk()
    const after = second.fleet.newest('default/edge')
    expect(after?.number).toBe(before?.number)
    expect(second.fleet.heard.slice(heard).filter(({ kind }) => kind === 'closed')).toMatchObject([
      { generation: 1 },
    ])
    expect([...(after?.types ?? [])].map(([type, { version }]) => [type, version])).toEqual(
      [...(before?.types ?? [])].map(([type, { version }]) => [type, version]),
    )
  })

  it('says groups, doubts, generations and what is closed, and serves nobody before that', async () => {
    const first = await appliedRig({ nodes })
    await first.switchTo('green')
    await first.talk()
    first.fleet.manner('edge-2', {
      kind: 'refuses',
      type: 'type.googleapis.com/envoy.config.route.v3.RouteConfiguration',
    })
    await first.switchTo('blue')
    await first.talk()
    const { fleet } = first
    const heard = fleet.heard.length
    await afterDeath(first)
    expect(
      fleet.heard
        .slice(heard)
        .map((message) =>
          message.kind === 'publish' ? `publish ${message.generation} on ${message.base}` : message.kind,
        ),
    ).toEqual([
      'groups',
      'doubt',
      'publish 1 on undefined',
      'publish 2 on 1',
      'publish 3 on 2',
      'publish 4 on 3',
      'ready',
    ])
  })

  it('holds the first push until the fleet is back, or the settling is over', async () => {
    const first = await appliedRig({ nodes })
    await first.clock.advance(1_000)
    await first.delivery.stop(0)
    const { clock } = first
    const second = await afterDeath(first, ['edge-1'])
    const answer = await second.switchTo('green')
    await second.talk()
    expect(second.push(answer)).toMatchObject({
      phase: 'preparing',
      groups: [{ heldUpBy: ['edge-2: not connected since our start 0 s ago'] }],
    })
    await clock.advance(29_000)
    expect(second.push(answer).phase).toBe('preparing')
    await clock.advance(2_000)
    await second.talk()
    expect(second.push(answer)).toMatchObject({
      phase: 'split',
      verdict: 'split 1 of 2: out of reach: edge-2',
    })
  })

  it('gives a retried request the answer it had, and another body an error', async () => {
    const first = await appliedRig({ nodes })
    const command = {
      actor: 'ci',
      reason: '',
      requestId: 'r-1',
      verb: 'switch',
      namespace: 'default',
      service: 'checkout',
      weights: { green: 10_000 },
    } as const
    const answer = await first.change(command)
    await first.talk()
    const second = await afterDeath(first, nodes)
    expect(await second.change(command)).toEqual(answer)
    expect(second.store.view().revision).toBe(2)
    expect(await second.change({ ...command, weights: { blue: 10_000 } })).toMatchObject({
      ok: false,
      error: { kind: 'conflict' },
    })
  })
})

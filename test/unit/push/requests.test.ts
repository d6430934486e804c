import { describe, expect, it } from 'vitest'
import type { PushRecord } from '../../../src/push/index.ts'
import { createRig, environment, gateway, group, manifests, route, service, world } from './support/rig.ts'

const nodes = ['edge-1', 'edge-2']
const by = { actor: 'deploy-bot', reason: '' }

describe('a request', () => {
  it('that is refused changes nothing', async () => {
    const rig = await createRig({ nodes })
    await rig.apply(world)
    await rig.talk()
    const commits = rig.store.stats().commits
    const refused = [
      await rig.change({
        ...by,
        verb: 'switch',
        namespace: 'default',
        service: 'checkout',
        weights: { amber: 10_000 },
      }),
      await rig.change({
        ...by,
        verb: 'switch',
        namespace: 'default',
        service: 'cart',
        weights: { blue: 10_000 },
      }),
      await rig.change({ ...by, verb: 'rollback', namespace: 'default', service: 'checkout' }),
      await rig.change({ ...by, verb: 'delete', keys: [{ key: 'default/Service/checkout' }] }),
      await rig.change({ ...by, verb: 'delete', keys: [{ key: 'default/Route/checkout' }] }),
      await rig.change({
        ...by,
        verb: 'apply',
        manifests: manifests(service('checkout', [environment('blue', 'v9')])),
      }),
      await rig.change({
        ...by,
        verb: 'switch',
        namespace: 'default',
        service: 'checkout',
        weights: { green: 10_000 },
        etag: 'stale',
      }),
    ]
    expect(refused.map((outcome) => (outcome.ok ? 'done' : outcome.error.kind))).toEqual([
      'invalid',
      'notFound',
      'precondition',
      'precondition',
      'invalid',
      'precondition',
      'conflict',
    ])
    expect(rig.store.stats().commits).toBe(commits)
    expect(rig.store.view().revision).toBe(1)
  })

  it('that would take everything away passes by force only', async () => {
    const rig = await createRig({ nodes })
    await rig.apply(world)
    await rig.talk()
    const command = {
      ...by,
      verb: 'delete',
      keys: [{ key: 'default/Route/checkout' }, { key: 'default/Gateway/edge' }],
      allowDrain: true,
    } as const
    expect(await rig.change(command)).toMatchObject({ ok: false, error: { kind: 'invalid' } })
    expect(await rig.change({ ...command, force: true })).toMatchObject({ ok: true, value: { revision: 2 } })
    await rig.talk()
    expect(rig.fleet.routesOf('edge-1')).toEqual([])
  })

  it('for a dry run is answered in full and commits nothing', async () => {
    const rig = await createRig({ nodes })
    await rig.apply(world)
    await rig.talk()
    const commits = rig.store.stats().commits
    const answer = await rig.change({
      ...by,
      verb: 'switch',
      namespace: 'default',
      service: 'checkout',
      weights: { green: 10_000 },
      dryRun: true,
    })
    expect(answer).toMatchObject({
      ok: true,
      value: { objects: [{ key: 'default/Traffic/checkout', change: 'changed' }] },
    })
    expect(answer.ok && answer.value.revision).toBeUndefined()
    expect(rig.store.stats().commits).toBe(commits)
  })

  it('that changes nothing is no revision, and one that no proxy has to hear of is no push', async () => {
    const rig = await createRig({ nodes })
    await rig.apply(world)
    await rig.talk()
    expect((await rig.apply(world)).revision).toBeUndefined()
    const answer = await rig.apply(group('edge', ', expected: {size: 2}'))
    expect(answer).toMatchObject({ revision: 2 })
    expect(answer.push).toBeUndefined()
    expect(rig.fleet.newest('default/edge')?.number).toBe(1)
  })

  it('sent twice with one id is done once', async () => {
    const rig = await createRig({ nodes })
    await rig.apply(world)
    await rig.talk()
    const command = {
      ...by,
      requestId: 'a',
      verb: 'switch',
      namespace: 'default',
      service: 'checkout',
      weights: { green: 10_000 },
    } as const
    const [first, second] = await Promise.all([rig.change(command), rig.change(command)])
    expect(second).toEqual(first)
    expect(rig.store.view().revision).toBe(2)
    expect(rig.delivery.pushes(10)).toHaveLength(2)
  })

  it('of two that race with one etag, the later is told who won', async () => {
    const rig = await createRig({ nodes })
    await rig.apply(world)
    await rig.talk()
    const etag = rig.store.view().heads.get('default/Traffic/checkout')?.etag ?? ''
    const to = (name: string) =>
      rig.change({
        ...by,
        verb: 'switch',
        namespace: 'default',
        service: 'checkout',
        weights: { [name]: 10_000 },
        etag,
      })
    const outcomes = await Promise.all([to('green'), to('blue')])
    expect(outcomes.map(({ ok }) => ok)).toEqual([true, false])
    expect(outcomes[1]).toMatchObject({ error: { kind: 'conflict', winner: 'r2 by deploy-bot' } })
  })
})

describe('node groups', () => {
  it('a group without listeners is served nothing, so that no proxy is wiped', async () => {
    const rig = await createRig({ nodes })
    const answer = await rig.apply(group())
    expect(answer.push).toBeUndefined()
    expect(rig.fleet.nodes.get('edge-1')?.group).toBe('default/edge')
    expect(rig.fleet.newest('default/edge')).toBeUndefined()
    const first = await rig.apply(gateway() + service() + route())
    await rig.talk()
    expect(rig.push(first)).toMatchObject({ phase: 'done', groups: [{ before: 0, switched: 1, nodes: 2 }] })
  })

  it('a group that is deleted and made again goes on from its generations', async () => {
    const rig = await createRig({ nodes })
    await rig.apply(world)
    await rig.talk()
    await rig.switchTo('green')
    await rig.talk()
    const keys = ['Route/checkout', 'Gateway/edge', 'NodeGroup/edge'].map((key) => ({
      key: `default/${key}`,
    }))
    expect(await rig.change({ ...by, verb: 'delete', keys, force: true, allowDrain: true })).toMatchObject({
      ok: true,
    })
    await rig.talk()
    expect(rig.fleet.nodes.get('edge-1')?.group).toBeUndefined()
    await rig.apply(group() + gateway() + route())
    await rig.talk()
    expect(rig.fleet.newest('default/edge')?.number).toBe(2)
    await rig.switchTo('blue')
    await rig.talk()
    expect(rig.fleet.newest('default/edge')?.number).toBe(3)
    expect(rig.fleet.routesOf('edge-2')).toEqual(['default/checkout/blue.1'])
    expect(rig.fleet.faults).toEqual([])
  })

  it('a proxy that comes while a push prepares gets the old routes, and is prepared with the others', async () => {
    const rig = await createRig({ nodes })
    await rig.apply(world)
    await rig.talk()
    rig.fleet.manner('edge-2', { kind: 'mute' })
    const answer = await rig.apply(
      service('checkout', [environment('blue'), environment('green', 'v3', [9301])]),
    )
    rig.fleet.add('edge-3')
    rig.fleet.connect('edge-3')
    await rig.talk()
    expect(rig.fleet.routesOf('edge-3')).toEqual(['default/checkout/blue.1'])
    expect(rig.fleet.clustersOf('edge-3')).toContain('default/checkout/green.2')
    expect(rig.push(answer).groups).toMatchObject([{ nodes: 3, preparedNodes: 2 }])
    rig.fleet.manner('edge-2', { kind: 'prompt' })
    await rig.talk()
    expect(rig.push(answer).phase).toBe('done')
  })
})

describe('watching', () => {
  it('gives the record now and after every change, until it is final', async () => {
    const rig = await createRig({ nodes })
    await rig.apply(world)
    await rig.talk()
    rig.fleet.manner('edge-2', { kind: 'mute' })
    const answer = await rig.switchTo('green')
    const seen: PushRecord[] = []
    const watching = (async () => {
      for await (const record of rig.delivery.watchPushes(answer.push, new AbortController().signal))
        seen.push(record)
    })()
    await rig.talk()
    rig.fleet.manner('edge-2', { kind: 'prompt' })
    await rig.talk()
    await watching
    expect(seen.map(({ phase, groups }) => `${phase} ${groups[0]?.switchedNodes}`)).toEqual([
      'switching 0',
      'switching 1',
      'done 2',
    ])
  })

  it('of all pushes ends when the watcher leaves', async () => {
    const rig = await createRig({ nodes })
    const leaving = new AbortController()
    const seen: string[] = []
    const watching = (async () => {
      for await (const record of rig.delivery.watchPushes(undefined, leaving.signal))
        seen.push(`${record.id} ${record.phase}`)
    })()
    await rig.apply(world)
    await rig.talk()
    leaving.abort()
    await watching
    expect(seen).toContain('1 done')
  })
})

describe('before the state is loaded and after the stop', () => {
  it('nothing is taken', async () => {
    const rig = await createRig({ nodes })
    await rig.apply(world)
    await rig.delivery.stop(0)
    expect(
      await rig.change({ ...by, verb: 'rollback', namespace: 'default', service: 'checkout' }),
    ).toMatchObject({ ok: false, error: { kind: 'unavailable' } })
  })
})

describe('a store that takes no writes', () => {
  it('refuses changes, and a push that waits for it says so; serving goes on', async () => {
    const rig = await createRig({ nodes })
    await rig.apply(world)
    await rig.talk()
    rig.fleet.manner('edge-2', { kind: 'mute' })
    const answer = await rig.apply(
      service('checkout', [environment('blue'), environment('green', 'v3', [9301])]),
    )
    await rig.talk()
    rig.disk.failAfter = 0
    rig.fleet.manner('edge-2', { kind: 'prompt' })
    await rig.talk()
    expect(rig.push(answer)).toMatchObject({ phase: 'prepared' })
    expect(rig.push(answer).groups[0]?.heldUpBy.join()).toMatch(/^the store: /)
    expect(
      await rig.change({
        ...by,
        verb: 'switch',
        namespace: 'default',
        service: 'checkout',
        weights: { green: 10_000 },
      }),
    ).toMatchObject({
      ok: false,
      error: { kind: 'precondition' },
    })
    rig.fleet.disconnect('edge-1')
    rig.fleet.connect('edge-1')
    await rig.talk()
    expect(rig.fleet.routesOf('edge-1')).toEqual(['default/checkout/blue.1'])
  })
})

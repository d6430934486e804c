// What the delivery engine tells as events: revisions, pushes from their begin to their end, proxies and their refusals.
import { describe, expect, it } from 'vitest'
import { typeUrls } from '../../../src/envoy-api/index.ts'
import { aboutOf, type EventInput, messageOf } from '../../../src/events/index.ts'
import { createRig, environment, type Rig, service, world } from './support/rig.ts'

const twoProxies = { nodes: ['edge-1', 'edge-2'] }
const newGreen = service('checkout', [environment('blue'), environment('green', 'v3', [9301])])
const saidOf = ({ told }: Rig, from: number): readonly string[] =>
  told.slice(from).map(({ name, attributes }) => messageOf(name, attributes))
const named = ({ told }: Rig, name: EventInput['name']): readonly EventInput[] =>
  told.filter((event) => event.name === name)
const started = async (): Promise<Rig> => {
  const rig = await createRig(twoProxies)
  await rig.apply(world)
  await rig.talk()
  return rig
}

describe('the events of a push', () => {
  it('tell it from its revision to its end, each about what it changes', async () => {
    const rig = await started()
    const from = rig.told.length
    await rig.switchTo('green')
    await rig.talk()
    expect(saidOf(rig, from)).toEqual([
      'r2: switch by deploy-bot of default/Traffic/checkout: test (push 2)',
      'default/edge is served generation 2: push/2 switched',
      'push 2 started: switch by deploy-bot: test',
      'push 2 is switching',
      'push 2 done: 2 of 2 proxies',
    ])
    for (const { name, attributes } of rig.told.slice(from)) {
      const about = aboutOf(name, attributes)
      expect(about).toContainEqual({ kind: 'push', push: '2' })
      if (name !== 'generation')
        expect(about).toContainEqual({ kind: 'object', object: 'default/Traffic/checkout' })
    }
  })

  it('say who holds it up after two seconds, once for each phase', async () => {
    const rig = await started()
    rig.fleet.manner('edge-2', { kind: 'mute' })
    await rig.apply(newGreen)
    await rig.talk()
    await rig.clock.advance(1_900)
    expect(named(rig, 'push_held_up')).toEqual([])
    await rig.clock.advance(10_000)
    expect(named(rig, 'push_held_up')).toMatchObject([
      { attributes: { push: '2', phase: 'preparing', heldUpBy: ['edge-2: CDS of generation 2 not ACKed'] } },
    ])
    await rig.clock.advance(10_000)
    expect(saidOf(rig, 0)).toContain(
      'push 2 aborted, nothing moved: not prepared within 20000 ms: edge-2: CDS of generation 2 not ACKed',
    )
  })

  it('say who refused it, and what took it back', async () => {
    const rig = await started()
    rig.fleet.manner('edge-2', {
      ...{ kind: 'refuses', type: typeUrls.cds },
      when: (names) => names.includes('default/checkout/green.2'),
    })
    await rig.apply(newGreen)
    await rig.talk()
    expect(named(rig, 'nack')).toMatchObject([
      {
        attributes: {
          node: 'edge-2',
          group: 'default/edge',
          typeName: 'Cluster',
          detail: 'no good',
          pushes: ['2'],
        },
      },
    ])
    expect(named(rig, 'push_aborted')).toMatchObject([
      { attributes: { push: '2', refusals: ['edge-2 refused Cluster: no good'], compensatedBy: 3 } },
    ])
    expect(saidOf(rig, 0)).toContain(
      'r3: compensate by push/2 of default/Service/checkout: edge-2 refused: no good (push 2)',
    )
    expect(saidOf(rig, 0)).toContain('edge-2 holds its last good Cluster again')
    // The refusal is the verdict, and is said once.
    expect(saidOf(rig, 0).filter((text) => text.startsWith('push 2 aborted'))).toEqual([
      'push 2 aborted, nothing moved; edge-2 refused Cluster: no good',
    ])
  })

  it('say that it was taken back, split, or overtaken', async () => {
    const rig = await started()
    rig.fleet.manner('edge-2', { kind: 'mute' })
    await rig.switchTo('green')
    await rig.talk()
    await rig.clock.advance(5_100)
    rig.fleet.manner('edge-2', { kind: 'prompt' })
    await rig.talk()
    expect(named(rig, 'push_reverted')).toMatchObject([{ attributes: { push: '2', compensatedBy: 3 } }])
    await rig.clock.advance(1_000)
    rig.fleet.manner('edge-2', { kind: 'mute' })
    await rig.switchTo('green')
    rig.fleet.disconnect('edge-2')
    await rig.talk()
    await rig.clock.advance(70_000)
    expect(named(rig, 'push_split')).toMatchObject([{ attributes: { push: '3', nodes: 2, switched: 1 } }])
    expect(saidOf(rig, 0)).toContainEqual(expect.stringMatching(/^edge-2 disconnected: /))
  })

  it('of a very large change name the first of its objects, and how many there are', async () => {
    const rig = await started()
    const many = Array.from({ length: 150 }, (_, index) => service(`many-${index}`)).join('')
    await rig.apply(many)
    await rig.talk()
    const [, revision] = named(rig, 'revision_committed')
    const about = aboutOf('revision_committed', revision?.attributes ?? {})
    expect(about.filter(({ kind }) => kind === 'object')).toHaveLength(100)
    expect(revision?.attributes).toMatchObject({ objectCount: 300 })
  })
})

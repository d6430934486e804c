// A proxy that comes back, in every state it may be in: held things that are gone, states that are older, unknown or newer than
// ours, garbage, after refusals, beside a twin. It ends with what its group is served, and on the way it is never given
// a route to a cluster that it does not have.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { limits } from '../../../src/base/index.ts'
import { typeUrls } from '../../../src/envoy-api/index.ts'
import { type Spec, short } from './support/content.ts'
import { Envoy, type Type, types, type Variant } from './support/envoy-model.ts'
import { createRig, type Rig } from './support/rig.ts'

const variants: readonly Variant[] = ['sotw', 'delta']
const world = (clusters: Readonly<Record<string, string>>, target: string): Spec => ({
  cds: clusters,
  eds: Object.fromEntries(Object.keys(clusters).map((name) => [name, '1'])),
  lds: { l: '1 > r' },
  rds: { r: `${target} > ${target}` },
})
const older = world({ a: '1', b: '1' }, 'a')
const now = world({ b: '2', c: '1' }, 'c')

const close = (rig: Rig, generation: number): void =>
  rig.decider.send({ kind: 'closed', group: 'g', lane: 'all', generation })

/** Answers everything until nothing comes any more; time passes where only that helps. */
function comeToRest(rig: Rig, ...proxies: readonly Envoy[]): void {
  for (let round = 0; round < 100; round += 1) {
    for (const proxy of proxies) proxy.read()
    const answered = proxies
      .map((proxy) => types.map((type) => proxy.answer(type)).some(Boolean))
      .some(Boolean)
    if (!answered && round > 3) return
    if (!answered) rig.pass(limits.clustersFirstMs)
  }
  throw new Error('it does not come to rest')
}

/** What a proxy holds of a world; endpoints of clusters that are gone mean nothing. */
function expectHolds(proxy: Envoy, spec: Spec): void {
  for (const type of types) {
    const wanted = Object.fromEntries(
      Object.entries(spec[type] ?? {}).map(([name, text]) => [name, text.replace(/ > .*/, '')]),
    )
    const held = [...proxy.held[type]].filter(([name]) => type !== 'eds' || name in wanted)
    expect([type, Object.fromEntries(held.sort())]).toEqual([type, wanted])
  }
}

const versions = (rig: Rig, spec: Spec) => (type: Type) => rig.version(type, spec)

describe.each(variants)('a proxy that comes back (%s)', (variant) => {
  it('with an older state that we know gets what is new, and keeps its clusters until its routes have left them', () => {
    for (const closed of [true, false]) {
      const rig = createRig()
      rig.publish(1, older)
      if (closed) close(rig, 1)
      rig.publish(2, now, { base: true })
      const proxy = new Envoy(rig, variant, { spec: older, version: versions(rig, older) })
      comeToRest(rig, proxy)
      expect(proxy.faults).toEqual([])
      expectHolds(proxy, now)
      expect(
        rig
          .heard('holds')
          .filter(({ generation }) => generation === 2)
          .map(({ type }) => type),
      ).toEqual(expect.arrayContaining(types.map((type) => typeUrls[type])))
    }
  })

  it('with a state that is older than all we keep gets everything, and no route before its cluster', () => {
    const rig = createRig()
    rig.publish(1, older)
    close(rig, 1)
    const last = limits.generationsKept + 3
    for (let generation = 2; generation < last; generation += 1)
      rig.publish(generation, world({ b: `${generation}`, c: '1' }, 'b'), { base: true })
    rig.publish(last, now, { base: true })
    const proxy = new Envoy(rig, variant, { spec: older, version: versions(rig, older) })
    comeToRest(rig, proxy)
    // SotW: an unknown version does not say which clusters it stands for; where they are in no kept generation they go at once.
    const unavoidable = variant === 'sotw' ? ['a removed under its route'] : []
    expect(proxy.faults).toEqual(unavoidable)
    expectHolds(proxy, now)
  })

  it('rule 29: with an unknown version of clusters that kept generations still have keeps them until its routes have left them', () => {
    const rig = createRig()
    rig.publish(1, older)
    close(rig, 1)
    rig.publish(2, now, { base: true })
    // As after a restart of ours: the set that it holds had more in it than its generation, and nobody remembers what.
    const version = (type: Type) => `${rig.version(type, now)}${type === 'cds' ? '+deadbeef' : ''}`
    const held: Spec = { ...older, cds: { ...older.cds, ...now.cds } }
    const proxy = new Envoy(rig, variant, {
      spec: held,
      version: (type) => (type === 'rds' ? rig.version('rds', older) : version(type)),
    })
    comeToRest(rig, proxy)
    expect(proxy.faults).toEqual([])
    expectHolds(proxy, now)
  })

  it('with a newer state than ours (of a replica or a store that was ahead) is brought to ours, whole and in order', () => {
    const rig = createRig()
    rig.publish(1, older)
    close(rig, 1)
    const newer = world({ a: '9', b: '9', z: '9' }, 'b')
    const proxy = new Envoy(rig, variant, { spec: newer, version: versions(rig, newer) })
    comeToRest(rig, proxy)
    expect(proxy.faults).toEqual([])
    expectHolds(proxy, older)
  })

  it.each(['', '~', '~3', '+deadbeef~1', `x~999999999`, 'x'.repeat(10_000), '__proto__', '\0\n', '~1~2~3'])(
    'with garbage in its versions (%j) is brought to what its group is served',
    (garbage) => {
      const rig = createRig()
      rig.publish(1, older)
      close(rig, 1)
      const proxy = new Envoy(rig, variant, { spec: older, version: () => garbage })
      for (const type of types)
        for (const name of proxy.versions[type].keys()) proxy.versions[type].set(name, garbage)
      proxy.reconnect()
      comeToRest(rig, proxy)
      expect(proxy.faults).toEqual([])
      expectHolds(proxy, older)
      expect(rig.hub.size).toBe(1)
    },
  )

  it('with nothing (it restarted) gets everything in order, and nothing of its old stream counts', () => {
    const rig = createRig()
    rig.publish(1, now)
    close(rig, 1)
    const old = new Envoy(rig, variant)
    comeToRest(rig, old)
    old.client.leave()
    rig.heard()
    const proxy = new Envoy(rig, variant)
    expect(rig.heard('holds').filter(({ type }) => type === typeUrls.cds)).toEqual([])
    comeToRest(rig, proxy)
    expect(proxy.faults).toEqual([])
    expectHolds(proxy, now)
  })

  it('right after it refused something, before the refusal is on record, is sent the good set by force', () => {
    const rig = createRig()
    rig.publish(1, older)
    const proxy = new Envoy(rig, variant)
    comeToRest(rig, proxy)
    close(rig, 1)
    rig.heard()
    rig.publish(2, world({ a: 'bad', b: '2' }, 'a'), { base: true })
    proxy.read()
    while (proxy.answer('cds')) proxy.read()
    const [refused] = rig.heard('nacked')
    proxy.reconnect()
    const doubt = {
      node: 'edge-1',
      type: typeUrls.cds,
      resend: 1,
      parked: refused?.version ?? '',
      good: refused?.good,
    }
    rig.decider.send({ kind: 'doubt', ...doubt })
    proxy.client.got()
    proxy.reconnect()
    comeToRest(rig, proxy)
    expect(proxy.held.cds.get('a')).toBe('1')
    expect(proxy.client.versions.some((version) => /~\d+$/.test(version)) || variant === 'delta').toBe(true)
    expect(proxy.faults).toEqual([])
  })
})

describe('a SotW proxy with an unknown set', () => {
  it('rule 25: is sent the endpoints of clusters that stay in its set: without them it would never ACK that', () => {
    const rig = createRig()
    rig.publish(1, world({ z: '1' }, 'z'))
    rig.publish(2, now, { base: true })
    const client = rig.client('sotw')
    client.ask('cds', [], 'unknown')
    expect(client.got()).toEqual(['CDS cds@2+ b=2 c=1 z=1'])
    // `z` is new to it: it warms, and asks.
    client.ask('eds', ['b', 'c', 'z'], 'unknown')
    expect(client.got()).toEqual(['EDS eds@2 b=1 c=1 z=1'])
    client.ack('eds', 'cds')
    client.ask('rds', ['r'], rig.version('rds', now))
    client.ask('lds', [], rig.version('lds', now))
    client.ack('rds', 'lds', 'rds', 'lds')
    expect(client.got().filter((line) => line.startsWith('CDS'))).toEqual(['CDS cds@2 b=2 c=1'])
  })
})

describe.each(variants)('a proxy that comes back in the middle of a push (%s)', (variant) => {
  const blue = world({ blue: '1' }, 'blue')
  const both = world({ blue: '1', green: '1' }, 'blue')
  const green = world({ blue: '1', green: '1' }, 'green')
  const retired = world({ green: '1' }, 'green')
  /** What the group is served, step by step; a rollback is a new generation with old content. */
  const steps: readonly (readonly [string, Spec])[] = [
    ['before it', blue],
    ['preparing', both],
    ['switching', green],
    ['taking back', both],
    ['reverting', blue],
    ['again', both],
    ['switched', green],
    ['retired', retired],
  ]

  it('in any phase, from any earlier one, whether that was closed or not, gets what its group is served, in order', () => {
    const phase = fc.nat(steps.length - 1)
    fc.assert(
      fc.property(
        phase,
        phase,
        fc.boolean(),
        fc.boolean(),
        fc.boolean(),
        (one, two, isClosed, restart, half) => {
          const [from, to] = [Math.min(one, two), Math.max(one, two)]
          const rig = createRig()
          const [, first = blue] = steps[from] ?? []
          rig.publish(from + 1, first)
          const proxy = new Envoy(rig, variant)
          if (half) {
            // Cut while only a part of it was answered.
            proxy.answer('cds')
            proxy.answer('eds')
          } else comeToRest(rig, proxy)
          if (isClosed && !half) close(rig, from + 1)
          if (restart) proxy.client.leave()
          for (let step = from + 1; step <= to; step += 1) {
            const [, spec = blue] = steps[step] ?? []
            rig.publish(step + 1, spec, { base: true })
            if (!restart) proxy.read()
          }
          proxy.reconnect()
          comeToRest(rig, proxy)
          expect(proxy.faults).toEqual([])
          expectHolds(proxy, steps[to]?.[1] ?? blue)
        },
      ),
      { numRuns: 150 },
    )
  })
})

describe.each(variants)('twins of one node id (%s)', (variant) => {
  it('rule 40: converge both, are warned about, and the older is asked whether it is still there', () => {
    const rig = createRig()
    rig.publish(1, older)
    const [left, right] = [new Envoy(rig, variant), new Envoy(rig, variant)]
    comeToRest(rig, left, right)
    rig.publish(2, now, { base: true })
    comeToRest(rig, left, right)
    for (const proxy of [left, right]) {
      expect(proxy.faults).toEqual([])
      expectHolds(proxy, now)
    }
    expect(rig.probed).toEqual([left.client.id])
    expect(rig.notes.map(({ event }) => event)).toEqual(['xds_node_twins'])
  })

  it('rule 40: do not take each other back: what one refuses, the other keeps when it has taken it', () => {
    const rig = createRig()
    rig.publish(1, older)
    const [left, right] = [new Envoy(rig, variant), new Envoy(rig, variant)]
    comeToRest(rig, left, right)
    close(rig, 1)
    rig.heard()
    rig.publish(2, world({ a: '1', b: '2' }, 'a'), { base: true })
    right.read()
    while (right.answer('cds')) right.read()
    left.client.got()
    left.client.nack('cds', 'cannot')
    const [refused] = rig.heard('nacked')
    rig.decider.send({
      kind: 'doubt',
      ...{
        node: 'edge-1',
        type: typeUrls.cds,
        resend: 1,
        parked: refused?.version ?? '',
        good: refused?.good,
      },
    })
    right.read()
    expect(right.held.cds.get('b')).toBe('2')
    expect(left.client.got().join()).toContain('b=1')
  })

  it('rule 35: in two groups get each what theirs is served, and neither forgets how far it was sent', () => {
    const rig = createRig({ bare: true })
    rig.decider.send({
      kind: 'groups',
      groups: ['g', 'h'].map((group) => ({ group, selector: { cluster: group } })),
    })
    rig.publish(5, { cds: { a: 'g static' } }, { group: 'g' })
    rig.publish(9, { cds: { a: 'h static' } }, { group: 'h' })
    rig.decider.send({ kind: 'ready' })
    const clients = ['g', 'h'].map((cluster) => {
      const client = rig.client(variant, { cluster })
      client.send('cds')
      return client
    })
    expect(clients.flatMap((client) => client.got()).map((line) => /a=\w/.exec(line)?.[0])).toEqual([
      'a=g',
      'a=h',
    ])
    // An older state of either is no longer sent to anyone of this id.
    rig.publish(4, { cds: { a: 'old static' } }, { group: 'g' })
    rig.publish(8, { cds: { a: 'old static' } }, { group: 'h' })
    expect(clients.flatMap((client) => client.got())).toEqual([])
  })
})

describe('1,000 proxies that come back at once', () => {
  it.each(variants)('share the bytes of every response: %s', (variant) => {
    const rig = createRig()
    rig.publish(1, older)
    close(rig, 1)
    rig.publish(2, now, { base: true })
    const hash = (type: Type, name: string): string => short(`${name}=${older[type]?.[name]}`)
    for (let index = 0; index < 1_000; index += 1) {
      const client = rig.client(variant, { node: `edge-${index}` })
      for (const type of types) {
        const names = type === 'eds' ? ['a', 'b'] : type === 'rds' ? ['r'] : []
        if (variant === 'sotw') client.ask(type, names, rig.version(type, older))
        else
          client.sub(
            type,
            names,
            Object.fromEntries(Object.keys(older[type] ?? {}).map((name) => [name, hash(type, name)])),
          )
      }
    }
    const { responses, bodiesEncoded, crowded, unsentBytes } = rig.hub.stats()
    expect(responses).toBeGreaterThanOrEqual(2_000)
    expect(bodiesEncoded).toBeLessThan(10)
    expect([crowded, unsentBytes]).toEqual([0, 0])
  })
})

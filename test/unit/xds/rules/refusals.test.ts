// Rules 29, 31 and 32: refusals, and the way back to what was good.
import { describe, expect, it } from 'vitest'
import { limits } from '../../../../src/base/index.ts'
import { typeUrls } from '../../../../src/envoy-api/index.ts'
import { holding } from '../support/holding.ts'
import { bad, doubt, good, hash, one, variants, whole } from '../support/refused.ts'
import { createRig } from '../support/rig.ts'

describe('refusals', () => {
  it.each(variants)(
    'rule 31: after a refusal nothing that was in the response is believed to be there (%s)',
    (variant) => {
      const { rig, client } = holding(variant, one)
      rig.publish(2, { ...bad, cds: { ...bad.cds, c: 'partly applied' } }, { base: true })
      client.nack('cds')
      client.got()
      rig.publish(3, one, { base: true })
      doubt(rig, 1, 1)
      const put = whole(variant, 'cds@1', 1, ['a=1', 'b=1'])
      // SotW removes by absence; delta has to say it.
      expect(client.got()).toEqual([variant === 'sotw' ? put : `${put} -c`])
    },
  )

  it('rule 31: a proxy that refused all it ever got reports nothing, and is told of what is gone after our restart, too', () => {
    const rig = createRig()
    const more = { ...bad, cds: { ...bad.cds, c: 'partly applied' } }
    rig.publish(1, more)
    rig.publish(2, one, { base: true })
    doubt(rig, 1, undefined, more)
    const client = rig.client('delta')
    client.sub('cds')
    expect(client.got()).toEqual([`${whole('delta', 'cds@2', 1, ['a=1', 'b=1'])} -c`])
  })

  it('rule 31: a refusal that was held back is about what was refused, not about what came later and was taken', () => {
    const { rig, client } = holding('sotw', one)
    rig.publish(2, bad, { base: true })
    rig.publish(3, one, { base: true })
    rig.heard()
    client.nackEarlier('cds', 'bad')
    expect(rig.heard()).toMatchObject([{ kind: 'nacked', generation: 2, good: 1 }])
    client.got()
    doubt(rig, 1, 1)
    expect(client.got()).toEqual([whole('sotw', 'cds@1', 1, ['a=1', 'b=1'])])
  })

  it.each(variants)(
    'rule 32: after a refusal the whole last good set is sent, and the repair is verified (%s)',
    (variant) => {
      const { rig, client } = holding(variant, one)
      rig.publish(2, bad, { base: true })
      client.got()
      client.nack('cds')
      expect(client.got()).toEqual([])
      expect(rig.heard('nacked').map(({ good: known }) => known)).toEqual([1])
      doubt(rig, 1, 1)
      expect(client.got()).toEqual([whole(variant, 'cds@1', 1, ['a=1', 'b=1'])])
      expect(rig.heard('repaired')).toEqual([])
      client.ack('cds')
      expect(rig.heard('repaired').map(({ generation }) => generation)).toEqual([1])
    },
  )

  it.each(variants)(
    'rule 32: what a proxy came back with is its last good set when it refuses the newer one (%s)',
    (variant) => {
      const rig = createRig()
      rig.publish(1, one)
      const first = rig.client(variant)
      first.send('cds')
      first.ack('cds')
      first.leave()
      rig.decider.send({ kind: 'closed', group: 'g', lane: 'all', generation: 1 })
      rig.publish(2, bad, { base: true })
      const client = rig.client(variant)
      if (variant === 'sotw') client.ask('cds', [], rig.version('cds', one))
      else client.sub('cds', [], { a: hash('a', '1'), b: hash('b', '1') })
      client.got()
      client.nack('cds')
      expect(rig.heard('nacked').map(({ good: known, changed }) => ({ known, changed }))).toEqual([
        { known: 1, changed: ['a'] },
      ])
      doubt(rig, 1, 1)
      expect(client.got()).toEqual([whole(variant, 'cds@1', 1, ['a=1', 'b=1'])])
    },
  )

  it.each(variants)(
    'rule 32: is repaired at once where a cluster had to stay beside what was refused (%s)',
    (variant) => {
      const rig = createRig()
      const named = { ...one, eds: { a: '1', b: '1' }, rds: { r: '1 > b' } }
      rig.publish(1, named)
      const client = rig.client(variant)
      const ask = (type: 'eds' | 'rds', names: readonly string[]): void =>
        variant === 'sotw' ? client.ask(type, names) : client.sub(type, names)
      client.send('cds')
      ask('eds', ['a', 'b'])
      client.ack('eds', 'cds')
      ask('rds', ['r'])
      client.ack('rds')
      // b leaves, and its routes are still there.
      const left = { ...named, cds: { a: 'bad' } }
      rig.publish(2, left, { base: true })
      // SotW sends the union; delta leaves it there.
      expect(client.got()).toContain(variant === 'sotw' ? 'CDS cds@2+ a=bad b=1' : 'CDS cds@2+ +a=bad')
      client.nack('cds')
      expect(rig.heard('nacked').map(({ version }) => version)).toEqual([rig.version('cds', left)])
      doubt(rig, 1, 1, left)
      expect(client.got()[0]).toBe(whole(variant, 'cds@1', 1, ['a=1', 'b=1']))
    },
  )

  it.each(variants)(
    'rule 32: a proxy kept at its last good clusters keeps its routes: new ones would lead to clusters that were taken away (%s)',
    (variant) => {
      const rig = createRig()
      const before = { ...one, eds: { a: '1', b: '1' }, rds: { r: '1 > b' } }
      rig.publish(1, before)
      const client = rig.client(variant)
      client.send('cds')
      client.ack('cds')
      if (variant === 'sotw') client.ask('eds', ['a', 'b'])
      else client.sub('eds', ['a', 'b'])
      client.ack('eds')
      if (variant === 'sotw') client.ask('rds', ['r'])
      else client.sub('rds', ['r'])
      client.ack('rds')
      // Decided while it was not asked: it refuses the clusters of the routes that wait for them.
      const refused = { ...before, cds: { ...bad.cds, c: '1' }, rds: { r: '2 > c' } }
      rig.publish(2, refused, { base: true })
      client.nack('cds')
      doubt(rig, 1, 1, refused)
      client.ack('cds')
      rig.decider.send({ kind: 'trust', node: 'edge-1', type: typeUrls.cds })
      client.got()
      rig.pass(10 * limits.orderDeadlineMs)
      expect(client.got().filter((line) => line.startsWith('RDS'))).toEqual([])
      rig.publish(3, { ...refused, cds: { ...good.cds, c: '2' } }, { base: true })
      client.ack('cds')
      if (variant === 'sotw') client.ask('eds', ['a', 'b', 'c'])
      client.ack('eds')
      rig.pass(limits.orderDeadlineMs)
      expect(client.got().filter((line) => line.startsWith('RDS'))).toEqual([
        variant === 'sotw' ? 'RDS rds@2 r=2' : 'RDS rds@2 +r=2',
      ])
    },
  )

  it.each(variants)(
    'rule 32: what was refused of newly asked names is not good because the others did not change (%s)',
    (variant) => {
      const rig = createRig()
      rig.publish(1, one)
      const client = rig.client(variant)
      if (variant === 'sotw') client.ask('eds', ['a'])
      else client.sub('eds', ['a'])
      client.ack('eds')
      const more = { ...one, eds: { a: '1', c: '1' } }
      rig.publish(2, more, { base: true })
      if (variant === 'sotw') client.ask('eds', ['a', 'c'])
      else client.sub('eds', ['c'])
      client.nack('eds')
      expect(rig.heard('nacked')).toMatchObject([{ generation: 2, good: 1, changed: ['c'] }])
      client.got()
      const type = typeUrls.eds
      const parked = rig.version('eds', more)
      rig.decider.send({ kind: 'doubt', node: 'edge-1', type, resend: 1, parked, good: 1 })
      expect(client.got()).toEqual([variant === 'sotw' ? 'EDS eds@1~1 a=1' : 'EDS eds@1~1 +a=1~1 -c'])
    },
  )

  it.each(variants)(
    'rule 29: the clusters of routes stay while newer routes are refused: a deadline took them away from under the old (%s)',
    (variant) => {
      const rig = createRig()
      const { a } = one.cds
      const before = { ...one, eds: { a: '1', b: '1' }, rds: { r: '1 > b' } }
      rig.publish(1, before)
      const client = rig.client(variant)
      client.send('cds')
      client.ack('cds')
      if (variant === 'sotw') client.ask('eds', ['a', 'b'])
      else client.sub('eds', ['a', 'b'])
      client.ack('eds')
      if (variant === 'sotw') client.ask('rds', ['r'])
      else client.sub('rds', ['r'])
      client.ack('rds')
      rig.publish(2, { ...before, rds: { r: '2 > a' } }, { base: true })
      client.nack('rds')
      client.got()
      // It was out of reach for so long that its old routes kept nothing.
      const without = { ...before, cds: { a }, rds: { r: '2 > a' } }
      rig.publish(3, without, { base: true })
      rig.pass(10 * limits.orderDeadlineMs)
      const removals = (): readonly string[] =>
        client.got().filter((line) => (variant === 'sotw' ? /^CDS \S+ a=1$/ : /^CDS .*-b/).test(line))
      expect(removals()).toEqual([])
      rig.publish(4, { ...without, rds: { r: '3 > a' } }, { base: true })
      rig.pass(limits.orderDeadlineMs - 1)
      expect(removals()).toEqual([])
      client.ack('rds')
      expect(removals()).toHaveLength(1)
    },
  )

  it.each(['sotw', 'delta'] as const)(
    'rule 29: the clusters of routes stay while newer routes wait: both deadlines came at once, the clusters went first (%s)',
    (variant) => {
      const rig = createRig()
      const { a } = one.cds
      const before = { ...one, eds: { a: '1', b: '1' }, rds: { r: '1 > b' } }
      rig.publish(1, before)
      const client = rig.client(variant)
      client.send('cds')
      client.ack('cds')
      if (variant === 'sotw') client.ask('eds', ['a', 'b'])
      else client.sub('eds', ['a', 'b'])
      client.ack('eds')
      if (variant === 'sotw') client.ask('rds', ['r'])
      else client.sub('rds', ['r'])
      client.ack('rds')
      client.got()
      // Cluster a changes and waits for endpoints, which are refused: the routes to it wait as long as a clock allows.
      const changed = { ...before, cds: { a: `${a}x` }, eds: { a: '2' }, rds: { r: '2 > a' } }
      rig.publish(2, changed, { base: true })
      client.ack('cds')
      client.nack('eds')
      rig.pass(limits.orderDeadlineMs + 5_000)
      const lines = client.got()
      const routes = lines.findIndex((line) => line.startsWith('RDS'))
      const removal = lines.findIndex((line) =>
        (variant === 'sotw' ? /^CDS \S+ a=\S+$/ : /^CDS .*-b/).test(line),
      )
      expect(routes).toBeGreaterThanOrEqual(0)
      expect(removal === -1 || removal > routes, lines.join('\n')).toBe(true)
    },
  )

  it('rule 29: with the clusters of old routes their endpoints stay: a deadline took those away alone (delta)', () => {
    const rig = createRig()
    const before = { ...one, eds: { a: '1', b: '1' }, rds: { r: '1 > b' } }
    rig.publish(1, before)
    const client = rig.client('delta')
    client.sub('cds')
    client.sub('eds', ['a', 'b'])
    client.sub('rds', ['r'])
    client.ack('cds', 'eds')
    client.ack('rds')
    const moved = { ...before, rds: { r: '2 > a' } }
    rig.publish(2, moved, { base: true })
    client.nack('rds')
    client.got()
    const { a } = one.cds
    rig.publish(3, { ...moved, cds: { a }, eds: { a: '1' } }, { base: true })
    rig.pass(10 * limits.orderDeadlineMs)
    expect(client.got()).toEqual([])
    rig.publish(4, { ...moved, cds: { a }, eds: { a: '1' }, rds: { r: '3 > a' } }, { base: true })
    client.ack('rds')
    expect(client.got()).toEqual(['RDS rds@4~1 +r=3~1', 'CDS cds@3 -b', 'EDS eds@3 -b'])
  })
})

// Rules 28, 31 to 35 and 40: who is held, refusals, and never backwards.
import { describe, expect, it } from 'vitest'
import { limits } from '../../../../src/base/index.ts'
import { typeUrls } from '../../../../src/envoy-api/index.ts'
import { type Spec, short } from '../support/content.ts'
import { holding } from '../support/holding.ts'
import { createRig, type Rig } from '../support/rig.ts'

const hash = (name: string, content: string): string => short(`${name}=${content}`)
const one = { cds: { a: '1', b: '1' }, eds: { a: '1' }, lds: {}, rds: {} }
const bad = { ...one, cds: { a: 'bad', b: '1' } }
const good = { ...one, cds: { a: '1', b: '1', c: '1' } }
const variants = ['sotw', 'delta'] as const
const doubt = (rig: Rig, resend: number, known: number | undefined, parked: Spec = bad): void =>
  rig.decider.send({
    kind: 'doubt',
    node: 'edge-1',
    type: typeUrls.cds,
    resend,
    parked: rig.version('cds', parked),
    good: known,
  })
/** CDS of a spec as either variant gets it whole, after a refusal. */
const whole = (
  variant: 'sotw' | 'delta',
  version: string,
  resend: number,
  items: readonly string[],
): string =>
  variant === 'sotw'
    ? ['CDS', `${version}~${resend}`, ...items].join(' ')
    : ['CDS', `${version}~${resend}`, ...items.map((item) => `+${item}~${resend}`)].join(' ')

describe('held', () => {
  it.each(variants)(
    'rule 28: before the state is loaded a stream is held, never answered empty (%s)',
    (variant) => {
      const rig = createRig({ bare: true })
      const client = rig.client(variant)
      client.send('cds')
      client.send('lds')
      rig.decider.send({ kind: 'groups', groups: [{ group: 'g', selector: {} }] })
      rig.publish(1, one)
      expect(client.got()).toEqual([])
      rig.decider.send({ kind: 'ready' })
      expect(client.got()).toHaveLength(2)
    },
  )

  it.each(variants)('rule 28: a node that matches no group is held and reported (%s)', (variant) => {
    const rig = createRig({ bare: true })
    rig.decider.send({ kind: 'groups', groups: [{ group: 'g', selector: { cluster: 'edge' } }] })
    rig.publish(1, one)
    rig.decider.send({ kind: 'ready' })
    const client = rig.client(variant, { cluster: 'elsewhere' })
    client.send('cds')
    expect(client.got()).toEqual([])
    expect(rig.heard('placed').map(({ group }) => group)).toEqual([undefined])
    rig.decider.send({ kind: 'groups', groups: [{ group: 'g', selector: { cluster: 'elsewhere' } }] })
    expect(rig.heard('placed').map(({ group }) => group)).toEqual(['g'])
    expect(client.got()).toHaveLength(1)
  })
})

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

  it.each(variants)('rule 33: refused content is never sent again, newer content at once (%s)', (variant) => {
    const { rig, client } = holding(variant, one)
    rig.publish(2, bad, { base: true })
    client.nack('cds')
    doubt(rig, 1, 1)
    client.ack('cds')
    rig.decider.send({ kind: 'trust', node: 'edge-1', type: typeUrls.cds })
    client.got()
    // Another type changes: the refused content is still the newest, and stays parked.
    rig.publish(3, { ...bad, eds: { a: '2' } }, { base: true })
    client.nack('cds', 'again', 'of another time')
    rig.pass(60_000)
    expect(client.got()).toEqual([])
    // On a new stream too: it starts from what is good.
    const again = rig.client(variant)
    again.send('cds')
    expect(again.got()).toEqual([variant === 'sotw' ? 'CDS cds@1 a=1 b=1' : 'CDS cds@1 +a=1 +b=1'])
    again.ack('cds')
    rig.pass(60_000)
    expect([...client.got(), ...again.got()]).toEqual([])
    rig.publish(4, good, { base: true })
    expect(client.got()).toEqual([variant === 'sotw' ? 'CDS cds@4 a=1 b=1 c=1' : 'CDS cds@4 +c=1'])
    expect(again.got()).toHaveLength(1)
  })

  it.each(variants)(
    'rule 33: refused content that went away and is published anew is tried once more (%s)',
    (variant) => {
      const { rig, client } = holding(variant, one)
      rig.publish(2, bad, { base: true })
      client.nack('cds')
      doubt(rig, 1, 1)
      client.ack('cds')
      // Taken back: nothing new for it. Then the same again, by a new decision.
      rig.publish(3, one, { base: true })
      client.got()
      rig.publish(4, bad, { base: true })
      expect(client.got()).toEqual([variant === 'sotw' ? 'CDS cds@2 a=bad b=1' : 'CDS cds@2 +a=bad'])
      client.nack('cds')
      doubt(rig, 2, 3)
      client.ack('cds')
      client.got()
      rig.publish(5, { ...bad, eds: { a: '2' } }, { base: true })
      rig.pass(60_000)
      expect(client.got()).toEqual([])
    },
  )

  it.each(variants)(
    'rule 33: newer content goes out although the refusal is not recorded in time (%s)',
    (variant) => {
      const rig = createRig({ limits: { refusalDeadlineMs: 1_000 } })
      rig.publish(1, one)
      const client = rig.client(variant)
      client.send('cds')
      client.ack('cds')
      rig.publish(2, bad, { base: true })
      client.nack('cds')
      client.got()
      rig.publish(3, good, { base: true })
      expect(client.got()).toEqual([])
      rig.pass(1_000)
      expect(client.got()).toEqual([whole(variant, 'cds@3', 1, ['a=1', 'b=1', 'c=1'])])
    },
  )

  it('rule 34: the text of a refusal is cut and stripped of secrets', () => {
    const rig = createRig()
    rig.publish(1, one)
    const client = rig.client('sotw')
    client.ask('cds')
    const key = '-----BEGIN PRIVATE KEY-----\nMIIEvQ\n-----END PRIVATE KEY-----'
    client.nack(
      'cds',
      `bad: private_key { inline_string: "hunter2" } "inlineBytes":"c2VjcmV0" ${key} ${'x'.repeat(9_999)}`,
    )
    const [refusal] = rig.heard('nacked')
    expect(refusal?.detail).toHaveLength(limits.nackDetailLength)
    expect(refusal?.detail).toContain('bad: private_key')
    expect(refusal?.detail).not.toMatch(/hunter2|c2VjcmV0|MIIEvQ/)
  })

  it.each(variants)(
    'rule 35: a node is never sent a lower generation than before, also on a new stream (%s)',
    (variant) => {
      const rig = createRig()
      rig.publish(7, good)
      const first = rig.client(variant)
      first.send('cds')
      first.leave()
      // A decider that went back in time.
      rig.publish(6, one)
      const second = rig.client(variant)
      second.send('cds')
      expect(second.got()).toEqual([])
      rig.publish(8, bad)
      expect(second.got()).toHaveLength(1)
    },
  )

  it('rule 40: two streams of one node id are followed apart, both counted, and warned about', () => {
    const rig = createRig()
    rig.publish(1, one)
    const [left, right] = [rig.client('sotw'), rig.client('delta')]
    left.ask('cds')
    right.sub('cds')
    expect(rig.notes).toEqual([{ event: 'xds_node_twins', fields: { node: 'edge-1', streams: 2 } }])
    expect(rig.heard('opened').map(({ stream }) => stream)).toEqual([left.id, right.id])
    left.ack('cds')
    expect(rig.heard('holds').map(({ stream }) => stream)).toEqual([left.id])
    left.leave()
    right.ack('cds')
    expect(rig.heard('holds').map(({ stream }) => stream)).toEqual([right.id])
  })
})

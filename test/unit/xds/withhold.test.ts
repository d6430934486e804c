// Secrets that a stream is not sent: private keys over plaintext to another machine, and those whose body nobody has any more.
import { describe, expect, it } from 'vitest'
import { typeUrls } from '../../../src/envoy-api/index.ts'
import { isPrivate } from '../../../src/xds/withhold.ts'
import { publishOf } from './support/content.ts'
import { createRig } from './support/rig.ts'

const world = { lds: { l: '1 > r' }, rds: { r: '1' }, sds: { ca: '1', shop: '1 key' } }

describe.each(['sotw', 'delta'] as const)('secrets (%s)', (variant) => {
  const ask = (mayHaveKeys: boolean, spec: Parameters<ReturnType<typeof createRig>['publish']>[1]) => {
    const rig = createRig()
    rig.publish(1, spec)
    const client = rig.client(variant, { mayHaveKeys })
    if (variant === 'sotw') client.ask('sds', ['ca', 'shop'])
    else client.sub('sds', ['ca', 'shop'])
    return { rig, client, got: client.got().filter((line) => line.startsWith('SDS')) }
  }

  it('go out whole where nobody can read along', () => {
    expect(ask(true, world).got).toEqual([expect.stringMatching(/ca=1 \+?shop=1 key$/)])
  })

  it('with a private key stay here over plaintext to another machine; the rest goes, and it is said once', () => {
    const { rig, client, got } = ask(false, world)
    expect(got).toEqual([expect.stringMatching(/ca=1$/)])
    client.ack('sds')
    rig.publish(2, { ...world, sds: { ca: '1', shop: '2 key' } }, { base: true })
    expect(client.got()).toEqual([])
    const said = rig.notes.filter(({ event }) => event === 'xds_secret_withheld')
    expect(said).toHaveLength(1)
    expect(said[0]?.fields.detail).toMatch(/^shop: a private key is not sent over plaintext/)
    expect(rig.hub.stats().withheld).toEqual({ plaintext: 1, bodiless: 0 })
    // It holds nobody up: what it is sent of the type, it has.
    expect(rig.heard('holds').at(-1)).toMatchObject({ generation: 2 })
  })

  it('whose body nobody has any more are passed over, never sent empty; the next content is sent', () => {
    const { rig, client, got } = ask(true, { ...world, sds: { ca: '1', shop: 'bodiless' } })
    expect(got).toEqual([expect.stringMatching(/ca=1$/)])
    expect(rig.hub.stats().withheld).toEqual({ plaintext: 0, bodiless: 1 })
    client.ack('sds')
    rig.publish(2, world, { base: true })
    expect(client.got()).toEqual([expect.stringMatching(/^SDS \S+ \+?shop=1 key$/)])
    expect(rig.hub.stats().withheld).toEqual({ plaintext: 0, bodiless: 0 })
  })

  it('that come back with the very content of before are sent: it was taken for what was kept, without a body', () => {
    const rig = createRig()
    const whole = publishOf('g', 1, world)
    const sds = whole.types[typeUrls.sds]
    if (sds === undefined) throw new Error('no secrets')
    const put = sds.put.map((each) => (each.name === 'shop' ? { ...each, body: new Uint8Array(0) } : each))
    rig.decider.send({ ...whole, types: { ...whole.types, [typeUrls.sds]: { ...sds, put } } })
    rig.decider.send(publishOf('g', 2, { ...world, sds: { ca: '1' } }))
    const client = rig.client(variant)
    if (variant === 'sotw') client.ask('sds', ['ca', 'shop'])
    else client.sub('sds', ['ca', 'shop'])
    client.got()
    client.ack('sds')
    rig.decider.send({ ...whole, generation: 3 })
    expect(client.got()).toEqual([expect.stringMatching(/shop=1 key$/)])
  })
})

describe('a peer', () => {
  it.each([
    ['127.0.0.1:4000', false, true],
    ['::1:4000', false, true],
    ['[::1]:4000', false, true],
    ['::ffff:127.0.0.1:4000', false, true],
    ['10.0.0.7:4000', false, false],
    ['2001:db8::127.0.0.1:4000', false, false],
    ['unknown', false, false],
    ['10.0.0.7:4000', true, true],
  ])('%s, over TLS: %s, may be sent private keys: %s', (peer, encrypted, may) => {
    expect(isPrivate(peer, encrypted)).toBe(may)
  })
})

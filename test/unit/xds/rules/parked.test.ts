// Rules 33 and 34: what was refused is not sent again, and how it is told.
import { describe, expect, it } from 'vitest'
import { limits } from '../../../../src/base/index.ts'
import { typeUrls } from '../../../../src/envoy-api/index.ts'
import { holding } from '../support/holding.ts'
import { bad, doubt, good, one, variants, whole } from '../support/refused.ts'
import { createRig } from '../support/rig.ts'

describe('what was refused', () => {
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
})

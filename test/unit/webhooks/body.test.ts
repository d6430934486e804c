// What webhooks are sent, byte by byte.
import { describe, expect, it } from 'vitest'
import { createEvents, type EventEntry, type EventInput } from '../../../src/events/index.ts'
import { deliveryOf } from '../../../src/webhooks/body.ts'

function kept(event: EventInput): EventEntry {
  const events = createEvents({ epoch: 'one', now: () => Date.UTC(2026, 0, 1) })
  events.emit(event)
  const [entry] = events.list({ limit: 1 }).events
  if (entry === undefined) throw new Error('nothing was kept')
  return entry
}
const reverted = (verdict: string): EventEntry =>
  kept({
    name: 'push_reverted',
    attributes: {
      ...{ push: '41', revision: 12, verb: 'switch', actor: 'lena', objectCount: 1, nodes: 3, switched: 1 },
      ...{ objects: ['shop/Traffic/checkout'], verdict },
    },
  })
const bodyOf = (event: EventEntry, format: 'json' | 'slack') =>
  JSON.parse(deliveryOf(event, 'one', { format }).body)

describe('a delivery', () => {
  it('as JSON is the event as the command line has it, with an id that is its own', () => {
    expect(bodyOf(reverted('edge-3 refused'), 'json')).toEqual({
      delivery: 'one-1',
      event: {
        ...{
          id: 1,
          epoch: 'one',
          at: '2026-01-01T00:00:00.000Z',
          firstAt: '2026-01-01T00:00:00.000Z',
          count: 1,
        },
        ...{ name: 'push_reverted', severity: 'warning', reason: 'PushReverted' },
        message: 'push 41 reverted: edge-3 refused',
        about: [
          { push: '41' },
          { revision: 12 },
          { object: { namespace: 'shop', kind: 'Traffic', name: 'checkout' } },
        ],
        attributes: {
          ...{
            push: '41',
            revision: 12,
            verb: 'switch',
            actor: 'lena',
            objectCount: 1,
            nodes: 3,
            switched: 1,
          },
          ...{ objects: ['shop/Traffic/checkout'], verdict: 'edge-3 refused' },
        },
      },
    })
  })

  it('for Slack is short, and takes what came from outside for text', () => {
    const body = bodyOf(reverted(`<!channel> a & b ${'&'.repeat(1_000)}`), 'slack')
    expect(Object.keys(body)).toEqual(['text', 'blocks'])
    expect(body.text).toMatch(/^Warning PushReverted: push 41 reverted: &lt;!channel&gt; a &amp; b &amp;/)
    expect(body.text).toMatch(/&amp;…$/)
    expect(body.text).not.toMatch(/<|>|&(?!amp;|lt;|gt;)/)
    expect(body.blocks).toMatchObject([
      {
        type: 'section',
        text: { type: 'mrkdwn', text: expect.stringMatching(/^:warning: \*PushReverted\*\n/) },
      },
      {
        type: 'context',
        elements: [{ type: 'mrkdwn', text: '2026-01-01T00:00:00.000Z push 41, r12, shop/Traffic/checkout' }],
      },
    ])
    // Slack takes sections of 3,000 letters.
    expect(body.blocks[0].text.text.length).toBeLessThan(3_000)
  })
})

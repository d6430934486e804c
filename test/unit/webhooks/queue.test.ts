// The queue of one webhook: in order, tried again, bounded, and at its end.
import { describe, expect, it } from 'vitest'
import { limits } from '../../../src/base/index.ts'
import {
  emptyQueue,
  type QueueEffect,
  type QueueEvent,
  type QueueState,
  step,
} from '../../../src/webhooks/queue.ts'
import type { Delivery, Outcome } from '../../../src/webhooks/types.ts'

const target = { retryForMs: 60_000, attempts: 5 }
const delivery = (id: number, body = 'x'): Delivery => ({ id: `one-${id}`, event: 'push_done', body })
const taken: Outcome = { kind: 'taken' }
const failed = (afterMs?: number): Outcome => ({
  kind: 'failed',
  why: 'it answered 503',
  ...(afterMs === undefined ? {} : { afterMs }),
})

/** A queue that is told one thing after another, and all that it did. */
function queue() {
  const at = { now: 0, state: emptyQueue as QueueState, did: [] as QueueEffect[] }
  const tell = (event: QueueEvent): readonly QueueEffect[] => {
    const [next, effects] = step(at.state, event, at.now, target)
    at.state = next
    at.did.push(...effects)
    return effects
  }
  return Object.assign(at, {
    happens: (id: number, body?: string) => tell({ kind: 'happened', delivery: delivery(id, body) }),
    answers: (outcome: Outcome, chance = 1) => tell({ kind: 'answered', outcome, chance }),
    due: () => tell({ kind: 'due' }),
    stop: () => tell({ kind: 'stop' }),
    sent: () =>
      at.did.flatMap((effect) => (effect.kind === 'send' ? [`${effect.delivery.id}#${effect.attempt}`] : [])),
    counts: () =>
      at.did.flatMap((effect) =>
        effect.kind === 'dropped' ? [`${effect.reason} ${effect.count}/${effect.missed}`] : [],
      ),
  })
}

describe('a webhook', () => {
  it('is sent one event after another, in their order', () => {
    const at = queue()
    for (const id of [1, 2, 3]) at.happens(id)
    expect(at.sent()).toEqual(['one-1#1'])
    at.answers(taken)
    at.answers(taken)
    at.answers(taken)
    expect(at.sent()).toEqual(['one-1#1', 'one-2#1', 'one-3#1'])
    expect(at.state).toMatchObject({ step: { kind: 'idle' }, bytes: 0 })
  })

  it('is sent the same again after a failure, before anything else, with pauses that double and have a bound', () => {
    const at = queue()
    at.happens(1)
    at.happens(2)
    const pauses: number[] = []
    for (let attempt = 1; attempt < target.attempts; attempt += 1) {
      const [wake] = at.answers(failed()).filter(({ kind }) => kind === 'wake')
      if (wake?.kind === 'wake') pauses.push(wake.afterMs)
      at.due()
    }
    expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000])
    at.answers(taken)
    expect(at.sent()).toEqual(['one-1#1', 'one-1#2', 'one-1#3', 'one-1#4', 'one-1#5', 'one-2#1'])
    expect(at.did.filter(({ kind }) => kind === 'failing')).toHaveLength(1)
    expect(at.did.filter(({ kind }) => kind === 'recovered')).toHaveLength(1)
  })

  it('is left half of a pause to chance, so that many are not tried again in step', () => {
    const at = queue()
    at.happens(1)
    expect(at.answers(failed(), 0).at(-1)).toEqual({ kind: 'wake', afterMs: 500 })
  })

  it('is given the time that it asks for, within the bound', () => {
    const at = queue()
    at.happens(1)
    expect(at.answers(failed(7_000)).at(-1)).toEqual({ kind: 'wake', afterMs: 7_000 })
  })

  it('is tried so often, or for so long, and then misses that event', () => {
    const often = queue()
    often.happens(1)
    often.happens(2)
    for (let attempt = 1; attempt <= target.attempts; attempt += 1) {
      often.answers(failed())
      often.due()
    }
    expect(often.counts()).toEqual(['given_up 1/1'])
    expect(often.sent().at(-1)).toBe('one-2#1')

    const long = queue()
    long.happens(1)
    long.now = target.retryForMs
    long.answers(failed())
    expect(long.counts()).toEqual(['given_up 1/1'])
  })

  it('that refuses misses that event and gets the next', () => {
    const at = queue()
    at.happens(1)
    at.happens(2)
    at.answers({ kind: 'refused', why: 'it answered 400' })
    expect(at.counts()).toEqual(['refused 1/1'])
    expect(at.did.at(-1)).toMatchObject({ kind: 'send', delivery: { id: 'one-2' }, missed: 1 })
    at.answers(taken)
    expect(at.state.missed).toBe(0)
  })

  it('that is stuck misses the oldest of what waits, counted', () => {
    const at = queue()
    for (let id = 0; id <= limits.webhookQueue + 5; id += 1) at.happens(id)
    expect(at.state.queue).toHaveLength(limits.webhookQueue)
    expect(at.state.queue[0]?.id).toBe('one-6')
    expect(at.counts().at(-1)).toBe('overflow 1/5')
    at.answers(taken)
    expect(at.did.at(-1)).toMatchObject({ kind: 'send', delivery: { id: 'one-6' } })
  })

  it('holds no more bytes than it may', () => {
    const at = queue()
    const large = 'x'.repeat(limits.webhookQueueBytes / 4)
    for (let id = 0; id < 9; id += 1) at.happens(id, large)
    expect(at.state.queue).toHaveLength(4)
    expect(at.state.bytes).toBeLessThanOrEqual(limits.webhookQueueBytes)
  })

  it('at the stop is sent what waits without pauses, until one fails', () => {
    const at = queue()
    for (const id of [1, 2, 3, 4]) at.happens(id)
    at.answers(failed())
    at.stop()
    expect(at.sent().at(-1)).toBe('one-1#2')
    at.answers(taken)
    expect(at.sent().at(-1)).toBe('one-2#1')
    at.answers(failed())
    expect(at.counts()).toEqual(['stopped 3/3'])
    expect(at.state.step.kind).toBe('idle')
  })
})

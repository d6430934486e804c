// The hands of all webhooks: each follows the events for itself, sends what its queue says, and tells how it goes. Nothing that
// happens waits for any of them.
import { assertNever } from '../../base/index.ts'
import { type EventInput, type Events, matches } from '../../events/index.ts'
import { deliveryOf } from '../body.ts'
import { type DropReason, emptyQueue, type QueueEffect, type QueueEvent, step } from '../queue.ts'
import type { WebhookTarget } from '../types.ts'
import type { Sender } from './send.ts'

/** How a target stands. */
export interface WebhookState {
  readonly target: string
  /** Events on their way or waiting. */
  readonly waiting: number
  readonly isFailing: boolean
}

export interface Webhooks {
  states(): readonly WebhookState[]
  /** Sends what waits, without pauses, for `graceMs` at most. */
  stop(graceMs: number): Promise<void>
}

export interface WebhookHands {
  readonly events: Pick<Events, 'epoch' | 'watch' | 'emit'>
  readonly log: { info(fields: object): void; warn(fields: object): void }
  /** Counts, for the metrics. */
  readonly counted: (target: string, outcome: 'delivered' | 'failed' | DropReason, count: number) => void
  readonly sender: (target: WebhookTarget) => Sender
  /** Ms of a monotonic clock; from 0 to 1. */
  readonly now?: () => number
  readonly chance?: () => number
}

/** Begins with what happened since the start of the process. */
export function startWebhooks(targets: readonly WebhookTarget[], hands: WebhookHands): Webhooks {
  const running = targets.map((target) => startOne(target, hands))
  return {
    states: () => running.map(({ state }) => state()),
    stop: async (graceMs) => {
      await Promise.all(running.map(({ stop }) => stop(graceMs)))
    },
  }
}

function startOne(target: WebhookTarget, hands: WebhookHands) {
  const { events, log, now = () => performance.now(), chance = Math.random } = hands
  const { name } = target
  const sender = hands.sender(target)
  const ending = new AbortController()
  let state = emptyQueue
  let timer: NodeJS.Timeout | undefined
  let atRest: () => void = () => undefined

  const drive = (event: QueueEvent): void => {
    const [next, effects] = step(state, event, now(), target)
    state = next
    for (const effect of effects) perform(effect)
    if (state.step.kind === 'idle') atRest()
  }
  const perform = (effect: QueueEffect): void => {
    switch (effect.kind) {
      case 'send':
        void sender.send(effect).then((outcome) => {
          if (outcome.kind === 'failed') {
            hands.counted(name, 'failed', 1)
            log.info({
              event: 'webhook_attempt_failed',
              target: name,
              delivery: effect.delivery.id,
              attempt: effect.attempt,
              why: outcome.why,
            })
          }
          drive({ kind: 'answered', outcome, chance: chance() })
        })
        return
      case 'wake':
        clearTimeout(timer)
        timer = setTimeout(() => drive({ kind: 'due' }), effect.afterMs)
        timer.unref()
        return
      case 'delivered':
        hands.counted(name, 'delivered', 1)
        return
      case 'failing':
        log.warn({ event: 'webhook_failing', target: name, why: effect.why })
        events.emit({ name: 'webhook_failing', attributes: { target: name, cause: effect.why } })
        return
      case 'recovered':
        log.info({ event: 'webhook_recovered', target: name })
        events.emit({ name: 'webhook_recovered', attributes: { target: name } })
        return
      case 'dropped': {
        const { count, missed, reason, why } = effect
        hands.counted(name, reason, count)
        if (reason !== 'overflow' || count === missed)
          log.warn({ event: 'webhook_dropped', target: name, count, missed, reason, why })
        events.emit({ name: 'webhook_dropped', attributes: { target: name, dropped: missed, cause: why } })
        return
      }
      default:
        assertNever(effect)
    }
  }

  const follow = async (): Promise<void> => {
    const start = { kind: 'id', id: 0, epoch: undefined } as const
    for await (const item of events.watch(start, ending.signal)) {
      // A gap is as good as impossible (nothing is waited for here), and said by the ids.
      if (item.kind === 'gap' || !matches(item.event, target.filter) || isOwn(item.event, name)) continue
      drive({ kind: 'happened', delivery: deliveryOf(item.event, events.epoch, target) })
    }
  }
  void follow()

  return {
    state: (): WebhookState => ({
      target: name,
      waiting: state.queue.length + (state.step.kind === 'idle' ? 0 : 1),
      isFailing: state.isFailing,
    }),
    stop: async (graceMs: number): Promise<void> => {
      // What has happened until now is in the queue after this turn.
      await new Promise((resolve) => setImmediate(resolve))
      ending.abort()
      clearTimeout(timer)
      const rest = new Promise<void>((resolve) => {
        atRest = resolve
        timer = setTimeout(resolve, graceMs)
      })
      drive({ kind: 'stop' })
      await rest
      clearTimeout(timer)
      if (state.step.kind !== 'idle')
        log.warn({ event: 'webhook_undelivered', target: name, count: state.queue.length + 1 })
      sender.close()
    },
  }
}

/** What is about a webhook is not sent to that one: it would never end. */
const isOwn = (
  { name, attributes }: { readonly name: EventInput['name']; readonly attributes: object },
  own: string,
): boolean => name.startsWith('webhook_') && 'target' in attributes && attributes.target === own

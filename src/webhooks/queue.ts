// One target's events, in their order and one at a time. A pure step:
//
//   idle ──happened──► sending ──taken─────────────────────────► (next) sending, or idle
//                        │  ▲ └──refused, or tried long enough──► (dropped, next)
//                        ▼  │ due
//                       waiting      what happens meanwhile waits; beyond the bound the oldest of it is dropped
//
// Stopping: what waits is tried once more, without pauses, until one fails.
import { assertNever, limits } from '../base/index.ts'
import type { Delivery, Outcome, WebhookTarget } from './types.ts'

/** Milliseconds of a monotonic clock. */
type Ms = number

export type QueueStep =
  | { readonly kind: 'idle' }
  /** `attempt` from 1. */
  | { readonly kind: 'sending'; readonly delivery: Delivery; readonly attempt: number; readonly since: Ms }
  | {
      readonly kind: 'waiting'
      readonly delivery: Delivery
      readonly attempt: number
      readonly since: Ms
      readonly until: Ms
    }

export interface QueueState {
  readonly step: QueueStep
  /** Oldest first, without the one that is under way. */
  readonly queue: readonly Delivery[]
  readonly bytes: number
  /** Not delivered since the last that was. */
  readonly missed: number
  readonly isFailing: boolean
  readonly isStopping: boolean
}

export type QueueEvent =
  | { readonly kind: 'happened'; readonly delivery: Delivery }
  /** `chance`: from 0 to 1, so that targets are not tried again in step. */
  | { readonly kind: 'answered'; readonly outcome: Outcome; readonly chance: number }
  | { readonly kind: 'due' }
  | { readonly kind: 'stop' }

export type DropReason = 'refused' | 'given_up' | 'overflow' | 'stopped'
export type QueueEffect =
  | { readonly kind: 'send'; readonly delivery: Delivery; readonly attempt: number; readonly missed: number }
  | { readonly kind: 'wake'; readonly afterMs: Ms }
  | { readonly kind: 'delivered' }
  | { readonly kind: 'failing'; readonly why: string }
  | { readonly kind: 'recovered' }
  /** `missed`: with those before since the last that was delivered. */
  | {
      readonly kind: 'dropped'
      readonly count: number
      readonly missed: number
      readonly reason: DropReason
      readonly why: string
    }

export const emptyQueue: QueueState = {
  ...{ step: { kind: 'idle' }, queue: [], bytes: 0, missed: 0, isFailing: false, isStopping: false },
}

type Stepped = readonly [QueueState, readonly QueueEffect[]]

export function step(
  state: QueueState,
  event: QueueEvent,
  now: Ms,
  target: Pick<WebhookTarget, 'retryForMs' | 'attempts'>,
): Stepped {
  switch (event.kind) {
    case 'happened':
      return happened(state, event.delivery, now)
    case 'answered':
      return answered(state, event, now, target)
    case 'due':
      return state.step.kind === 'waiting' ? tryAgain(state, state.step) : [state, []]
    case 'stop': {
      const stopping = { ...state, isStopping: true }
      return stopping.step.kind === 'waiting' ? tryAgain(stopping, stopping.step) : [stopping, []]
    }
    default:
      return assertNever(event)
  }
}

function happened(state: QueueState, delivery: Delivery, now: Ms): Stepped {
  if (state.step.kind === 'idle') return begin({ ...state, queue: [delivery], bytes: sizeOf(delivery) }, now)
  const queue = [...state.queue, delivery]
  let bytes = state.bytes + sizeOf(delivery)
  let count = 0
  while (queue.length > 1 && (queue.length > limits.webhookQueue || bytes > limits.webhookQueueBytes)) {
    const oldest = queue.shift()
    bytes -= oldest === undefined ? 0 : sizeOf(oldest)
    count += 1
  }
  const missed = state.missed + count
  const next = { ...state, queue, bytes, missed }
  if (count === 0) return [next, []]
  return [next, [{ kind: 'dropped', count, missed, reason: 'overflow', why: 'too many wait for it' }]]
}

function answered(
  state: QueueState,
  { outcome, chance }: Extract<QueueEvent, { kind: 'answered' }>,
  now: Ms,
  target: Pick<WebhookTarget, 'retryForMs' | 'attempts'>,
): Stepped {
  const { step: at } = state
  if (at.kind !== 'sending') return [state, []]
  switch (outcome.kind) {
    case 'taken': {
      const [next, effects] = begin({ ...state, missed: 0, isFailing: false }, now)
      const recovered = state.isFailing ? [{ kind: 'recovered' } as const] : []
      return [next, [{ kind: 'delivered' }, ...recovered, ...effects]]
    }
    case 'refused':
      return drop(state, 'refused', outcome.why, now)
    case 'failed': {
      if (state.isStopping) return giveUpAll(state, outcome.why)
      const failing = state.isFailing ? [] : [{ kind: 'failing', why: outcome.why } as const]
      const afterMs = Math.max(
        pauseMs(at.attempt, chance),
        Math.min(outcome.afterMs ?? 0, limits.webhookPauseMs),
      )
      const isOver = at.attempt >= target.attempts || now + afterMs - at.since > target.retryForMs
      if (isOver) {
        const why = `given up after ${at.attempt} attempts: ${outcome.why}`
        const [next, effects] = drop({ ...state, isFailing: true }, 'given_up', why, now)
        return [next, [...failing, ...effects]]
      }
      const waiting = { ...at, kind: 'waiting' as const, until: now + afterMs }
      return [{ ...state, step: waiting, isFailing: true }, [...failing, { kind: 'wake', afterMs }]]
    }
    default:
      return assertNever(outcome)
  }
}

/** Twice as long each time, half of it by chance. */
const pauseMs = (attempt: number, chance: number): Ms =>
  Math.min(limits.webhookFirstPauseMs * 2 ** (attempt - 1), limits.webhookPauseMs) * (0.5 + chance / 2)

function tryAgain(
  state: QueueState,
  { delivery, attempt, since }: Extract<QueueStep, { kind: 'waiting' }>,
): Stepped {
  const sending = { kind: 'sending' as const, delivery, attempt: attempt + 1, since }
  return [
    { ...state, step: sending },
    [{ kind: 'send', delivery, attempt: attempt + 1, missed: state.missed }],
  ]
}

/** The next one, if there is one. */
function begin(state: QueueState, now: Ms): Stepped {
  const [delivery, ...queue] = state.queue
  if (delivery === undefined) return [{ ...state, step: { kind: 'idle' } }, []]
  const next: QueueState = {
    ...{ ...state, queue, bytes: state.bytes - sizeOf(delivery) },
    step: { kind: 'sending', delivery, attempt: 1, since: now },
  }
  return [next, [{ kind: 'send', delivery, attempt: 1, missed: state.missed }]]
}

function drop(state: QueueState, reason: DropReason, why: string, now: Ms): Stepped {
  const missed = state.missed + 1
  const [next, effects] = begin({ ...state, missed }, now)
  return [next, [{ kind: 'dropped', count: 1, missed, reason, why }, ...effects]]
}

function giveUpAll(state: QueueState, why: string): Stepped {
  const count = state.queue.length + 1
  const missed = state.missed + count
  const next: QueueState = { ...state, step: { kind: 'idle' }, queue: [], bytes: 0, missed }
  return [next, [{ kind: 'dropped', count, missed, reason: 'stopped', why: `the server stopped: ${why}` }]]
}

const sizeOf = ({ body }: Delivery): number => body.length

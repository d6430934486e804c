// One call of the public client: checked, made harmless to repeat, tried again where that is safe, its answer made friendly.
import { randomUUID } from 'node:crypto'
import type { MethodDefinition } from '@grpc/proto-loader'
import { fromDuration, toDuration } from '../api/index.ts'
import { invalid, type Violation } from '../base/index.ts'
import type { RawClient } from './client.ts'
import { VerdigrisError } from './errors.ts'
import { fromMessage, toMessage } from './messages.ts'
import { mayPass, pauseBefore, type RetryPolicy } from './retry.ts'
import type { CallOptions } from './services.ts'
import { type MessageShape, shapeOf } from './shapes.ts'
import { pause } from './watches.ts'

/** What a call is made with. */
export interface Called {
  readonly raw: RawClient
  readonly service: string
  readonly method: string
  readonly definition: MethodDefinition<object, object>
  /** How it is called in errors. */
  readonly label: string
  readonly retry: RetryPolicy
  /** Milliseconds for a call when it does not say. */
  readonly timeoutMs: number
}

type Values = Readonly<Record<string, unknown>>

/** Milliseconds that an answer may be late after a wait that the server itself bounds. */
const answerMs = 5_000

/** Rejects with a VerdigrisError. */
export async function callOf(called: Called, request: unknown, options: CallOptions): Promise<object> {
  const { raw, service, method, definition, label, retry } = called
  const shape = shapeOf(definition.requestType.type)
  const { message, requestId, repeatable } = identified(shape, checked(shape, request, label), definition)
  const { sent, timeoutMs } = timed(shape, message, options.timeoutMs ?? called.timeoutMs, options)
  const mayRepeat = repeatable || options.idempotent === true
  const until = performance.now() + timeoutMs
  for (let attempt = 1; ; attempt += 1) {
    const left = Math.max(1, until - performance.now())
    const answer = await raw.call<object>(service, method, sent, {
      timeoutMs: Math.min(left, options.attemptTimeoutMs ?? left),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    })
    if (answer.ok) return fromMessage(shapeOf(definition.responseType.type), { ...answer.value })
    const { error: failure } = answer
    const wait = pauseBefore(attempt + 1, retry, Math.random())
    const isLast =
      attempt >= retry.attempts ||
      !mayRepeat ||
      !mayPass(failure) ||
      performance.now() + wait >= until ||
      options.signal?.aborted === true
    if (isLast) {
      const cause = failure.kind === 'cancelled' ? options.signal?.reason : undefined
      throw new VerdigrisError(failure, { method: label, requestId, attempts: attempt, cause })
    }
    await pause(wait, options.signal)
  }
}

/** The message of a request; throws an `invalid` that names every fault. */
export function checked(shape: MessageShape, request: unknown, label: string): Values {
  const faults: Violation[] = []
  const message = toMessage(shape, request, faults)
  if (faults.length > 0) {
    throw new VerdigrisError({ kind: 'refused', problem: invalid(faults) }, { method: label, attempts: 0 })
  }
  return message
}

/**
 * Whether it may be sent twice. Reads may. A change may under a request id, under which the server does it once and answers the
 * same again: one is made where none is given. What has no place for one is sent once.
 */
function identified(
  shape: MessageShape,
  message: Values,
  definition: MethodDefinition<object, object>,
): {
  readonly message: Values
  readonly requestId?: string
  readonly repeatable: boolean
} {
  if (isRead(definition)) return { message, repeatable: true }
  const options = shape.fields.get('options')
  if (options?.value.kind !== 'message' || !options.value.shape().fields.has('requestId')) {
    return { message, repeatable: false }
  }
  const given: Readonly<Record<string, unknown>> = { ...(message.options as object | undefined) }
  // Nothing is kept of a dry run.
  if (given.dryRun === true) return { message, repeatable: true }
  const { requestId } = given
  if (typeof requestId === 'string' && requestId !== '') return { message, requestId, repeatable: true }
  const made = randomUUID()
  return {
    message: { ...message, options: { ...given, requestId: made } },
    requestId: made,
    repeatable: true,
  }
}

/** As the .proto files say: what HTTP reads by GET, and what is declared to have no side effects. */
function isRead({ options }: MethodDefinition<object, object>): boolean {
  if (options?.idempotency_level === 'NO_SIDE_EFFECTS') return true
  const http: unknown = Object.entries(options ?? {}).find(([name]) => name === '(google.api.http)')?.[1]
  return typeof http === 'object' && http !== null && 'get' in http
}

/**
 * The time for the call. What waits at the server (a field `timeout`, or `options.wait` of a change) gets so much more for its
 * answer, and a wait without an end of its own is told the time of the call: its end is then an answer, not silence.
 */
function timed(
  shape: MessageShape,
  message: Values,
  usualMs: number,
  { timeoutMs }: CallOptions,
): { readonly sent: Values; readonly timeoutMs: number } {
  const { timeout, options } = message
  const wait = timeout ?? (isValues(options) ? options.wait : undefined)
  if (isValues(wait)) {
    const askedMs = fromDuration({ seconds: Number(wait.seconds), nanos: Number(wait.nanos) })
    return { sent: message, timeoutMs: timeoutMs ?? askedMs + answerMs }
  }
  if (shape.fields.get('timeout')?.value.kind !== 'duration') return { sent: message, timeoutMs: usualMs }
  return { sent: { ...message, timeout: toDuration(usualMs) }, timeoutMs: usualMs + answerMs }
}

const isValues = (value: unknown): value is Values => typeof value === 'object' && value !== null

// A watch as it is looped over: friendly messages, errors thrown, and with `resume` one loop over many streams.
import type { MethodDefinition } from '@grpc/proto-loader'
import { limits, type Result } from '../base/index.ts'
import type { RawClient } from './client.ts'
import { VerdigrisError } from './errors.ts'
import type { Failure } from './failure.ts'
import { fromMessage } from './messages.ts'
import { type Resumption, resumptions } from './resume.ts'
import { mayResume, pauseBefore, type RetryPolicy } from './retry.ts'
import type { WatchOptions } from './services.ts'
import { shapeOf } from './shapes.ts'

/** What a watch is made with. */
export interface Watched {
  readonly raw: RawClient
  readonly service: string
  readonly method: string
  readonly definition: MethodDefinition<object, object>
  /** How it is called in errors. */
  readonly label: string
  readonly request: object
  readonly retry: RetryPolicy
  /** Milliseconds for what is asked beside a watch. */
  readonly timeoutMs: number
}

/** Ends when the server ends it, the signal aborts, or the loop is left; throws a VerdigrisError when it cannot go on. */
export async function* watchOf(
  watched: Watched,
  { signal, resume = false, onInterrupted }: WatchOptions,
): AsyncGenerator<object, void, void> {
  const { label, retry } = watched
  const resumption = resume
    ? resumptions[`${watched.service}/${watched.method}`]?.(watched.request)
    : undefined
  if (resume && resumption === undefined) {
    const message = `it cannot be resumed; of all watches ${Object.keys(resumptions).join(', ')} can`
    throw new VerdigrisError(
      { kind: 'refused', problem: { kind: 'invalid', message, violations: [] } },
      { method: label },
    )
  }
  const answers = shapeOf(watched.definition.responseType.type)
  let breaks = 0
  let awaySince: number | undefined
  while (!isAborted(signal)) {
    const stream = followed(watched, resumption, signal)
    let failure: Failure | undefined
    for await (const item of stream) {
      if (!item.ok) {
        failure = item.error
        break
      }
      breaks = 0
      awaySince = undefined
      yield fromMessage(answers, { ...item.value })
    }
    if (failure === undefined || isAborted(signal)) return
    const error = new VerdigrisError(failure, { method: label, attempts: breaks + 1 })
    awaySince ??= performance.now()
    const isOver = performance.now() - awaySince > limits.watchAwayMs
    if (resumption === undefined || isOver || !mayResume(failure)) throw error
    onInterrupted?.(error)
    breaks += 1
    await pause(pauseBefore(breaks + 1, retry, Math.random()), signal)
  }
}

/** The news of one stream, with what is looked up beside it; a failure is the last item. */
async function* followed(
  { raw, service, method, request, timeoutMs }: Watched,
  resumption: Resumption | undefined,
  signal: AbortSignal | undefined,
): AsyncGenerator<Result<object, Failure>, void, void> {
  // A read that waits cannot be told to return: it is cut.
  const cut = new AbortController()
  const both = signal === undefined ? cut.signal : AbortSignal.any([signal, cut.signal])
  const stream = raw.watch<object>(service, method, resumption?.request() ?? request, both)
  try {
    // Opens the stream before what is asked beside it: what happens between the two is told by one of them.
    const first = stream.next()
    const beside = resumption?.beside()
    if (beside !== undefined) {
      const answer = await raw.call<object>(beside.service, beside.method, beside.request, {
        timeoutMs,
        signal: both,
      })
      if (!answer.ok) {
        yield answer
        return
      }
      for (const value of beside.take(answer.value)) yield { ok: true, value }
    }
    for (let item = await first; item.done !== true; item = await stream.next()) {
      if (!item.value.ok || resumption?.news(item.value.value) !== false) yield item.value
    }
  } finally {
    cut.abort()
  }
}

const isAborted = (signal: AbortSignal | undefined): boolean => signal?.aborted === true

/** Waits; ends early, and without an error, when the signal aborts. */
export const pause = (ms: number, signal: AbortSignal | undefined): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal?.addEventListener('abort', done)
    if (signal?.aborted === true) done()
  })

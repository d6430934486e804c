// The client of the admin API as a story or a test wants it: what fails is thrown, and a push is waited for by its change.
import type { AdminServices, ChangeAnswer, Input, PushRecord } from '../../api/index.ts'
import { createClient, type Failure } from '../../client/index.ts'
import { until } from './http-get.ts'

type Service = keyof AdminServices
type Shape<S extends Service, M extends keyof AdminServices[S]> = AdminServices[S][M] & {
  readonly request: object
  readonly response: object
}

export interface AdminClient {
  /** One call of the API. Rejects with an AdminError. */
  call<S extends Service, M extends keyof AdminServices[S] & string>(
    service: S,
    method: M,
    request: Input<Shape<S, M>['request']>,
    timeoutMs?: number,
  ): Promise<Shape<S, M>['response']>
  /** Waits until the push of a change has ended, whichever way; the record then. */
  ended(answer: ChangeAnswer, timeoutMs?: number): Promise<PushRecord>
  close(): void
}

/** A call that gave nothing. The message is the server's. */
class AdminError extends Error {
  override readonly name = 'AdminError'
  readonly failure: Failure

  constructor(failure: Failure) {
    super(
      failure.kind === 'refused'
        ? failure.problem.message
        : failure.kind === 'cancelled'
          ? 'cancelled'
          : failure.message,
    )
    this.failure = failure
  }
}

/** Stopping, gone, or not loaded yet. */
const isAway = (failure: Failure): boolean =>
  failure.kind === 'unreachable' || (failure.kind === 'refused' && failure.problem.kind === 'unavailable')

/** A client of `127.0.0.1:port`; connects when it is first used, and again when the server comes back. */
export function adminClient(server: string): AdminClient {
  const made = createClient({ server, actor: 'demo', timeoutMs: 30_000 })
  if (!made.ok) throw new Error(made.error.message)
  const client = made.value
  const call: AdminClient['call'] = async (service, method, request, timeoutMs) => {
    const answer = await client.call(service, method, request, timeoutMs === undefined ? {} : { timeoutMs })
    if (!answer.ok) throw new AdminError(answer.error)
    return answer.value
  }
  return {
    call,
    async ended(answer, timeoutMs = 60_000) {
      if (answer.push === '') throw new Error('the change started no push')
      const timeout = { seconds: Math.ceil(timeoutMs / 1_000), nanos: 0 }
      // A server that was just started again is not reached at once: the connection comes back by itself.
      const answered = await until(`an answer on push ${answer.push}`, timeoutMs, async () => {
        const options = { timeoutMs: timeoutMs + 5_000 }
        const attempt = await client.call('Push', 'Wait', { id: answer.push, timeout }, options)
        return !attempt.ok && isAway(attempt.error) ? undefined : attempt
      })
      if (!answered.ok) throw new AdminError(answered.error)
      const waited = answered.value
      if (waited.push === null || waited.outcome === 'TIMED_OUT') {
        throw new Error(`push ${answer.push} has not ended within ${timeoutMs} ms`)
      }
      return waited.push
    },
    close: () => client.close(),
  }
}

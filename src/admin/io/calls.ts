// A handler of the API as a grpc-js method: identity in, Problem out as a rich status, back-pressure kept,
// watchers counted and ended when their caller goes or the server stops.
import {
  type handleServerStreamingCall,
  type handleUnaryCall,
  type ServerWritableStream,
  status,
} from '@grpc/grpc-js'
import type { Gate } from '../../access/index.ts'
import { toStatus, toTrailers } from '../../api/index.ts'
import { limits, type Problem, type Result } from '../../base/index.ts'
import type { CallContext } from '../services/context.ts'

/** What was called and how it ended; for metrics and the log. */
export interface CallSeen {
  /** `Traffic/Switch`. */
  readonly method: string
  /** The gRPC status code. */
  readonly code: number
  /** A watch: it lasts as long as somebody looks. */
  readonly streaming: boolean
  readonly ms: number
  readonly actor: string
}
export interface CallHooks {
  readonly gate: Pick<Gate, 'actorOf'>
  /** False while the state is loading: everything is answered UNAVAILABLE. */
  readonly ready: () => boolean
  /** Aborts when the server stops. */
  readonly stopping: AbortSignal
  readonly seen: (call: CallSeen) => void
  /** Told of every bug that a handler threw. */
  readonly failed: (method: string, error: unknown) => void
  /** Told how many watchers are open. */
  readonly watchers: (open: number) => void
}

export interface Calls {
  unary<Request, Response>(
    run: (request: Request, call: CallContext) => Promise<Result<Response, Problem>>,
  ): handleUnaryCall<Request, Response>
  streaming<Request, Response>(
    run: (request: Request, call: CallContext) => Result<AsyncIterable<Response>, Problem>,
  ): handleServerStreamingCall<Request, Response>
}

const loading: Problem = { kind: 'unavailable', message: 'the state is still loading; try again in a moment' }
const stopped: Problem = { kind: 'unavailable', message: 'the server is stopping' }
const crowded: Problem = {
  kind: 'limit',
  limit: 'watchers',
  message: `${limits.watchers} watchers are open already: end one, or watch from fewer places`,
}

/** The adapters of one server. */
export function createCalls(hooks: CallHooks): Calls {
  let open = 0
  const count = (by: 1 | -1): void => {
    open += by
    hooks.watchers(open)
  }

  const bug = (method: string, error: unknown): ReturnType<typeof toTrailers> => {
    hooks.failed(method, error)
    return toTrailers({
      code: status.INTERNAL,
      message: 'internal error; the log of the server says which',
      details: [],
    })
  }

  return {
    unary: (run) => (call, callback) => {
      const startedAt = performance.now()
      const actor = hooks.gate.actorOf(call.metadata)
      const gone = new AbortController()
      call.on('cancelled', () => gone.abort())
      const context = contextOf(actor, AbortSignal.any([gone.signal, hooks.stopping]))
      const method = call.getPath()
      const end = (code: number): void =>
        hooks.seen({
          method: shortMethod(method),
          code,
          streaming: false,
          ms: performance.now() - startedAt,
          actor,
        })
      const work = hooks.ready()
        ? run(call.request, context)
        : Promise.resolve({ ok: false, error: loading } as const)
      work
        .then(async (result) => {
          // What the call has set off towards the proxies leaves before its answer.
          await nextTurn()
          if (result.ok) {
            callback(null, result.value)
            end(status.OK)
            return
          }
          const rich = toStatus(result.error)
          callback(toTrailers(rich))
          end(rich.code)
        })
        .catch((error: unknown) => {
          callback(bug(method, error))
          end(status.INTERNAL)
        })
    },

    streaming: (run) => (call) => {
      const startedAt = performance.now()
      const actor = hooks.gate.actorOf(call.metadata)
      const method = call.getPath()
      const seen = (code: number): void =>
        hooks.seen({
          method: shortMethod(method),
          code,
          streaming: true,
          ms: performance.now() - startedAt,
          actor,
        })
      const finish = (problem: Problem | undefined): void => {
        const rich = problem === undefined ? undefined : toStatus(problem)
        if (rich === undefined) call.end()
        else call.emit('error', toTrailers(rich))
        seen(rich?.code ?? status.OK)
      }
      if (!hooks.ready()) return finish(loading)
      if (open >= limits.watchers) return finish(crowded)
      const gone = new AbortController()
      call.on('cancelled', () => gone.abort())
      const started = run(call.request, contextOf(actor, AbortSignal.any([gone.signal, hooks.stopping])))
      if (!started.ok) return finish(started.error)
      count(1)
      pump(started.value, call, gone.signal)
        .then(() => finish(hooks.stopping.aborted ? stopped : undefined))
        .catch((error: unknown) => {
          call.emit('error', bug(method, error))
          seen(status.INTERNAL)
        })
        .finally(() => count(-1))
    },
  }
}

/** `/verdigris.admin.v1alpha1.Traffic/Switch` → `Traffic/Switch`. */
const shortMethod = (path: string): string => path.slice(path.lastIndexOf('.') + 1)

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

const contextOf = (actor: string, signal: AbortSignal): CallContext => ({
  actor,
  signal,
  after: (ms) => AbortSignal.timeout(ms),
})

/** Writes one message after the other; the next is asked for when the socket has taken the last. */
async function pump<Request, Response>(
  messages: AsyncIterable<Response>,
  call: ServerWritableStream<Request, Response>,
  gone: AbortSignal,
): Promise<void> {
  for await (const message of messages) {
    if (gone.aborted) return
    if (!call.write(message)) await drained(call, gone)
  }
}

const drained = <Request, Response>(
  call: ServerWritableStream<Request, Response>,
  gone: AbortSignal,
): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      call.off('drain', done)
      gone.removeEventListener('abort', done)
      resolve()
    }
    call.on('drain', done)
    gone.addEventListener('abort', done)
    if (gone.aborted) done()
  })

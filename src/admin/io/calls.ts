// A call of the API, whatever protocol it came by: is the server ready, who asks, how it ended, told once for metrics and
// log; watchers counted and ended when their caller goes or the server stops. gRPC and HTTP are two thin doors to this.
import { adminApi, apiPackage, codes, type RichStatus, toStatus } from '../../api/index.ts'
import {
  err,
  limits,
  noTracing,
  type Problem,
  type Result,
  type TraceHeaders,
  type Tracing,
} from '../../base/index.ts'
import type { AdminRooms, CallContext, Messages } from '../services/context.ts'
import { allHandlers } from '../services/table.ts'
import { waiting } from '../wait-for-push.ts'

/** What was called and how it ended; for metrics and the log. */
export interface CallSeen {
  /** `Traffic/Switch`. */
  readonly method: string
  /** The gRPC status code; 0: answered. */
  readonly code: number
  /** A watch: it lasts as long as somebody looks. */
  readonly streaming: boolean
  readonly ms: number
  readonly actor: string
}

export interface CallHooks {
  /** False while the state is loading: everything is answered UNAVAILABLE. */
  readonly ready?: () => boolean
  readonly seen?: (call: CallSeen) => void
  /** Told of every bug that a handler threw. */
  readonly failed?: (method: string, error: unknown) => void
  /** Default: no spans are kept. */
  readonly tracing?: Tracing
  /** Told how many watchers are open. */
  readonly watchers?: (open: number) => void
}

/** Who calls. */
export interface Caller {
  /** As it is recorded. */
  readonly actor: string
  /** Aborts when the caller has gone. */
  readonly gone: AbortSignal
  /** Of the caller's own trace. */
  readonly trace?: TraceHeaders
}

/** Who reads a watch. */
export interface Reader {
  /** It is served; messages may be long in coming. */
  started?(): void
  /** The next is asked for when the promise, if there is one, has resolved. */
  take(message: object): Promise<void> | undefined
}

/** Why a call has no answer: a Problem, or a bug of ours. */
export type Failure = Problem | { readonly kind: 'bug'; readonly message: string }

/** A method of the API. */
export interface AdminMethod {
  /** `Traffic/Switch`. */
  readonly name: string
  readonly service: string
  readonly method: string
  /** The path of gRPC, by which the gate knows it: `/verdigris.admin.v1alpha1.Traffic/Switch`. */
  readonly path: string
  readonly streaming: boolean
}

export interface AdminCalls {
  readonly methods: readonly AdminMethod[]
  /** One answer, when what the call has set off towards the proxies has left. */
  unary(method: string, request: object, caller: Caller): Promise<Result<object, Failure>>
  /**
   * Message after message. Gives why it ended: undefined, it was at its end or its caller had gone.
   */
  stream(method: string, request: object, caller: Caller, reader: Reader): Promise<Failure | undefined>
  /** Notes a call that did not come as far as its handler. */
  refused(method: string, failure: Failure, caller: Pick<Caller, 'actor'>): void
  /** Ends watchers and those who wait. */
  stop(): void
}

type UnaryRun = (request: object, call: CallContext) => Promise<Result<object, Problem>>
type StreamRun = (request: object, call: CallContext) => Result<Messages<object>, Problem>
type Run =
  | { readonly kind: 'unary'; readonly run: UnaryRun }
  | { readonly kind: 'stream'; readonly run: StreamRun }

const loading: Problem = { kind: 'unavailable', message: 'the state is still loading; try again in a moment' }
const stopped: Problem = { kind: 'unavailable', message: 'the server is stopping' }
const crowded: Problem = {
  kind: 'limit',
  limit: 'watchers',
  message: `${limits.watchers} watchers are open already: end one, or watch from fewer places`,
}

/** The calls of one server. */
export function createCalls(rooms: AdminRooms, hooks: CallHooks = {}): AdminCalls {
  const { ready = () => true, seen = () => {}, failed = () => {} } = hooks
  const { tracing = noTracing } = hooks
  const runs = runsOf(rooms)
  const stopping = new AbortController()
  let open = 0
  const count = (by: 1 | -1): void => {
    open += by
    hooks.watchers?.(open)
  }
  /** Tells of the end of a call that began now. */
  const begin = (method: string, streaming: boolean, actor: string): ((failure?: Failure) => void) => {
    const startedAt = performance.now()
    return (failure) => {
      const code = failure === undefined ? 0 : statusOf(failure).code
      seen({ method, code, streaming, ms: performance.now() - startedAt, actor })
    }
  }
  const bug = (method: string, error: unknown): Failure => {
    failed(method, error)
    return { kind: 'bug', message: 'internal error; the log of the server says which' }
  }
  const contextOf = ({ actor, gone }: Caller): CallContext => ({
    actor,
    signal: AbortSignal.any([gone, stopping.signal]),
    after: (ms) => AbortSignal.timeout(ms),
  })
  const runOf = <Kind extends Run['kind']>(method: string, kind: Kind): Extract<Run, { kind: Kind }> => {
    const found = runs.get(method)
    if (found?.kind !== kind) throw new Error(`the API has no ${kind} method ${method}`)
    return found as Extract<Run, { kind: Kind }>
  }

  return {
    methods: [...runs].map(([name, { kind }]) => {
      const [service = '', method = ''] = name.split('/')
      return { name, service, method, path: `/${apiPackage}.${name}`, streaming: kind === 'stream' }
    }),

    unary: async (method, request, caller) => {
      const { run } = runOf(method, 'unary')
      const end = begin(method, false, caller.actor)
      try {
        const attributes = { 'verdigris.method': method, 'verdigris.actor': caller.actor }
        const answer = await tracing.within(
          'admin.call',
          attributes,
          async () => (ready() ? run(request, contextOf(caller)) : err(loading)),
          caller.trace ?? {},
        )
        await nextTurn()
        end(answer.ok ? undefined : answer.error)
        return answer
      } catch (error) {
        const failure = bug(method, error)
        end(failure)
        return err(failure)
      }
    },

    stream: async (method, request, caller, reader) => {
      const { run } = runOf(method, 'stream')
      const end = begin(method, true, caller.actor)
      const refuse = (problem: Problem): Problem => {
        end(problem)
        return problem
      }
      if (!ready()) return refuse(loading)
      if (open >= limits.watchers) return refuse(crowded)
      count(1)
      let failure: Failure | undefined
      try {
        const started = run(request, contextOf(caller))
        if (started.ok) {
          reader.started?.()
          failure = await pump(started.value, reader, caller.gone)
          if (stopping.signal.aborted) failure = stopped
        } else failure = started.error
      } catch (error) {
        failure = bug(method, error)
      } finally {
        count(-1)
      }
      end(failure)
      return failure
    },

    refused: (method, failure, { actor }) => begin(method, false, actor)(failure),
    stop: () => stopping.abort(),
  }
}

/** Message after message until the last, or until its reader is gone; gives why there are no more. */
async function pump(
  messages: Messages<object>,
  reader: Reader,
  gone: AbortSignal,
): Promise<Problem | undefined> {
  const iterator = messages[Symbol.asyncIterator]()
  try {
    for (;;) {
      const next = await iterator.next()
      if (next.done === true) return next.value
      if (gone.aborted) return undefined
      await reader.take(next.value)
    }
  } finally {
    await iterator.return?.()
  }
}

/** The gRPC status of a failure. */
export const statusOf = (failure: Failure): RichStatus =>
  failure.kind === 'bug' ? { code: codes.INTERNAL, message: failure.message, details: [] } : toStatus(failure)

/** Methods by `Service/Method`. */
function runsOf(rooms: AdminRooms): ReadonlyMap<string, Run> {
  const runs = new Map<string, Run>()
  for (const [service, handlers] of Object.entries(allHandlers(rooms))) {
    const shapes = adminApi().service(`${apiPackage}.${service}`)
    for (const [method, run] of Object.entries(handlers)) {
      const shape = shapes[method]
      if (shape === undefined) throw new Error(`the API has no ${service}/${method}`)
      // What a handler is given is what the descriptors of its method made of bytes.
      runs.set(
        `${service}/${method}`,
        shape.responseStream
          ? { kind: 'stream', run: run as StreamRun }
          : { kind: 'unary', run: waiting(run as UnaryRun, rooms.delivery) },
      )
    }
  }
  return runs
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

// The calls of the API as grpc-js methods: identity in, failure out as a rich status, back-pressure kept.
import type {
  handleServerStreamingCall,
  handleUnaryCall,
  Metadata,
  ServerWritableStream,
  UntypedServiceImplementation,
} from '@grpc/grpc-js'
import type { Gate } from '../../access/index.ts'
import { toTrailers } from '../../api/index.ts'
import { type TraceHeaders, traceHeaderNames } from '../../base/index.ts'
import { type AdminCalls, statusOf } from './calls.ts'

/** The implementation of each service, by its name. */
export function grpcServices(
  calls: AdminCalls,
  gate: Pick<Gate, 'actorOf'>,
): ReadonlyMap<string, UntypedServiceImplementation> {
  const services = new Map<string, UntypedServiceImplementation>()
  for (const { name, service, method, streaming } of calls.methods) {
    const implementation = services.get(service) ?? {}
    implementation[method] = streaming ? streamOf(calls, gate, name) : unaryOf(calls, gate, name)
    services.set(service, implementation)
  }
  return services
}

const unaryOf =
  (calls: AdminCalls, gate: Pick<Gate, 'actorOf'>, name: string): handleUnaryCall<object, object> =>
  (call, callback) => {
    const actor = gate.actorOf(call.metadata)
    const gone = new AbortController()
    call.on('cancelled', () => gone.abort())
    void calls
      .unary(name, call.request, { actor, gone: gone.signal, trace: traceOf(call.metadata) })
      .then((answer) => {
        if (answer.ok) callback(null, answer.value)
        else callback(toTrailers(statusOf(answer.error)))
      })
  }

const streamOf =
  (calls: AdminCalls, gate: Pick<Gate, 'actorOf'>, name: string): handleServerStreamingCall<object, object> =>
  (call) => {
    const actor = gate.actorOf(call.metadata)
    const gone = new AbortController()
    call.on('cancelled', () => gone.abort())
    const take = (message: object): Promise<void> | undefined =>
      call.write(message) ? undefined : drained(call, gone.signal)
    void calls.stream(name, call.request, { actor, gone: gone.signal }, { take }).then((failure) => {
      if (failure === undefined) call.end()
      else call.emit('error', toTrailers(statusOf(failure)))
    })
  }

/** The caller's own trace, as its headers name it. */
function traceOf(metadata: Metadata): TraceHeaders {
  const found = traceHeaderNames.flatMap((name): [string, string][] => {
    const [value] = metadata.get(name)
    return typeof value === 'string' ? [[name, value]] : []
  })
  return Object.fromEntries(found)
}

/** The socket has taken what was written, or nobody reads any more. */
const drained = (call: ServerWritableStream<object, object>, gone: AbortSignal): Promise<void> =>
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

// A typed client of the admin API for the demo and the tests: one call, one promise; errors with their code and fields.
import { Client, credentials, Metadata, type ServiceError } from '@grpc/grpc-js'
import {
  type AdminServices,
  adminApi,
  type ChangeAnswer,
  type Input,
  type PushRecord,
} from '../../admin/index.ts'

type Unary<S extends keyof AdminServices> = {
  [M in keyof AdminServices[S]]: AdminServices[S][M] extends { stream: false } ? M : never
}[keyof AdminServices[S]]
type Part<
  S extends keyof AdminServices,
  M extends keyof AdminServices[S],
  K,
> = K extends keyof AdminServices[S][M] ? AdminServices[S][M][K] : never

export interface AdminClient {
  /** One unary call. Rejects with an Error whose message is the server's and whose `code` is the gRPC status code. */
  call<S extends keyof AdminServices, M extends Unary<S>>(
    service: S,
    method: M,
    request: Input<Part<S, M, 'request'>> & object,
    timeoutMs?: number,
  ): Promise<Part<S, M, 'response'>>
  /** Waits until the push of a change has ended, whichever way; the record then. */
  ended(answer: ChangeAnswer, timeoutMs?: number): Promise<PushRecord>
  close(): void
}

/** A client of `127.0.0.1:port`; connects when it is first used, and again when the server comes back. */
export function adminClient(address: string): AdminClient {
  const api = adminApi()
  const client = new Client(address, credentials.createInsecure(), {
    // A server that was killed is back within a second; do not sleep through it.
    'grpc.initial_reconnect_backoff_ms': 50,
    'grpc.max_reconnect_backoff_ms': 200,
    'grpc.max_receive_message_length': -1,
  })

  const call: AdminClient['call'] = (service, method, request, timeoutMs = 30_000) => {
    const definition = api.service(`verdigris.admin.v1alpha1.${service}`)[String(method)]
    if (definition === undefined) throw new Error(`the API has no ${service}.${String(method)}`)
    type Response = Part<typeof service, typeof method, 'response'>
    return new Promise((resolve, reject) => {
      client.makeUnaryRequest<object, Response>(
        definition.path,
        definition.requestSerialize,
        (bytes) => definition.responseDeserialize(bytes) as Response,
        request,
        new Metadata(),
        { deadline: Date.now() + timeoutMs },
        (error: ServiceError | null, response?: Response) => {
          if (error === null && response !== undefined) resolve(response)
          else reject(error ?? new Error(`${service}.${String(method)}: no answer`))
        },
      )
    })
  }
  return {
    call,
    async ended(answer, timeoutMs = 60_000) {
      if (answer.push === '') throw new Error('the change started no push')
      const waited = await call(
        'Push',
        'Wait',
        { id: answer.push, timeout: { seconds: Math.ceil(timeoutMs / 1_000), nanos: 0 } },
        timeoutMs + 5_000,
      )
      if (waited.push === null || waited.outcome === 'TIMED_OUT') {
        throw new Error(`push ${answer.push} has not ended within ${timeoutMs} ms`)
      }
      return waited.push
    },
    close: () => client.close(),
  }
}

// The standard gRPC health service: SERVING when the state is loaded, for the whole server and for each service.
import {
  type ServerUnaryCall,
  type ServerWritableStream,
  type sendUnaryData,
  status,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js'
import { limits } from '../../base/index.ts'

interface HealthRequest {
  readonly service: string
}
interface HealthResponse {
  readonly status: 'SERVING' | 'NOT_SERVING' | 'SERVICE_UNKNOWN'
}
type Watcher = ServerWritableStream<HealthRequest, HealthResponse>

export interface Health {
  readonly implementation: UntypedServiceImplementation
  /** Tells every watcher. */
  set(serving: boolean): void
  /** Ends every watcher. */
  close(): void
}

/** Health for these services and for `''`, the server. */
export function createHealth(services: readonly string[]): Health {
  const known = new Set(['', ...services])
  const watchers = new Set<Watcher>()
  let serving = false
  const answer = (service: string): HealthResponse => ({
    status: !known.has(service) ? 'SERVICE_UNKNOWN' : serving ? 'SERVING' : 'NOT_SERVING',
  })

  return {
    implementation: {
      Check: (
        call: ServerUnaryCall<HealthRequest, HealthResponse>,
        callback: sendUnaryData<HealthResponse>,
      ) => {
        if (known.has(call.request.service)) callback(null, answer(call.request.service))
        else callback({ code: status.NOT_FOUND, details: 'no such service' })
      },
      Watch: (call: Watcher) => {
        if (watchers.size >= limits.watchers) {
          call.emit('error', {
            code: status.RESOURCE_EXHAUSTED,
            details: `${limits.watchers} watchers are open already`,
          })
          return
        }
        watchers.add(call)
        call.on('cancelled', () => watchers.delete(call))
        call.write(answer(call.request.service))
      },
    },
    set: (now) => {
      if (now === serving) return
      serving = now
      for (const call of watchers) call.write(answer(call.request.service))
    },
    close: () => {
      for (const call of watchers) call.end()
      watchers.clear()
    },
  }
}

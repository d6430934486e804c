// grpc-js answers paths that nobody registered before any interceptor runs, so the gate would not stand in front of
// them. Its table of handlers is made to know every path: the gate first, then UNIMPLEMENTED. The table is not
// public: a test with a certificate that the gate refuses holds this against the pinned grpc-js.
import { type Server, type ServerDuplexStream, status } from '@grpc/grpc-js'

/** Makes interceptors run for unknown paths too; call it after the last `addService`. Throws when grpc-js has changed. */
export function gateEveryMethod(server: Server): void {
  const handlers: unknown = Reflect.get(server, 'handlers')
  if (!(handlers instanceof Map)) {
    throw new Error('this grpc-js keeps its handlers otherwise: the gate would have a hole')
  }
  const known: Map<unknown, unknown> = handlers
  class EveryMethod extends Map<unknown, unknown> {
    override get(path: unknown): unknown {
      return super.get(path) ?? unknownMethod(String(path))
    }
  }
  Reflect.set(server, 'handlers', new EveryMethod(known))
}

const unknownMethod = (path: string) => ({
  type: 'bidi',
  path,
  func: (call: ServerDuplexStream<Buffer, Buffer>) => {
    call.emit('error', { code: status.UNIMPLEMENTED, details: `no method ${path.slice(0, 256)}` })
  },
  serialize: (bytes: Buffer) => bytes,
  deserialize: (bytes: Buffer) => bytes,
})

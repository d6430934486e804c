// grpc-js answers methods that nobody registered before any interceptor runs, so the gate would not stand before them
// (CVE-2026-53714 of a peer was such a hole). Its table of handlers is made to know every path: the gate first, then
// UNIMPLEMENTED. The table is not public: a test holds this against the pinned grpc-js.
import type { Server, ServerDuplexStream } from '@grpc/grpc-js'
import { status } from '@grpc/grpc-js'

/** Makes interceptors run for unknown methods too. Throws when grpc-js has changed its inside. */
export function gateEveryMethod(server: Server): void {
  const handlers: unknown = Reflect.get(server, 'handlers')
  if (!(handlers instanceof Map))
    throw new Error('this grpc-js keeps its handlers otherwise: the gate would have a hole')
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
  func: (call: ServerDuplexStream<Uint8Array, Uint8Array>) => {
    call.emit('error', { code: status.UNIMPLEMENTED, details: `no such method: ${path.slice(0, 256)}` })
  },
  serialize: (bytes: Uint8Array) => Buffer.from(bytes),
  deserialize: (bytes: Buffer) => bytes,
})

// Everything that is not ADS: discovery one type at a time is refused (rule 27), reports are taken and dropped.
import {
  type Server,
  type ServerDuplexStream,
  type ServerReadableStream,
  type ServerUnaryCall,
  status,
} from '@grpc/grpc-js'
import { limits } from '../../base/index.ts'
import { reportMethods, separateDiscoveryMethods } from '../../envoy-api/index.ts'

type Done = (error: { readonly code: status; readonly details: string } | null, value?: Uint8Array) => void

const serialize = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
export const deserialize = (bytes: Buffer): Uint8Array => bytes

/** Registers refusals for every separate discovery method. */
export function refuseSeparateDiscovery(server: Server): void {
  for (const { path, requestStream } of separateDiscoveryMethods) {
    const refusal = {
      code: status.FAILED_PRECONDITION,
      details: `${path} gives no order across types, so traffic could not be moved without loss: use ADS (ads_config, and config_source with ads: {})`,
    }
    if (requestStream) {
      const refuse = (call: ServerDuplexStream<Uint8Array, Uint8Array>): void => {
        call.on('error', () => {})
        call.emit('error', refusal)
      }
      server.register(path, refuse, serialize, deserialize, 'bidi')
    } else {
      const refuse = (_: ServerUnaryCall<Uint8Array, Uint8Array>, done: Done): void => done(refusal)
      server.register(path, refuse, serialize, deserialize, 'unary')
    }
  }
}

/** Open report streams; `end` ends them all. */
export interface ReportSinks {
  readonly open: number
  end(): void
}

/** Registers load reports, health discovery, access logs and metrics: read and dropped, never answered. */
export function dropReports(server: Server): ReportSinks {
  const open = new Map<object, () => void>()
  const nothing = new Uint8Array()
  const admit = (call: { on(event: string, listener: () => void): unknown }, end: () => void): boolean => {
    if (open.size >= limits.reportStreams) return false
    open.set(call, end)
    const gone = (): void => {
      open.delete(call)
    }
    for (const event of ['cancelled', 'error', 'close', 'end']) call.on(event, gone)
    return true
  }
  const full = { code: status.RESOURCE_EXHAUSTED, details: 'too many report streams' }
  for (const { path, responseStream } of Object.values(reportMethods)) {
    if (responseStream) {
      const sink = (call: ServerDuplexStream<Uint8Array, Uint8Array>): void => {
        if (!admit(call, () => call.end())) {
          call.emit('error', full)
          return
        }
        call.on('data', () => {})
        call.on('end', () => call.end())
      }
      server.register(path, sink, serialize, deserialize, 'bidi')
    } else {
      const sink = (call: ServerReadableStream<Uint8Array, Uint8Array>, done: Done): void => {
        if (!admit(call, () => done(null, nothing))) {
          done(full)
          return
        }
        call.on('data', () => {})
        call.on('end', () => done(null, nothing))
      }
      server.register(path, sink, serialize, deserialize, 'clientStream')
    }
  }
  return {
    get open() {
      return open.size
    },
    end: () => {
      for (const [call, end] of [...open]) {
        open.delete(call)
        end()
      }
    },
  }
}

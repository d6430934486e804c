// The pump of ADS streams: bytes in, bytes out. It decides nothing; the hub does.
import { type ServerDuplexStream, type ServiceError, status } from '@grpc/grpc-js'
import { limits } from '../../base/index.ts'
import { decodeDeltaDiscoveryRequest, decodeDiscoveryRequest, EnvoyApiError } from '../../envoy-api/index.ts'
import type { Edge, Hub } from '../hub.ts'
import type { CloseStatus, Request, VariantName } from '../machine.ts'
import { isPrivate } from '../withhold.ts'
import type { IntakeWatch } from './intake.ts'
import { probeSession } from './probe.ts'
import { resetCall } from './reset.ts'

/** A response on its way to the socket. Until grpc-js copies it its bytes are shared; then it is let go of, so that it is kept once. */
export interface Outgoing {
  parts: readonly Uint8Array[]
}

export type BytesCall = ServerDuplexStream<Uint8Array, Outgoing>

/** The bytes of a response, for grpc-js, which copies them. */
export const serializeOutgoing = (outgoing: Outgoing): Buffer => {
  const { parts } = outgoing
  outgoing.parts = []
  return Buffer.concat(parts)
}

const codes: Readonly<Record<CloseStatus, status>> = {
  ok: status.OK,
  invalidArgument: status.INVALID_ARGUMENT,
  resourceExhausted: status.RESOURCE_EXHAUSTED,
  unavailable: status.UNAVAILABLE,
  deadlineExceeded: status.DEADLINE_EXCEEDED,
}

export interface AdsPump {
  readonly edge: Edge
  /** Takes a call on until it ends. */
  /** `encrypted`: the port speaks TLS. */
  serve(hub: Hub, variant: VariantName, call: BytesCall, encrypted: boolean): void
  /** Ends every call that is left. */
  endAll(hub: Hub): void
}

/** A pump without calls. */
export function createAdsPump(
  intake: Pick<IntakeWatch, 'handled'>,
  { twinProbeMs }: { readonly twinProbeMs: number },
): AdsPump {
  const calls = new Map<string, BytesCall>()
  let written: (stream: string, nonce: string) => void = () => {}

  return {
    edge: {
      write: (id, parts, nonce) => {
        // The callback comes when HTTP/2 took the bytes: with a client that does not read, never.
        calls.get(id)?.write({ parts }, (error: unknown) => {
          if (error === null || error === undefined) written(id, nonce)
        })
      },
      close: (id, closeStatus, reason) => {
        const call = calls.get(id)
        if (call === undefined) return
        calls.delete(id)
        endCall(call, codes[closeStatus], reason, closeStatus === 'deadlineExceeded')
      },
      pause: (id) => calls.get(id)?.pause(),
      resume: (id) => calls.get(id)?.resume(),
      probe: (id) => {
        const call = calls.get(id)
        if (call !== undefined) probeSession(call, twinProbeMs)
      },
    },
    endAll: (hub) => {
      for (const id of [...calls.keys()]) hub.end(id, 'unavailable', 'the server is stopping')
    },
    serve: (hub, variant, call, encrypted) => {
      written = hub.written
      const peer = call.getPeer()
      const id = hub.open(variant, peer, isPrivate(peer, encrypted))
      calls.set(id, call)
      const gone = (reason: string): void => {
        if (!calls.delete(id)) return
        hub.ended(id, reason)
      }
      call.on('data', (bytes: Uint8Array) => {
        intake.handled(call, bytes.byteLength)
        const request = decode(variant, bytes)
        if (typeof request === 'string') hub.end(id, 'invalidArgument', request)
        else hub.request(id, request)
      })
      call.on('end', () => {
        gone('the client ended it')
        call.end()
      })
      call.on('cancelled', () => gone('the connection or the call was cut'))
      // Also our own statuses come by here, after the call was taken from the table.
      call.on('error', (error: Partial<Error>) => gone(`broken: ${(error.message ?? '').slice(0, 256)}`))
      call.on('close', () => gone('closed'))
    },
  }
}

/** Ends a call with a status; resets it when the status cannot be flushed in time, or never could. */
function endCall(call: BytesCall, code: status, details: string, reset: boolean): void {
  if (code === status.OK) call.end()
  else {
    const error: Pick<ServiceError, 'code' | 'details'> = { code, details }
    call.emit('error', error)
  }
  if (reset) {
    resetCall(call)
    return
  }
  const timer = setTimeout(() => resetCall(call), limits.closeGraceMs)
  timer.unref()
  call.once('close', () => clearTimeout(timer))
}

/** A request, or why it is none. */
function decode(variant: VariantName, bytes: Uint8Array): Request | string {
  try {
    return variant === 'sotw' ? sotwRequest(bytes) : deltaRequest(bytes)
  } catch (error) {
    if (error instanceof EnvoyApiError) return `a request that cannot be read: ${error.message.slice(0, 256)}`
    throw error
  }
}

const noVersions: ReadonlyMap<string, string> = new Map()

function sotwRequest(bytes: Uint8Array): Request {
  const { node, typeUrl, responseNonce, errorDetail, versionInfo, resourceNames } =
    decodeDiscoveryRequest(bytes)
  return {
    node,
    typeUrl,
    nonce: responseNonce,
    refusal: errorDetail?.message,
    version: versionInfo,
    names: resourceNames,
    subscribe: [],
    unsubscribe: [],
    versions: noVersions,
  }
}

function deltaRequest(bytes: Uint8Array): Request {
  const request = decodeDeltaDiscoveryRequest(bytes)
  return {
    node: request.node,
    typeUrl: request.typeUrl,
    nonce: request.responseNonce,
    refusal: request.errorDetail?.message,
    version: '',
    names: [],
    subscribe: request.resourceNamesSubscribe,
    unsubscribe: request.resourceNamesUnsubscribe,
    versions: request.initialResourceVersions,
  }
}

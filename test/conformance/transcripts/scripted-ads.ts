// An ADS server that decides nothing: it hands on what it hears and sends the bytes that it is given.
import { Server, ServerCredentials, type ServerDuplexStream, status } from '@grpc/grpc-js'
import { decodeDeltaDiscoveryRequest, decodeDiscoveryRequest } from '../../../src/envoy-api/index.ts'
import type { Request, VariantName } from '../../../src/xds/machine.ts'
import { requestOf } from '../../sim/proxy/mux.ts'
import type { Heard } from '../../sim/transcripts/stage.ts'

type Call = ServerDuplexStream<Uint8Array, Uint8Array>

export interface ScriptedAds {
  readonly port: number
  /** What was heard and not taken yet; whoever takes empties it. */
  readonly heard: Heard[]
  send(bytes: Uint8Array): void
  /** Ends the open stream. */
  drop(): void
  /** Whether streams are taken. */
  serve(taken: boolean): void
  close(): void
}

/** Starts it on a free port of 127.0.0.1. */
export async function startScriptedAds(variant: VariantName): Promise<ScriptedAds> {
  const heard: Heard[] = []
  let call: Call | undefined
  let taken = true

  const cut = (one: Call): void => {
    one.emit('error', { code: status.UNAVAILABLE, details: 'the script says so' })
  }
  const serve = (opened: Call): void => {
    opened.on('error', () => {})
    if (!taken) {
      cut(opened)
      return
    }
    call = opened
    heard.push({ kind: 'opened' })
    opened.on('data', (bytes: Uint8Array) => {
      if (call === opened) heard.push({ kind: 'request', request: decode(variant, bytes) })
    })
    opened.on('end', () => opened.end())
  }

  const service = '/envoy.service.discovery.v3.AggregatedDiscoveryService'
  const method = {
    path: `${service}/${variant === 'sotw' ? 'Stream' : 'Delta'}AggregatedResources`,
    requestStream: true as const,
    responseStream: true as const,
    requestDeserialize: (bytes: Buffer): Uint8Array => bytes,
    requestSerialize: (bytes: Uint8Array): Buffer => Buffer.from(bytes),
    responseSerialize: (bytes: Uint8Array): Buffer => Buffer.from(bytes),
    responseDeserialize: (bytes: Buffer): Uint8Array => bytes,
  }
  const server = new Server({ 'grpc.max_receive_message_length': -1 })
  server.addService({ streams: method }, { streams: serve })
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    )
  })
  return {
    port,
    heard,
    send: (bytes) => {
      call?.write(bytes)
    },
    drop() {
      const old = call
      call = undefined
      if (old !== undefined) cut(old)
    },
    serve(now) {
      taken = now
    },
    close: () => server.forceShutdown(),
  }
}

function decode(variant: VariantName, bytes: Uint8Array): Request {
  if (variant === 'sotw') {
    const { typeUrl, node, responseNonce, errorDetail, versionInfo, resourceNames } =
      decodeDiscoveryRequest(bytes)
    return requestOf(typeUrl, {
      node,
      nonce: responseNonce,
      refusal: errorDetail?.message,
      version: versionInfo,
      names: resourceNames,
    })
  }
  const { typeUrl, node, responseNonce, errorDetail, ...delta } = decodeDeltaDiscoveryRequest(bytes)
  return requestOf(typeUrl, {
    node,
    nonce: responseNonce,
    refusal: errorDetail?.message,
    subscribe: delta.resourceNamesSubscribe,
    unsubscribe: delta.resourceNamesUnsubscribe,
    versions: delta.initialResourceVersions,
  })
}

// The least that an ADS server can be: it sends what it was given and notes ACK and NACK. It is what the product is measured
// against, and what Envoy's own behaviour is tried with, so it shares no code with the product's server.
import { Server, ServerCredentials, type ServerDuplexStream } from '@grpc/grpc-js'
import protobuf from 'protobufjs'

const { Reader, Writer } = protobuf

/** One resource: `body` is an encoded google.protobuf.Any. */
export interface BareResource {
  readonly name: string
  readonly body: Uint8Array
  /** Delta: the resource's own version. Default: that of the response. */
  readonly version?: string
}

export type Verdict =
  | { readonly kind: 'ack'; readonly ms: number }
  | { readonly kind: 'nack'; readonly ms: number; readonly detail: string }

export interface BareAds {
  readonly port: number
  /**
   * Replaces the resources of a type; every open stream is told, and the promise holds each stream's verdict. `version` is
   * that of the response, by default one that was never sent.
   */
  push(
    typeUrl: string,
    resources: readonly BareResource[],
    removed?: readonly string[],
    version?: string,
  ): Promise<readonly Verdict[]>
  /** Streams open now. */
  streams(): number
  /** Verdicts so far on responses that answered a first request, by type URL. */
  firsts(): readonly { readonly typeUrl: string; readonly verdict: Verdict }[]
  close(): void
}

interface Request {
  typeUrl: string
  /** SotW: the names wanted. Delta: the names subscribed in this message. */
  names: string[]
  nonce: string
  error: string | undefined
}

interface Stream {
  readonly variant: 'sotw' | 'delta'
  readonly call: ServerDuplexStream<Request, Uint8Array>
  readonly subscribed: Map<string, Set<string>>
  readonly pending: Map<
    string,
    { readonly typeUrl: string; readonly sentAt: number; done(verdict: Verdict): void }
  >
  nonces: number
}

/** Starts it on a free port of 127.0.0.1. Initial content goes by `resources`: type URL → resources. */
export async function startBareAds(
  resources: ReadonlyMap<string, readonly BareResource[]> = new Map(),
): Promise<BareAds> {
  const state = new Map(resources)
  const streams = new Set<Stream>()
  const firsts: { typeUrl: string; verdict: Verdict }[] = []
  let version = 1

  function send(
    stream: Stream,
    typeUrl: string,
    body: readonly BareResource[],
    removed: readonly string[],
    done: (verdict: Verdict) => void,
    named = String(version),
  ): void {
    const nonce = String(++stream.nonces)
    stream.pending.set(nonce, { typeUrl, sentAt: performance.now(), done })
    const encode = stream.variant === 'sotw' ? sotwResponse : deltaResponse
    stream.call.write(encode(typeUrl, named, nonce, body, removed))
  }

  function serve(variant: Stream['variant']): (call: ServerDuplexStream<Request, Uint8Array>) => void {
    return (call) => {
      const stream: Stream = { variant, call, subscribed: new Map(), pending: new Map(), nonces: 0 }
      streams.add(stream)
      call.on('data', (request: Request) => {
        const pending = stream.pending.get(request.nonce)
        if (pending !== undefined) {
          stream.pending.delete(request.nonce)
          const ms = performance.now() - pending.sentAt
          pending.done(
            request.error === undefined ? { kind: 'ack', ms } : { kind: 'nack', ms, detail: request.error },
          )
        }
        const known = stream.subscribed.get(request.typeUrl)
        const added = request.names.filter((name) => known === undefined || !known.has(name))
        if (known !== undefined && added.length === 0) return
        stream.subscribed.set(request.typeUrl, new Set([...(known ?? []), ...request.names]))
        const all = state.get(request.typeUrl)
        if (all === undefined) return
        const wanted =
          request.names.length === 0 ? all : all.filter(({ name }) => request.names.includes(name))
        send(stream, request.typeUrl, wanted, [], (verdict) =>
          firsts.push({ typeUrl: request.typeUrl, verdict }),
        )
      })
      const gone = (): void => {
        streams.delete(stream)
      }
      call.on('error', gone)
      call.on('end', () => {
        gone()
        call.end()
      })
    }
  }

  const method = (path: string, parse: (bytes: Buffer) => Request) => ({
    path,
    requestStream: true as const,
    responseStream: true as const,
    requestDeserialize: parse,
    requestSerialize: (): Buffer => Buffer.alloc(0),
    responseSerialize: (bytes: Uint8Array): Buffer =>
      Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length),
    responseDeserialize: (bytes: Buffer): Uint8Array => bytes,
  })
  const server = new Server({ 'grpc.max_receive_message_length': -1 })
  const service = '/envoy.service.discovery.v3.AggregatedDiscoveryService'
  server.addService(
    {
      sotw: method(`${service}/StreamAggregatedResources`, sotwRequest),
      delta: method(`${service}/DeltaAggregatedResources`, deltaRequest),
    },
    { sotw: serve('sotw'), delta: serve('delta') },
  )
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    )
  })
  return {
    port,
    async push(typeUrl, next, removed = [], named?: string) {
      state.set(typeUrl, next)
      version += 1
      return Promise.all(
        [...streams].map(
          (stream) => new Promise<Verdict>((resolve) => send(stream, typeUrl, next, removed, resolve, named)),
        ),
      )
    },
    streams: () => streams.size,
    firsts: () => firsts,
    close: () => server.forceShutdown(),
  }
}

/** envoy.service.discovery.v3.DiscoveryRequest: the fields that an ACK needs. */
function sotwRequest(bytes: Buffer): Request {
  return readRequest(bytes, { typeUrl: 4, names: 3, nonce: 5, error: 6 })
}
/** envoy.service.discovery.v3.DeltaDiscoveryRequest. */
function deltaRequest(bytes: Buffer): Request {
  const request = readRequest(bytes, { typeUrl: 2, names: 3, nonce: 6, error: 7 })
  return { ...request, names: request.names.filter((name) => name !== '*') }
}

function readRequest(
  bytes: Buffer,
  fields: {
    readonly typeUrl: number
    readonly names: number
    readonly nonce: number
    readonly error: number
  },
): Request {
  const reader = Reader.create(bytes)
  const request: Request = { typeUrl: '', names: [], nonce: '', error: undefined }
  while (reader.pos < reader.len) {
    const tag = reader.uint32()
    const field = tag >>> 3
    if (field === fields.typeUrl) request.typeUrl = reader.string()
    else if (field === fields.names) request.names.push(reader.string())
    else if (field === fields.nonce) request.nonce = reader.string()
    else if (field === fields.error) request.error = statusMessage(reader.bytes())
    else reader.skipType(tag & 7)
  }
  return request
}

/** google.rpc.Status.message. */
function statusMessage(bytes: Uint8Array): string {
  const reader = Reader.create(bytes)
  let message = ''
  while (reader.pos < reader.len) {
    const tag = reader.uint32()
    if (tag >>> 3 === 2) message = reader.string()
    else reader.skipType(tag & 7)
  }
  return message
}

function sotwResponse(
  typeUrl: string,
  version: string,
  nonce: string,
  resources: readonly BareResource[],
): Uint8Array {
  const writer = Writer.create().uint32(10).string(version)
  for (const { body } of resources) writer.uint32(18).bytes(body)
  return writer.uint32(34).string(typeUrl).uint32(42).string(nonce).finish()
}

function deltaResponse(
  typeUrl: string,
  version: string,
  nonce: string,
  resources: readonly BareResource[],
  removed: readonly string[],
): Uint8Array {
  const writer = Writer.create().uint32(10).string(version)
  for (const { name, body, version: own = version } of resources) {
    const resource = Writer.create().uint32(10).string(own).uint32(18).bytes(body).uint32(26).string(name)
    writer.uint32(18).bytes(resource.finish())
  }
  writer.uint32(34).string(typeUrl).uint32(42).string(nonce)
  for (const name of removed) writer.uint32(50).string(name)
  return writer.finish()
}

/** An encoded google.protobuf.Any. */
export function anyBytes(typeUrl: string, value: Uint8Array): Uint8Array {
  return Writer.create().uint32(10).string(typeUrl).uint32(18).bytes(value).finish()
}

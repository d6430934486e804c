// A grpc-js client on a real xDS server; requests are encoded by hand, responses stay bytes.
import { connect } from 'node:http2'
import {
  Client,
  type ClientDuplexStream,
  credentials,
  Metadata,
  ServerCredentials,
  type ServerInterceptor,
  type ServiceError,
} from '@grpc/grpc-js'
import protobuf from 'protobufjs/minimal.js'
import { createChannel, type DeciderEnd, type FromStreams } from '../../../../src/channel/index.ts'
import { adsMethods, type ResourceTypeKey, typeUrls } from '../../../../src/envoy-api/index.ts'
import type { ServerLimits } from '../../../../src/xds/index.ts'
import { startXdsServer, type XdsServer } from '../../../../src/xds/index.ts'
import { openGate } from './gate.ts'

export interface Served {
  readonly server: XdsServer
  readonly decider: DeciderEnd
  readonly heard: FromStreams[]
  readonly logged: string[]
  client(): Client
  close(): Promise<void>
}

/** A server on a free port, with one group `g` for everybody, ready. */
export async function serve(
  options: { readonly limits?: Partial<ServerLimits>; readonly gate?: ServerInterceptor } = {},
): Promise<Served> {
  const channel = createChannel({ codec: true })
  const heard: FromStreams[] = []
  const logged: string[] = []
  channel.decider.receive((message) => heard.push(message))
  const log = (fields: Readonly<Record<string, unknown>>): void => {
    logged.push(JSON.stringify(fields))
  }
  const started = await startXdsServer({
    listen: { address: '127.0.0.1', port: 0, flag: '--xds-port' },
    credentials: ServerCredentials.createInsecure(),
    gate: options.gate ?? openGate,
    streamers: channel.streamers,
    log: { info: log, warn: log },
    ...(options.limits === undefined ? {} : { limits: options.limits }),
  })
  if (!started.ok) throw new Error(started.error.message)
  const server = started.value
  channel.decider.send({ kind: 'groups', groups: [{ group: 'g', selector: {} }] })
  channel.decider.send({ kind: 'ready' })
  const clients: Client[] = []
  return {
    server,
    decider: channel.decider,
    heard,
    logged,
    client: () => {
      const client = new Client(`127.0.0.1:${server.port}`, credentials.createInsecure(), {
        'grpc.use_local_subchannel_pool': 1,
        'grpc.max_receive_message_length': -1,
      })
      clients.push(client)
      return client
    },
    close: async () => {
      for (const client of clients) client.close()
      await server.stop(0)
    },
  }
}

export type BytesStream = ClientDuplexStream<Uint8Array, Buffer>

/** An HTTP/2 client that sends one request of ADS and never reads: grpc-js clients always do. `reset` resolves with the code. */
export function stall(
  port: number,
  variant: 'sotw' | 'delta',
  first: Uint8Array,
): { readonly reset: Promise<number>; close(): void } {
  const session = connect(`http://127.0.0.1:${port}`)
  session.on('error', () => {})
  const stream = session.request({
    ':method': 'POST',
    ':path': adsMethods[variant].path,
    'content-type': 'application/grpc',
    te: 'trailers',
  })
  stream.pause()
  stream.on('error', () => {})
  const reset = new Promise<number>((resolve) => stream.on('close', () => resolve(stream.rstCode ?? 0)))
  const frame = Buffer.alloc(5)
  frame.writeUInt32BE(first.byteLength, 1)
  stream.write(Buffer.concat([frame, first]))
  return { reset, close: () => session.destroy() }
}

/** Opens a stream of any method. `ended` resolves with its status. */
export function open(
  client: Client,
  path: string,
): {
  readonly stream: BytesStream
  readonly got: Buffer[]
  readonly ended: Promise<ServiceError | undefined>
} {
  const stream: BytesStream = client.makeBidiStreamRequest(
    path,
    (bytes: Uint8Array) => Buffer.from(bytes),
    (bytes: Buffer) => bytes,
    new Metadata(),
  )
  const got: Buffer[] = []
  stream.on('data', (bytes: Buffer) => got.push(bytes))
  const ended = new Promise<ServiceError | undefined>((resolve) => {
    stream.on('error', (error: ServiceError) => resolve(error))
    stream.on('end', () => resolve(undefined))
  })
  return { stream, got, ended }
}

export const openAds = (client: Client, variant: 'sotw' | 'delta') => open(client, adsMethods[variant].path)

/** A request as bytes; `node` makes it a first one. */
export function request(
  variant: 'sotw' | 'delta',
  type: ResourceTypeKey,
  fields: {
    readonly node?: string
    /** node.cluster of that node. */
    readonly cluster?: string
    readonly names?: readonly string[]
    readonly nonce?: string
  } = {},
): Uint8Array {
  const writer = protobuf.Writer.create()
  const numbers =
    variant === 'sotw' ? { node: 2, type: 4, names: 3, nonce: 5 } : { node: 1, type: 2, names: 3, nonce: 6 }
  const text = (number: number, value: string): void => {
    writer.uint32((number << 3) | 2).string(value)
  }
  if (fields.node !== undefined) {
    const node = protobuf.Writer.create().uint32(10).string(fields.node)
    if (fields.cluster !== undefined) node.uint32(18).string(fields.cluster)
    writer.uint32((numbers.node << 3) | 2).bytes(node.finish())
  }
  for (const name of fields.names ?? []) text(numbers.names, name)
  text(numbers.type, typeUrls[type])
  if (fields.nonce !== undefined) text(numbers.nonce, fields.nonce)
  return writer.finish()
}

/** The nonce of a response. */
export function nonceOf(bytes: Uint8Array): string {
  const reader = protobuf.Reader.create(bytes)
  let nonce = ''
  while (reader.pos < reader.len) {
    const tag = reader.uint32()
    if (tag >>> 3 === 5) nonce = reader.string()
    else reader.skipType(tag & 7)
  }
  return nonce
}

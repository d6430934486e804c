// Clients for the benchmark of stalled readers: some that ACK at once, some that ask and never read. They run in a process
// of their own, so that the server's memory is the server's.
import { Client, credentials, Metadata } from '@grpc/grpc-js'
import protobuf from 'protobufjs/minimal.js'
import { adsMethods, typeUrls } from '../../src/envoy-api/index.ts'
import { rawHttp2 } from '../support/raw-http2.ts'

export interface ClientsOptions {
  readonly port: number
  readonly live: number
  readonly stalled: number
}

const types = ['cds', 'rds'] as const
const variantOf = (index: number) => (index % 2 === 0 ? 'sotw' : 'delta')

/** Connects all of them; resolves when every request is on its way. */
export async function startClients({ port, live, stalled }: ClientsOptions): Promise<() => void> {
  const closers: (() => void)[] = []
  for (let index = 0; index < live; index += 1) closers.push(startLive(port, index))
  for (let index = 0; index < stalled; index += 1) closers.push(startStalled(port, index))
  await new Promise((resolve) => setTimeout(resolve, 300))
  return () => {
    for (const close of closers) close()
  }
}

function startLive(port: number, index: number): () => void {
  const variant = variantOf(index)
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), {
    'grpc.use_local_subchannel_pool': 1,
    'grpc.max_receive_message_length': -1,
  })
  const stream = client.makeBidiStreamRequest(
    adsMethods[variant].path,
    (bytes: Uint8Array) => Buffer.from(bytes),
    (bytes: Buffer) => bytes,
    new Metadata(),
  )
  stream.on('error', () => {})
  stream.on('data', (bytes: Buffer) => {
    const { typeUrl, version, nonce } = read(bytes)
    const type = types.find((key) => typeUrls[key] === typeUrl)
    if (type !== undefined) stream.write(request(variant, type, { version, nonce }))
  })
  for (const type of types) stream.write(request(variant, type, { node: `live-${index}` }))
  return () => client.close()
}

/**
 * One that keeps its windows closed, lets them fill, or stops reading its socket with all windows open: a third each. When it is
 * cut it comes back.
 */
function startStalled(port: number, index: number): () => void {
  let open = true
  let close = (): void => {}
  const window = [0, 65_535, 2 ** 30][index % 3] ?? 0
  const variant = variantOf(index)
  const again = (): void => {
    if (!open) return
    const peer = rawHttp2(port, { window })
    close = peer.close
    void peer.closed.then(() => setTimeout(again, 200).unref())
    const call = peer.call(adsMethods[variant].path)
    for (const type of types) peer.message(call, request(variant, type, { node: `stalled-${index}` }))
    // Sees the reset, and nothing of what was written before.
    if (window > 65_535) peer.pause()
    else peer.onReset(() => peer.close())
  }
  again()
  return () => {
    open = false
    close()
  }
}

function request(
  variant: 'sotw' | 'delta',
  type: (typeof types)[number],
  fields: { readonly node?: string; readonly version?: string; readonly nonce?: string },
): Uint8Array {
  const writer = protobuf.Writer.create()
  const sotw = variant === 'sotw'
  const text = (number: number, value: string | undefined): void => {
    if (value !== undefined) writer.uint32((number << 3) | 2).string(value)
  }
  if (fields.node !== undefined) {
    const node = protobuf.Writer.create().uint32(10).string(fields.node).finish()
    writer.uint32(((sotw ? 2 : 1) << 3) | 2).bytes(node)
  }
  if (sotw) text(1, fields.version)
  // RDS is by name: every time in SotW, once in delta.
  if (type === 'rds' && (sotw || fields.node !== undefined)) text(3, 'routes')
  text(sotw ? 4 : 2, typeUrls[type])
  text(sotw ? 5 : 6, fields.nonce)
  return writer.finish()
}

function read(bytes: Buffer): {
  readonly typeUrl: string
  readonly version: string
  readonly nonce: string
} {
  const reader = protobuf.Reader.create(bytes)
  const texts = new Map<number, string>()
  while (reader.pos < reader.len) {
    const tag = reader.uint32()
    if ([1, 4, 5].includes(tag >>> 3)) texts.set(tag >>> 3, reader.string())
    else reader.skipType(tag & 7)
  }
  return { version: texts.get(1) ?? '', typeUrl: texts.get(4) ?? '', nonce: texts.get(5) ?? '' }
}

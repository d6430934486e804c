// Messages as bytes, for two processes or replicas:
//
//   ┌ version: 1 byte ┬ length of the header: 4 bytes, big endian ┬ header: JSON ┬ bodies, one after another ┐
//
// Encoded resources are binary and stay so: in the header stands their length, the bytes follow in the same order.
import type { FromStreams, ToStreams, TypeUpdate } from './protocol.ts'

/** Changes when the format does; both sides refuse what they do not know. */
export const codecVersion = 1
const prefixBytes = 5

type Publish = Extract<ToStreams, { kind: 'publish' }>
type PutHeader = Omit<TypeUpdate['put'][number], 'body'> & { readonly size: number }
interface TypeUpdateHeader {
  readonly version: string
  readonly put: readonly PutHeader[]
  readonly remove: readonly string[]
}
type PublishHeader = Omit<Publish, 'types'> & { readonly types: Readonly<Record<string, TypeUpdateHeader>> }
type Header = Exclude<ToStreams, Publish> | PublishHeader

/** Decider → streamers, as bytes. */
export function encodeToStreams(message: ToStreams): Uint8Array {
  if (message.kind !== 'publish') return frame(message, [])
  const bodies: Uint8Array[] = []
  const types: Record<string, TypeUpdateHeader> = Object.create(null)
  for (const [type, update] of Object.entries(message.types)) {
    types[type] = {
      version: update.version,
      remove: update.remove,
      put: update.put.map(({ body, ...rest }) => {
        bodies.push(body)
        return { ...rest, size: body.byteLength }
      }),
    }
  }
  return frame({ ...message, types }, bodies)
}

/** Bytes of `encodeToStreams` as a message; bodies are views of `bytes`. Throws when the bytes are not such. */
export function decodeToStreams(bytes: Uint8Array): ToStreams {
  const { header, rest } = unframe(bytes)
  const message = header as Header
  if (message.kind !== 'publish') {
    if (rest.byteLength !== 0)
      throw new Error(`channel message ${message.kind}: ${rest.byteLength} bytes too many`)
    return message.kind === 'doubt' ? { ...message, good: message.good } : message
  }
  let offset = 0
  const types: Record<string, TypeUpdate> = Object.create(null)
  for (const [type, update] of Object.entries(message.types)) {
    types[type] = {
      version: update.version,
      remove: update.remove,
      put: update.put.map(({ size, ...resource }) => {
        if (offset + size > rest.byteLength)
          throw new Error(`channel publish: body of ${resource.name} is cut off`)
        const body = rest.subarray(offset, offset + size)
        offset += size
        return { ...resource, body }
      }),
    }
  }
  if (offset !== rest.byteLength)
    throw new Error(`channel publish: ${rest.byteLength - offset} bytes too many`)
  return { ...message, types }
}

/** Streamers → decider, as bytes. */
export const encodeFromStreams = (message: FromStreams): Uint8Array => frame(message, [])

/** Bytes of `encodeFromStreams` as a message. Throws when the bytes are not such. */
export function decodeFromStreams(bytes: Uint8Array): FromStreams {
  const message = unframe(bytes).header as FromStreams
  // JSON leaves out what is undefined; these members are there in every case.
  switch (message.kind) {
    case 'placed':
      return { ...message, group: message.group }
    case 'nacked':
      return { ...message, good: message.good }
    case 'closed':
      return { ...message, node: message.node }
    case 'resync':
      return { ...message, have: message.have }
    default:
      return message
  }
}

function frame(header: object, bodies: readonly Uint8Array[]): Uint8Array {
  const text = Buffer.from(JSON.stringify(header), 'utf8')
  const prefix = Buffer.allocUnsafe(prefixBytes)
  prefix.writeUInt8(codecVersion, 0)
  prefix.writeUInt32BE(text.byteLength, 1)
  return Buffer.concat([prefix, text, ...bodies])
}

function unframe(bytes: Uint8Array): { readonly header: unknown; readonly rest: Uint8Array } {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (buffer.byteLength < prefixBytes)
    throw new Error(`channel message: ${buffer.byteLength} bytes are too few`)
  const version = buffer.readUInt8(0)
  if (version !== codecVersion)
    throw new Error(`channel message of version ${version}, wanted ${codecVersion}`)
  const end = prefixBytes + buffer.readUInt32BE(1)
  if (end > buffer.byteLength) throw new Error('channel message: the header is cut off')
  return { header: JSON.parse(buffer.toString('utf8', prefixBytes, end)), rest: buffer.subarray(end) }
}

// Responses as they come from the wire, of either variant.
import protobuf from 'protobufjs/minimal.js'
import type { VariantName } from '../../../src/xds/machine.ts'
import { type Content, contentOf } from './resource.ts'

export interface Received {
  readonly name: string
  /** Of this resource in delta, of the response in SotW. */
  readonly version: string
  /** An encoded google.protobuf.Any. */
  readonly body: Uint8Array
  readonly content: Content
}

export interface Response {
  readonly typeUrl: string
  readonly version: string
  readonly nonce: string
  readonly resources: readonly Received[]
  /** Delta only. */
  readonly removed: readonly string[]
}

/** The response in these bytes. Throws when they are none. */
export function readResponse(variant: VariantName, bytes: Uint8Array): Response {
  const delta = variant === 'delta'
  const reader = protobuf.Reader.create(bytes)
  const bodies: Uint8Array[] = []
  const removed: string[] = []
  let version = ''
  let typeUrl = ''
  let nonce = ''
  while (reader.pos < reader.len) {
    const tag = reader.uint32()
    const field = tag >>> 3
    if (field === 1) version = reader.string()
    else if (field === 2) bodies.push(reader.bytes())
    else if (field === 4) typeUrl = reader.string()
    else if (field === 5) nonce = reader.string()
    else if (field === 6 && delta) removed.push(reader.string())
    else reader.skipType(tag & 7)
  }
  const resources = bodies.flatMap((body) =>
    delta ? readDelta(typeUrl, body) : [readSotw(typeUrl, version, body)],
  )
  return { typeUrl, version, nonce, resources, removed }
}

function readSotw(typeUrl: string, version: string, body: Uint8Array): Received {
  const content = contentOf(typeUrl, body)
  return { name: content.name, version, body, content }
}

/** envoy.service.discovery.v3.Resource. One without a body (a heartbeat) is nothing. */
function readDelta(typeUrl: string, bytes: Uint8Array): Received[] {
  const reader = protobuf.Reader.create(bytes)
  let version = ''
  let name = ''
  let body: Uint8Array | undefined
  while (reader.pos < reader.len) {
    const tag = reader.uint32()
    const field = tag >>> 3
    if (field === 1) version = reader.string()
    else if (field === 2) body = reader.bytes()
    else if (field === 3) name = reader.string()
    else reader.skipType(tag & 7)
  }
  return body === undefined ? [] : [{ name, version, body, content: contentOf(typeUrl, body) }]
}

// Response bytes. All of a response but its nonce is the same for every stream that gets the same resources, so it is
// encoded once and shared (rule 42); the nonce is a field of its own behind it: protobuf messages concatenate.
import { createHash } from 'node:crypto'
import { delimitedField } from '../envoy-api/index.ts'
import type { Resource } from './content.ts'
import type { VariantName } from './machine.ts'

/** What a body is made of. */
interface BodyParts {
  readonly type: string
  readonly version: string
  readonly resend: number | undefined
  readonly put: readonly Resource[]
  readonly removed: readonly string[]
}

export interface Bodies {
  /** A whole response: the shared bytes, and those of its own. */
  response(variant: VariantName, parts: BodyParts, nonce: string): readonly [Uint8Array, Uint8Array]
  readonly stats: { encoded: number; shared: number; bytes: number }
}

const nonceField = 5

/** Keeps bodies up to `maxBytes`, the least recently used go first. */
export function createBodies(maxBytes: number): Bodies {
  const kept = new Map<string, Uint8Array>()
  const keys = new WeakMap<readonly Resource[], string>()
  const stats = { encoded: 0, shared: 0, bytes: 0 }

  const putKey = (put: readonly Resource[]): string => {
    let key = keys.get(put)
    if (key === undefined) {
      const hash = createHash('sha256')
      for (const { name, hash: content } of put) hash.update(`${name}\0${content}\0`)
      key = hash.digest('base64')
      keys.set(put, key)
    }
    return key
  }

  const body = (variant: VariantName, parts: BodyParts): Uint8Array => {
    const { type, version, resend, put, removed } = parts
    const key = [variant, type, version, resend ?? '', putKey(put), ...removed].join('\0')
    const found = kept.get(key)
    if (found !== undefined) {
      stats.shared += 1
      kept.delete(key)
      kept.set(key, found)
      return found
    }
    stats.encoded += 1
    const bytes = encoders[variant](parts)
    kept.set(key, bytes)
    stats.bytes += bytes.byteLength
    for (const [oldest, { byteLength }] of kept) {
      if (stats.bytes <= maxBytes || kept.size === 1) break
      kept.delete(oldest)
      stats.bytes -= byteLength
    }
    return bytes
  }

  return {
    stats,
    response: (variant, parts, nonce) => [body(variant, parts), text(nonceField, nonce)],
  }
}

const text = (field: number, value: string): Uint8Array => delimitedField(field, Buffer.from(value, 'utf8'))

const encoders: Readonly<Record<VariantName, (parts: BodyParts) => Uint8Array>> = {
  // envoy.service.discovery.v3.DiscoveryResponse: version_info 1, resources 2, type_url 4.
  sotw: ({ type, version, put }) =>
    Buffer.concat([text(1, version), text(4, type), ...put.map(({ body }) => delimitedField(2, body))]),
  // DeltaDiscoveryResponse: system_version_info 1, resources 2, type_url 4, removed_resources 6.
  // Resource: version 1, resource 2, name 3.
  delta: ({ type, version, resend, put, removed }) =>
    Buffer.concat([
      text(1, version),
      text(4, type),
      ...removed.map((name) => text(6, name)),
      ...put.map((resource) =>
        delimitedField(
          2,
          Buffer.concat([
            text(1, resend === undefined ? resource.hash : `${resource.hash}~${resend}`),
            delimitedField(2, resource.body),
            text(3, resource.name),
          ]),
        ),
      ),
    ]),
}

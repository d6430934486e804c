// What a proxy says, as words, and what is sent to it, as bytes: the server's memory of one stream.
//
//   asks cds *, holding c1        SotW: first request of a type on a stream, with the version it reports
//   acks cds c2 · refuses cds c2, holding c1
//   asks eds a b, after e1        SotW: another request with a nonce that was answered already
//   subs eds a b · unsubs eds a · holding a=1     delta
import protobuf from 'protobufjs/minimal.js'
import { type ResourceTypeKey, resourceTypeOf, resourceTypes } from '../../../src/envoy-api/index.ts'
import type { Request, VariantName } from '../../../src/xds/machine.ts'
import type { Scripted } from './content.ts'
import type { Release } from './stage.ts'

export interface Conversation {
  /** A new stream. */
  opened(): void
  says(request: Request): string
  response(
    key: ResourceTypeKey,
    version: string,
    resources: readonly Scripted[],
    removed: readonly string[],
  ): Uint8Array
}

/** A conversation of which nothing was said. */
export function createConversation(variant: VariantName, release: Release): Conversation {
  const repeatsNode = variant === 'delta' && release.nodeInEveryDelta
  let first = true
  let answered = new Set<string>()
  let asked = new Set<string>()
  const sent = new Map<string, number>()
  /** By type: names of the newest request. */
  let names = new Map<string, string>()

  function sotw(request: Request, key: string): string {
    const { nonce, version, refusal } = request
    const wildcard = resourceTypeOf(request.typeUrl)?.wildcard === true
    const list =
      request.names.length === 0 ? (wildcard ? '*' : 'nothing') : [...request.names].sort().join(' ')
    const before = names.get(key)
    names.set(key, list)
    if (!asked.has(key)) {
      asked.add(key)
      return `asks ${key} ${list}${version === '' ? '' : `, holding ${version}`}${stale(nonce)}`
    }
    const changed = before === list ? '' : `, asks ${list}`
    if (refusal !== undefined) {
      answered.add(nonce)
      return `refuses ${key} ${nonce}, holding ${version === '' ? 'nothing' : version}${changed}`
    }
    if (nonce !== '' && !answered.has(nonce)) {
      answered.add(nonce)
      return `acks ${key} ${nonce}${nonce.replace(/\.\d+$/, '') === version ? '' : `, holding ${version}`}${changed}`
    }
    return `asks ${key} ${list}, ${nonce === '' ? 'without nonce' : `after ${nonce}`}`
  }

  function delta(request: Request, key: string): string {
    const { nonce, refusal, subscribe, unsubscribe, versions } = request
    const parts: string[] = []
    if (nonce !== '') parts.push(`${refusal === undefined ? 'acks' : 'refuses'} ${key} ${nonce}`)
    if (!asked.has(key) && subscribe.length === 0) parts.push(`subs ${key} *`)
    asked.add(key)
    if (subscribe.length > 0) parts.push(`subs ${key} ${[...subscribe].sort().join(' ')}`)
    if (unsubscribe.length > 0) parts.push(`unsubs ${key} ${[...unsubscribe].sort().join(' ')}`)
    if (versions.size > 0) {
      const held = [...versions].map(([name, version]) => `${name}=${version}`)
      parts.push(`holding ${held.sort().join(' ')}`)
    }
    return parts.length === 0 ? `says nothing of ${key}` : parts.join(', ')
  }

  return {
    opened() {
      first = true
      answered = new Set()
      asked = new Set()
      names = new Map()
    },
    says(request) {
      const key = resourceTypeOf(request.typeUrl)?.key ?? request.typeUrl
      const node = request.node !== undefined && (first || !repeatsNode) ? ' (node)' : ''
      first = false
      return (variant === 'sotw' ? sotw(request, key) : delta(request, key)) + node
    },
    response(key, version, resources, removed) {
      const count = (sent.get(`${key} ${version}`) ?? 0) + 1
      sent.set(`${key} ${version}`, count)
      const nonce = count === 1 ? version : `${version}.${count}`
      return encode(variant, resourceTypes[key].typeUrl, version, nonce, resources, removed)
    },
  }
}

const stale = (nonce: string): string => (nonce === '' ? '' : ` (nonce ${nonce})`)

function encode(
  variant: VariantName,
  typeUrl: string,
  version: string,
  nonce: string,
  resources: readonly Scripted[],
  removed: readonly string[],
): Uint8Array {
  const writer = protobuf.Writer.create().uint32(10).string(version)
  for (const { name, body, version: own } of resources) {
    if (variant === 'sotw') writer.uint32(18).bytes(body)
    else {
      const resource = protobuf.Writer.create().uint32(10).string(own).uint32(18).bytes(body)
      writer.uint32(18).bytes(resource.uint32(26).string(name).finish())
    }
  }
  writer.uint32(34).string(typeUrl).uint32(42).string(nonce)
  for (const name of removed) writer.uint32(50).string(name)
  return writer.finish()
}

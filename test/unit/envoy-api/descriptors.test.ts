import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import protobuf from 'protobufjs'
import { describe, expect, it } from 'vitest'
import 'protobufjs/ext/descriptor.js'
import {
  descriptorsLoaded,
  encodeAny,
  enumSchema,
  envoyApiVersion,
  envoySchemas,
  messageSchema,
  optionBytes,
  optionNumber,
  resourceTypes,
  splitAny,
  type ValueType,
} from '../../../src/envoy-api/index.ts'

const isNumeric = (type: ValueType): boolean =>
  type.kind === 'enum' || (type.kind === 'scalar' && type.scalar !== 'string' && type.scalar !== 'bytes')

const root = join(import.meta.dirname, '..', '..', '..')
const bytes = gunzipSync(readFileSync(join(root, 'protos', `envoy-api-v${envoyApiVersion}.binpb.gz`)))

describe("the descriptors of Envoy's API", () => {
  it('are not loaded by importing the room, nor by what needs none', () => {
    splitAny(encodeAny(resourceTypes.lds.typeUrl, new Uint8Array([1, 2])))
    expect(descriptorsLoaded()).toBe(false)
    expect(messageSchema('envoy.config.cluster.v3.Cluster')?.name).toBe('envoy.config.cluster.v3.Cluster')
    expect(descriptorsLoaded()).toBe(true)
  })

  it('are the 480 files of the v3 API and the 35 that they import, each once, imports first', () => {
    const { files } = envoySchemas()
    expect(files.filter((file) => /^envoy\/.*\/v3/.test(file))).toHaveLength(480)
    expect(new Set(files).size).toBe(515)
    expect(files.indexOf('google/protobuf/any.proto')).toBeLessThan(
      files.indexOf('envoy/config/core/v3/extension.proto'),
    )
    expect(bytes.length).toBeLessThan(750_000)
  })

  it('hold every message of the Go module: 1,361 of the v3 API', () => {
    const names = envoySchemas().messageNames()
    expect(names.filter((name) => /^envoy\..*\.v3/.test(name))).toHaveLength(1_361)
  })

  it('kept validate.rules: 1,230 fields and 126 oneofs of which a member is wanted', () => {
    const messages = envoySchemas()
      .messageNames()
      .map((name) => messageSchema(name))
    const fields = messages.flatMap((message) => message?.fields ?? [])
    expect(fields.filter((field) => optionBytes(field.options, 1071) !== undefined)).toHaveLength(1_230)
    const oneofs = messages.flatMap((message) => message?.oneofs ?? [])
    expect(oneofs.filter((oneof) => optionNumber(oneof.options, 1071) === 1)).toHaveLength(126)
  })

  it('carry no source information', () => {
    const set = protobuf.Root.fromDescriptor(bytes)
    expect(set.lookupType('envoy.config.cluster.v3.Cluster').comment ?? null).toBeNull()
    expect(Buffer.from(bytes).includes('[#protodoc-title')).toBe(false)
  })

  it('say the same of every field as protobufjs does', () => {
    const other = protobuf.Root.fromDescriptor(bytes)
    other.resolveAll()
    const differing: string[] = []
    for (const name of envoySchemas().messageNames()) {
      const theirs = other.lookupType(name)
      const ours = messageSchema(name)
      // Their extensions of the options are fields; ours are read by number.
      const fields = theirs.fieldsArray.filter((field) => field.declaringField === null)
      for (const field of fields) {
        const mine = ours?.byNumber.get(field.id)
        const shape = field.map ? 'map' : field.repeated ? 'repeated' : 'singular'
        const oneof =
          field.partOf?.fieldsArray.length === 1 && field.partOf.name.startsWith('_')
            ? undefined
            : field.partOf
        const type = field.resolvedType?.fullName.slice(1) ?? field.type
        const mineType = mine?.type.kind === 'scalar' ? mine.type.scalar : mine?.type.name
        if (
          mine?.jsonName !== field.name ||
          mine.shape !== shape ||
          mineType !== type ||
          (mine.oneof === undefined) !== (oneof === undefined || oneof === null) ||
          // protobufjs answers these two otherwise for messages, texts and members of oneofs.
          (shape === 'singular' &&
            mine.type.kind !== 'message' &&
            mine.oneof === undefined &&
            mine.presence !== field.hasPresence) ||
          (shape === 'repeated' && isNumeric(mine.type) && mine.packed !== field.packed)
        ) {
          differing.push(`${name}.${field.name}`)
        }
      }
      if (ours?.fields.length !== fields.length) differing.push(name)
    }
    expect(differing).toEqual([])
  })

  it('know enums by name and number, aliases included', () => {
    const type = enumSchema('envoy.config.cluster.v3.Cluster.DiscoveryType')
    expect(type?.numbers.get('EDS')).toBe(3)
    expect(type?.names.get(3)).toBe('EDS')
    expect(enumSchema('envoy.config.cluster.v3.Cluster')).toBeUndefined()
  })
})

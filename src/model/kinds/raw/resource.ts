// One resource of a RawSnapshot: as a person gave it (proto3 JSON, or the bytes of an Any), and as it is read.
import { err, type Json, ok, type Result } from '../../../base/index.ts'
import {
  decodeJson,
  EnvoyApiError,
  encodeJson,
  messageOfTypeUrl,
  type ResourceTypeKey,
  resourceTypeOf,
  resourceTypesInAddOrder,
  splitAny,
} from '../../../envoy-api/index.ts'
import { keyMaterialIn } from '../../key-material.ts'
import { type Path, parsePath } from '../../manifests/faults.ts'

/** A resource in Envoy's own words: names of fields in camelCase, enums by name, defaults left out. */
export interface RawResource {
  readonly typeUrl: string
  readonly name: string
  readonly json: { readonly [key: string]: Json }
}

/** What is wrong with a resource, and where in it. */
export interface RawFault {
  readonly path: Path
  readonly message: string
}

export type Written = Readonly<Record<string, unknown>>

/** `Cluster`, `ClusterLoadAssignment`, … */
export const shortType = (typeUrl: string): string => typeUrl.slice(typeUrl.lastIndexOf('.') + 1)

/** Reads one resource; `fault` is the first one. */
export function readResource(written: Written): Result<RawResource, RawFault> {
  const given = 'any' in written ? readAny(written) : readJson(written)
  if (!given.ok) return given
  const { typeUrl, json } = given.value
  const row = resourceTypeOf(typeUrl)
  const name = row === undefined ? undefined : json[row.nameField]
  if (row === undefined) return fault(['@type'], wantedType(typeUrl))
  const inside: Path = 'any' in written ? ['any'] : []
  if (typeof name !== 'string' || name === '') {
    return fault([...inside, row.nameField], `wanted the name of the ${shortType(typeUrl)}, found none`)
  }
  if (isOurs(row.key, name)) {
    return fault(
      [...inside, row.nameField],
      `${JSON.stringify(name.slice(0, 100))} looks like the name of a generated ${shortType(typeUrl)}: wanted another form`,
    )
  }
  const [key] = keyMaterialIn(row.message, json)
  if (key !== undefined) return fault([...inside, ...key.path], key.message)
  return ok({ typeUrl, name, json })
}

type Given = Pick<RawResource, 'typeUrl' | 'json'>

function readJson(written: Written): Result<Given, RawFault> {
  const { '@type': typeUrl, ...fields } = written
  if (typeof typeUrl !== 'string' || typeUrl === '') {
    return fault(['@type'], `wanted the type of the resource, such as "${example}", found none`)
  }
  const row = resourceTypeOf(typeUrl)
  if (row === undefined) return fault(['@type'], wantedType(typeUrl))
  return attempt(() => ({
    typeUrl,
    json: fieldsOf(decodeJson(row.message, encodeJson(row.message, fields))),
  }))
}

function readAny(written: Written): Result<Given, RawFault> {
  const { any, ...rest } = written
  const [beside] = Object.keys(rest)
  if (beside !== undefined) return fault([beside], 'wanted nothing beside "any"')
  const text = Array.isArray(any) ? any.join('') : any
  const bytes = Buffer.from(String(text), 'base64')
  if (typeof text !== 'string' || bytes.length === 0 || bytes.toString('base64') !== text) {
    return fault(['any'], 'wanted the bytes of a google.protobuf.Any in base64')
  }
  const read = attempt(() => {
    const { typeUrl, value } = splitAny(bytes)
    const row = resourceTypeOf(typeUrl)
    return { typeUrl, value, row, json: row === undefined ? {} : fieldsOf(decodeJson(row.message, value)) }
  })
  if (!read.ok) return fault(['any'], read.error.message)
  const { typeUrl, value, row, json } = read.value
  if (row === undefined) return fault(['any'], wantedType(typeUrl))
  // What the codec does not know it leaves out: nothing may vanish unseen.
  const again = attempt(() => encodeJson(row.message, json))
  if (!again.ok) return fault(['any', ...again.error.path], again.error.message)
  if (again.value.length !== value.length) {
    const message =
      'holds fields that this API of Envoy does not know, or is encoded in an odd way: give it as JSON'
    return fault(['any'], message)
  }
  return ok({ typeUrl, json })
}

const example = 'type.googleapis.com/envoy.config.cluster.v3.Cluster'
const wantedType = (found: string): string => {
  const types = resourceTypesInAddOrder.map(({ typeUrl }) => shortType(typeUrl)).join(', ')
  return `wanted the type URL of one of ${types}, found ${JSON.stringify(messageOfTypeUrl(found).slice(0, 100))}`
}

/** Names of this form are, or may one day be, those of what is generated. */
const ours: Readonly<Partial<Record<ResourceTypeKey, RegExp>>> = {
  cds: /^[a-z0-9-]+\/[a-z0-9-]+\/[^/]+(\/|$)/,
  eds: /^[a-z0-9-]+\/[a-z0-9-]+\/[^/]+(\/|$)/,
  lds: /^[a-z0-9-]+\/[a-z0-9-]+\/[^/]+(\/|$)/,
  rds: /^[a-z0-9-]+\/[a-z0-9-]+\/[^/]+(\/|$)/,
  sds: /^[a-z0-9-]+\/[a-z0-9-]+(\/ca)?$/,
}
const isOurs = (key: ResourceTypeKey, name: string): boolean =>
  /^verdigris\b/.test(name) || ours[key]?.test(name) === true

/** What the codec says of a form that is not the message; secrets are not repeated. */
export function codecFault({ path, reason }: EnvoyApiError): RawFault {
  const isSecret = /key|password|secret|token|inline|credential/i.test(path) || reason.includes('-----')
  return {
    path: parsePath(path),
    message: isSecret ? reason.replace(/, found .*$/s, ', found something else') : reason,
  }
}

export function attempt<T>(run: () => T): Result<T, RawFault> {
  try {
    return ok(run())
  } catch (error) {
    if (error instanceof EnvoyApiError) return err(codecFault(error))
    throw error
  }
}

const fault = (path: Path, message: string): Result<never, RawFault> => err({ path, message })

const fieldsOf = (json: Json): RawResource['json'] =>
  typeof json === 'object' && json !== null && !Array.isArray(json)
    ? // A list is not an object: the test above cannot say so of a readonly one.
      (json as RawResource['json'])
    : {}

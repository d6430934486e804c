// One-field changes of a resource, by what Envoy's API says of each field: the same list every time, made by a walk over
// the descriptors. Most are wrong in some way, some are fine: which, the judges say.
import type { Json } from '../../../src/base/index.ts'
import {
  enumSchema,
  type FieldSchema,
  formatPath,
  isWellKnown,
  messageOfTypeUrl,
  messageSchema,
  typeUrlOf,
  type ValueType,
} from '../../../src/envoy-api/index.ts'
import type { Resource } from './world.ts'

/** What is done to a field. */
export const mutationClasses = [
  'removed',
  'emptied',
  'text',
  'number',
  'truth',
  'enum',
  'duration',
  'oneof',
  'list',
  'map',
  'any',
  'added',
  'form',
] as const
export type MutationClass = (typeof mutationClasses)[number]

export interface Mutation {
  /** `lds filterChains[0].name removed`: unique, and the same at every run. */
  readonly id: string
  readonly class: MutationClass
  readonly typeUrl: string
  /** The resource as it was. */
  readonly resource: Resource
  readonly path: string
  /** The whole resource, with the change. */
  readonly json: Json
}

type Path = readonly (string | number)[]
type Members = { readonly [key: string]: Json }
/** `undefined` takes the field away. */
type Emit = (path: Path, kind: MutationClass, what: string, value: Json | undefined) => void

/** Every change of these resources; one of a field that was met before, in whatever resource, is left out. */
export function mutationsOf(resources: readonly Resource[], seen: Set<string>): readonly Mutation[] {
  return resources.flatMap((resource) => {
    const found: Mutation[] = []
    const emit: Emit = (path, kind, what, value) => {
      const key = resource.typeUrl.slice(resource.typeUrl.lastIndexOf('.') + 1)
      const id = `${key} ${formatPath(path.map((step) => (typeof step === 'number' ? 0 : step)))} ${what}`
      if (seen.has(id)) return
      seen.add(id)
      const json = replaced(resource.json, path, value)
      found.push({ id, class: kind, typeUrl: resource.typeUrl, resource, path: formatPath(path), json })
    }
    walkMessage(messageOfTypeUrl(resource.typeUrl), resource.json, [], emit)
    return found
  })
}

function walkMessage(name: string, json: Json, path: Path, emit: Emit): void {
  const schema = messageSchema(name)
  if (schema === undefined || !isMembers(json)) return
  for (const field of schema.fields) {
    const at = [...path, field.jsonName]
    const value = json[field.jsonName]
    if (value !== undefined) {
      // The name a resource is known by is nobody's field to lose: see `rename` of the judges.
      emit(at, 'removed', 'removed', undefined)
      mutateField(field, value, at, emit)
      continue
    }
    const other = schema.fields.find(
      (each) =>
        each !== field &&
        field.oneof !== undefined &&
        each.oneof === field.oneof &&
        json[each.jsonName] !== undefined,
    )
    if (other === undefined) addField(field, at, emit)
    else {
      const { [other.jsonName]: _, ...rest } = json
      const least = leastOf(field.type)
      emit(path, 'oneof', `${field.jsonName} for ${other.jsonName}`, { ...rest, [field.jsonName]: least })
      emit(path, 'form', `${field.jsonName} beside ${other.jsonName}`, { ...json, [field.jsonName]: least })
    }
  }
  emit([...path, 'noSuchField'], 'form', 'added', 1)
}

function mutateField(field: FieldSchema, value: Json, path: Path, emit: Emit): void {
  if (field.shape === 'repeated' && Array.isArray(value)) {
    const items: readonly Json[] = value
    emit(path, 'emptied', 'emptied', [])
    emit(path, 'form', 'no list', 'x')
    const [first] = items
    if (first === undefined) return
    emit(path, 'list', 'first twice', [first, ...items])
    if (items.length > 1) emit(path, 'list', 'one less', items.slice(1))
    if (items.length > 1) emit(path, 'list', 'reversed', [...items].reverse())
    emit(path, 'list', 'one more', [...items, leastOf(field.type)])
    emit(path, 'form', 'null in it', [null])
    for (const [index, item] of items.entries()) mutateValue(field.type, item, [...path, index], emit)
  } else if (field.shape === 'map' && isMembers(value)) {
    emit(path, 'emptied', 'emptied', {})
    emit(path, 'map', 'empty key', { ...value, '': leastOf(field.type) })
    emit(path, 'map', 'one more', { ...value, x: leastOf(field.type) })
    for (const [key, item] of Object.entries(value)) mutateValue(field.type, item, [...path, key], emit)
  } else mutateValue(field.type, value, path, emit)
}

function mutateValue(type: ValueType, value: Json, path: Path, emit: Emit): void {
  const scalar = type.kind === 'scalar' ? type.scalar : wrapped.get(type.name)
  if (type.kind === 'enum') mutateEnum(type.name, value, path, emit)
  else if (scalar !== undefined) mutateScalar(scalar, value, path, emit)
  else if (type.kind !== 'message') return
  else if (type.name === 'google.protobuf.Duration') {
    for (const other of durations) if (other !== value) emit(path, 'duration', other, other)
    for (const other of ['1', '1e3s', 'NaN', '315576000001s', '1.0000000001s', 5])
      emit(path, 'form', String(other), other)
  } else if (type.name === 'google.protobuf.Any') mutateAny(value, path, emit)
  else if (!isWellKnown(type.name)) {
    emit(path, 'emptied', 'emptied', {})
    emit(path, 'form', 'no message', 'x')
    walkMessage(type.name, value, path, emit)
  }
}

function mutateScalar(scalar: string, value: Json, path: Path, emit: Emit): void {
  if (scalar === 'bool') {
    emit(path, 'truth', 'the other', value !== true)
    emit(path, 'form', 'a text', 'maybe')
  } else if (scalar === 'string') {
    emit(path, 'emptied', 'emptied', '')
    for (const [what, other] of texts(String(value))) if (other !== value) emit(path, 'text', what, other)
    emit(path, 'form', 'a number', 1)
    emit(path, 'form', 'half a character', 'a\ud800')
  } else if (scalar === 'bytes') emit(path, 'emptied', 'emptied', '')
  else {
    for (const other of numbers) if (other !== value) emit(path, 'number', String(other), other)
    for (const other of [-1, 1.5, 2 ** 32, 'NaN']) emit(path, 'form', String(other), other)
  }
}

function mutateEnum(name: string, value: Json, path: Path, emit: Emit): void {
  for (const each of enumSchema(name)?.numbers.keys() ?? [])
    if (each !== value) emit(path, 'enum', each, each)
  for (const number of [99, -1]) emit(path, 'enum', String(number), number)
  emit(path, 'form', 'no such name', 'NO_SUCH_NAME')
}

function mutateAny(value: Json, path: Path, emit: Emit): void {
  if (!isMembers(value)) return
  const { '@type': typeUrl = '', ...fields } = value
  emit(path, 'emptied', 'emptied', {})
  emit(path, 'any', 'nothing in it', { '@type': typeUrl })
  for (const other of anyTypes) {
    if (typeUrlOf(other) !== typeUrl)
      emit(path, 'any', other, { '@type': typeUrlOf(other), ...wellKnownValue(other) })
  }
  emit(path, 'form', 'unknown type', { '@type': typeUrlOf('com.example.Nothing') })
  emit(path, 'form', 'no type', fields)
  emit(path, 'form', 'type without a slash', { ...fields, '@type': 'nothing' })
  walkMessage(messageOfTypeUrl(String(typeUrl)), value, path, emit)
}

/** A field that was not set. */
function addField(field: FieldSchema, path: Path, emit: Emit): void {
  for (const [what, value] of leastValues(field.type)) {
    if (field.shape === 'repeated') emit(path, 'added', `[${what}]`, [value])
    else if (field.shape === 'map')
      emit(path, 'added', `x: ${what}`, { [field.mapKey === 'string' ? 'x' : '1']: value })
    // A scalar at its default is not there at all.
    else if (field.presence || !isDefault(value)) emit(path, 'added', what, value)
  }
}

const isDefault = (value: Json): boolean => value === '' || value === 0 || value === false

function leastValues(type: ValueType): readonly (readonly [string, Json])[] {
  const said = (...values: readonly Json[]): readonly (readonly [string, Json])[] =>
    values.map((value) => [JSON.stringify(value), value])
  if (type.kind === 'enum') return said(1, 99)
  const scalar = type.kind === 'scalar' ? type.scalar : wrapped.get(type.name)
  if (scalar === 'bool') return said(true)
  if (scalar === 'string') return said('', 'x', 'a\nb')
  if (scalar === 'bytes') return said('', 'eA==')
  if (scalar !== undefined) return said(0, 1, 2_147_483_647)
  if (type.kind === 'message' && type.name === 'google.protobuf.Duration') return said('0s', '1s', '-1s')
  return said(leastOf(type))
}

function leastOf(type: ValueType): Json {
  if (type.kind === 'enum') return 0
  const scalar = type.kind === 'scalar' ? type.scalar : wrapped.get(type.name)
  if (scalar === 'bool') return true
  if (scalar === 'string') return 'x'
  if (scalar === 'bytes') return ''
  if (scalar !== undefined) return 1
  if (type.kind !== 'message') return {}
  if (type.name === 'google.protobuf.Duration') return '1s'
  if (type.name === 'google.protobuf.Timestamp') return '2026-01-02T03:04:05Z'
  if (type.name === 'google.protobuf.Value') return 1
  return type.name === 'google.protobuf.ListValue' ? [] : {}
}

const wrapped: ReadonlyMap<string, string> = new Map(
  Object.entries({
    DoubleValue: 'double',
    FloatValue: 'float',
    Int64Value: 'int64',
    UInt64Value: 'uint64',
    Int32Value: 'int32',
    UInt32Value: 'uint32',
    BoolValue: 'bool',
    StringValue: 'string',
    BytesValue: 'bytes',
  }).map(([name, scalar]) => [`google.protobuf.${name}`, scalar]),
)
const durations = [
  '0s',
  '-1s',
  '-0.5s',
  '0.000000001s',
  '0.0009s',
  '1s',
  '86400s',
  '9223372036s',
  '315576000000s',
]
const numbers = [0, 1, 101, 65_535, 65_536, 2_147_483_647]
const anyTypes = [
  'google.protobuf.Empty',
  'google.protobuf.Struct',
  'envoy.extensions.filters.http.router.v3.Router',
  'envoy.extensions.filters.http.fault.v3.HTTPFault',
  'envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy',
  'envoy.config.cluster.v3.Cluster',
]
const wellKnownValue = (type: string): Members => (isWellKnown(type) ? { value: {} } : {})

/** Other texts for a field: odd, long, and the field's own with something before, behind or inside it. */
function texts(value: string): readonly (readonly [string, string])[] {
  return [
    ['another', 'other'],
    ['a space', ' '],
    ['a line feed', `a\nb`],
    ['a NUL', 'a\u0000b'],
    ['DEL', 'a\u007fb'],
    ['not ASCII', 'é😀'],
    ['a star', '*'],
    ['a star in the middle', 'a.*.b'],
    ['a slash', '/'],
    ['a slash more', `${value}/`],
    ['a query', `${value}?a=b`],
    ['a bracket', '(['],
    ['upper case', value.toUpperCase()],
    ['300 characters', 'x'.repeat(300)],
    ['20,000 characters', 'x'.repeat(20_000)],
    ['a percent', '%bad%'],
    ['an address', '999.1.1.1'],
  ]
}

export const isMembers = (json: Json | undefined): json is Members =>
  typeof json === 'object' && json !== null && !Array.isArray(json)

/** A copy with another value in one place. */
export function replaced(json: Json, path: Path, value: Json | undefined): Json {
  const [step, ...rest] = path
  if (step === undefined) return value ?? {}
  if (Array.isArray(json)) {
    const items: readonly Json[] = json
    return items.flatMap((item, index) => {
      if (index !== step) return [item]
      return rest.length === 0 && value === undefined ? [] : [replaced(item, rest, value)]
    })
  }
  const members = isMembers(json) ? json : {}
  const { [String(step)]: before = {}, ...others } = members
  if (rest.length === 0 && value === undefined) return others
  return { ...members, [String(step)]: replaced(before, rest, value) }
}

// Friendly values ↔ messages: a duration may be written as people do, a manifest is plain JSON, a moment is a Date. What the
// codec would drop or bend without a word (a misspelt field, a text where a number belongs) is a fault with its path.
import { fromDuration, fromStruct, type Struct, toDuration, toStruct, toTimestamp } from '../api/index.ts'
import { assertNever, limits, parseDuration, type Violation } from '../base/index.ts'
import type { FieldShape, MessageShape, ValueShape } from './shapes.ts'

type Values = Readonly<Record<string, unknown>>

/** The message for a friendly value. Faults are added to `faults`; then what it gives is of no use. */
export function toMessage(shape: MessageShape, value: unknown, faults: Violation[], path = ''): Values {
  if (!isObject(value)) {
    faults.push({ path, message: `wanted an object with fields of ${shape.name}, found ${found(value)}` })
    return {}
  }
  const message: Record<string, unknown> = {}
  for (const [name, given] of Object.entries(value)) {
    const at = path === '' ? name : `${path}.${name}`
    const field = shape.fields.get(name)
    if (field === undefined) {
      if (!shape.oneofs.has(name)) faults.push({ path: at, message: unknownField(shape, name) })
    } else if (given !== undefined && given !== null) {
      message[name] = toField(field, given, faults, at)
    }
  }
  return message
}

function toField({ many, value }: FieldShape, given: unknown, faults: Violation[], path: string): unknown {
  switch (many) {
    case 'one':
      return toValue(value, given, faults, path)
    case 'list':
      if (Array.isArray(given)) {
        return given.map((item, index) => toValue(value, item, faults, `${path}[${index}]`))
      }
      faults.push({ path, message: `wanted a list, found ${found(given)}` })
      return []
    case 'map':
      if (isObject(given)) {
        const entries = Object.entries(given).filter(([, item]) => item !== undefined)
        return Object.fromEntries(
          entries.map(([key, item]) => [key, toValue(value, item, faults, `${path}.${key}`)]),
        )
      }
      faults.push({ path, message: `wanted an object of names and values, found ${found(given)}` })
      return {}
    default:
      return assertNever(many)
  }
}

function toValue(shape: ValueShape, given: unknown, faults: Violation[], path: string): unknown {
  const fault = (wanted: string): undefined => {
    faults.push({ path, message: `wanted ${wanted}, found ${found(given)}` })
    return undefined
  }
  switch (shape.kind) {
    case 'string':
      return typeof given === 'string' ? given : fault('a text')
    case 'bool':
      return typeof given === 'boolean' ? given : fault('true or false')
    case 'bytes':
      return given instanceof Uint8Array ? given : fault('bytes')
    case 'number':
      return typeof given === 'number' && Number.isFinite(given) ? given : fault('a number')
    case 'integer':
      return Number.isSafeInteger(given) && Number(given) >= shape.least && Number(given) <= shape.most
        ? given
        : fault(`a whole number from ${shape.least} to ${shape.most}`)
    case 'enum':
      return typeof given === 'string' && shape.names.includes(given)
        ? given
        : fault(`one of ${shape.names.join(', ')}`)
    case 'duration':
      return toDurationMessage(given) ?? fault('milliseconds, or a duration such as 500ms, 10s or 1m30s')
    case 'moment': {
      const ms =
        given instanceof Date ? given.getTime() : typeof given === 'string' ? Date.parse(given) : given
      return typeof ms === 'number' && Number.isFinite(ms)
        ? toTimestamp(ms)
        : fault('a Date, milliseconds since 1970, or an ISO time')
    }
    case 'json':
      return isObject(given) ? toStruct(given) : fault('an object')
    case 'message':
      return toMessage(shape.shape(), given, faults, path)
    default:
      return assertNever(shape)
  }
}

function toDurationMessage(given: unknown): object | undefined {
  if (typeof given === 'number') return Number.isFinite(given) && given >= 0 ? toDuration(given) : undefined
  if (typeof given !== 'string') return undefined
  const ms = parseDuration(given)
  return ms === undefined ? undefined : toDuration(ms)
}

/** The friendly value of a message: Dates, milliseconds and plain JSON in it. */
export function fromMessage(shape: MessageShape, message: Values): Values {
  return Object.fromEntries(
    Object.entries(message).map(([name, value]) => {
      const field = shape.fields.get(name)
      return [name, field === undefined ? value : fromField(field, value)]
    }),
  )
}

function fromField({ many, value }: FieldShape, given: unknown): unknown {
  if (given === null || given === undefined) return given
  if (many === 'list' && Array.isArray(given)) return given.map((item) => fromValue(value, item))
  if (many === 'map' && isObject(given)) {
    return Object.fromEntries(Object.entries(given).map(([key, item]) => [key, fromValue(value, item)]))
  }
  return fromValue(value, given)
}

function fromValue(shape: ValueShape, given: unknown): unknown {
  if (!isObject(given)) return given
  switch (shape.kind) {
    case 'moment':
      return new Date(fromDuration(time(given)))
    case 'duration':
      return fromDuration(time(given))
    case 'json':
      return fromStruct(given as { readonly [key: string]: unknown } & Struct)
    case 'message':
      return fromMessage(shape.shape(), given)
    default:
      return given
  }
}

const time = ({ seconds, nanos }: Values) => ({ seconds: Number(seconds ?? 0), nanos: Number(nanos ?? 0) })

const isObject = (value: unknown): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)

const found = (value: unknown): string =>
  typeof value === 'string'
    ? JSON.stringify(value.slice(0, limits.foundLength))
    : typeof value === 'number' || typeof value === 'boolean' || value === null || value === undefined
      ? String(value)
      : Array.isArray(value)
        ? 'a list'
        : typeof value === 'object'
          ? 'an object'
          : `a value of type ${typeof value}`

function unknownField({ name, fields }: MessageShape, written: string): string {
  const names = [...fields.keys()]
  const near = names.find((each) => each.toLowerCase() === written.replaceAll(/[_-]/g, '').toLowerCase())
  if (near !== undefined) return `no such field; did you mean ${near}?`
  return names.length === 0 ? `${name} has no fields` : `no such field; ${name} has ${names.join(', ')}`
}

// zod's issues → our faults: the one place that knows how zod reports. Every message says what is wanted and what
// was found.
import { z } from 'zod'
import { limits, nearest, suggestion } from '../../base/index.ts'
import { describe, type Fault, type Path, quote, valueAt } from './faults.ts'

type Issue = z.core.$ZodIssue

/** A valid value with its defaults, or what is wrong with it. `at` is where the value stands in its object. */
export function check<T>(
  schema: z.ZodType<T>,
  value: unknown,
  at: Path = [],
): { readonly value: T } | { readonly faults: readonly Fault[] } {
  const parsed = schema.safeParse(value, { error: (issue) => wanted(issue) })
  if (parsed.success) return { value: parsed.data }
  const faults = parsed.error.issues
    .slice(0, 2 * limits.violationsReported)
    .flatMap((issue) => faultsOf(issue, schema, value))
  return {
    faults: firstOfEach(faults).map(({ path, message, onKey }) => ({
      path: [...at, ...path],
      message,
      ...(onKey === undefined ? {} : { onKey }),
    })),
  }
}

/** A fault that says which field was meant. */
interface Found extends Fault {
  readonly meant?: Path
}

/** One fault per place: the first says it, the others would repeat it. A slip in a field's name is not also a missing field. */
function firstOfEach(faults: readonly Found[]): readonly Fault[] {
  const seen = new Set(faults.flatMap(({ meant }) => (meant === undefined ? [] : [JSON.stringify(meant)])))
  return faults.filter(({ path }) => {
    const place = JSON.stringify(path)
    return !seen.has(place) && seen.add(place)
  })
}

const typeNames: ReadonlyMap<string, string> = new Map([
  ['string', 'a string'],
  ['number', 'a number'],
  ['int', 'a whole number'],
  ['boolean', 'true or false'],
  ['array', 'a list'],
  ['object', 'an object'],
  ['record', 'an object'],
  ['nonoptional', 'an object'],
])

const wantedString = 'wanted a string'

/** The message of an issue whose schema gives none. */
function wanted(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `wanted ${typeNames.get(issue.expected) ?? issue.expected}`
    case 'invalid_value':
      return `wanted ${issue.values.length === 1 ? '' : 'one of '}${issue.values.map((each) => JSON.stringify(each)).join(', ')}`
    case 'too_small':
      return `wanted at least ${issue.minimum}${unit(issue.origin)}`
    case 'too_big':
      return `wanted at most ${issue.maximum}${unit(issue.origin)}`
    default:
      return 'wanted another value'
  }
}

const unit = (origin: string): string =>
  origin === 'string' ? ' characters' : origin === 'array' ? ' items' : ''

function faultsOf(issue: Issue, schema: z.ZodType, root: unknown): readonly Found[] {
  const path = stepsOf(issue.path)
  const value = valueAt(root, path)
  switch (issue.code) {
    case 'unrecognized_keys':
      return unknownFields(issue.keys, knownFields(schema, path), path)
    case 'invalid_key':
      return [
        {
          path,
          message: `${issue.issues[0]?.message ?? issue.message}, found ${quote(String(path.at(-1)))}`,
          onKey: true,
        },
      ]
    case 'invalid_union':
      return unionFaults(issue, path, schema, root)
    case 'invalid_value': {
      const names = issue.values.filter((each) => typeof each === 'string')
      const hint = typeof value === 'string' && names.length > 1 ? suggestion(value, names) : ''
      return [{ path, message: found(issue.message, value) + (hint.startsWith('; did') ? hint : '') }]
    }
    case 'custom':
      return [{ path, message: isScalar(value) ? found(issue.message, value) : issue.message }]
    default:
      return [{ path, message: found(issue.message, value) + typeHint(issue, value) }]
  }
}

function unknownFields(keys: readonly string[], known: readonly string[], path: Path): readonly Found[] {
  return keys.slice(0, limits.violationsReported).map((key) => {
    const near = nearest(key, known)
    const message = `unknown field ${quote(key)}${suggestion(key, known)}`
    return {
      path: [...path, key],
      message,
      onKey: true,
      ...(near === undefined ? {} : { meant: [...path, near] }),
    }
  })
}

const stepsOf = (path: readonly PropertyKey[]): Path =>
  path.map((step) => (typeof step === 'number' ? step : String(step)))

const isScalar = (value: unknown): boolean =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'

/** Adds what was found, unless the message has it. */
function found(message: string, value: unknown): string {
  if (!message.startsWith('wanted') || message.includes(', found ')) return message
  return value === undefined ? `missing, ${message}` : `${message}, found ${describe(value)}`
}

/** Quotes too many or too few are the usual reason for a wrong type. */
function typeHint(issue: Issue, value: unknown): string {
  if (issue.code !== 'invalid_type') return ''
  const numeric = issue.expected === 'number' || issue.expected === 'int'
  if (numeric && typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value))
    return '; write it without quotes'
  const text = issue.message === wantedString
  if (text && (typeof value === 'number' || typeof value === 'boolean')) {
    return '; write it in quotes'
  }
  return ''
}

/** The faults of the alternative that was meant, if one is clearly nearer than the others; else the union's own message. */
function unionFaults(
  issue: Extract<Issue, { code: 'invalid_union' }>,
  path: Path,
  schema: z.ZodType,
  root: unknown,
): readonly Fault[] {
  const value = valueAt(root, path)
  const alternatives = [...issue.errors].sort((a, b) => a.length - b.length)
  const [best, second] = alternatives
  const clear = best !== undefined && second !== undefined && best.length < second.length
  if (!clear) {
    const fields =
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? Object.keys(value).slice(0, 8)
        : []
    if (fields.length === 0) return [{ path, message: found(issue.message, value) }]
    return [{ path, message: `${issue.message}, found ${fields.map(quote).join(' and ')}` }]
  }
  return best.flatMap((inner) => faultsOf({ ...inner, path: [...issue.path, ...inner.path] }, schema, root))
}

/** Fields that the schema knows at a path; of a union, those of all alternatives. */
function knownFields(schema: z.core.$ZodType, path: Path): readonly string[] {
  const [step, ...rest] = path
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) {
    return knownFields(schema.def.innerType, path)
  }
  if (schema instanceof z.ZodUnion) return schema.options.flatMap((option) => knownFields(option, path))
  if (schema instanceof z.ZodObject) {
    if (step === undefined) return Object.keys(schema.shape)
    const field = Object.getOwnPropertyDescriptor(schema.shape, step)?.value
    return field instanceof z.ZodType ? knownFields(field, rest) : []
  }
  if (schema instanceof z.ZodArray) return knownFields(schema.element, rest)
  if (schema instanceof z.ZodRecord) return knownFields(schema.valueType, rest)
  return []
}

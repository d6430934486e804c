// One value against its rules: strings, bytes, numbers, enums, durations, type URLs. Values come in proto3 JSON;
// those of a wrong type pass here, since encoding refuses them with a better message.
import type { Json } from '../../base/index.ts'
import { enumSchema, parseDuration, type ValueType } from '../../envoy-api/index.ts'
import { compileRe2, wellKnownPattern } from './re2.ts'

/** What is wrong with a value; undefined when nothing is. */
export type ValueCheck = (value: unknown) => string | undefined
/** A message of validate.proto in proto3 JSON, such as StringRules. */
export type Rules = { readonly [rule: string]: Json }

export const isRules = (value: unknown): value is Rules =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const integers64 = new Set(['int64', 'uint64', 'sint64', 'fixed64', 'sfixed64'])
const numbers = new Set(['float', 'double', 'int32', 'uint32', 'sint32', 'fixed32', 'sfixed32'])

/**
 * The check of one value by `validate.FieldRules`; undefined when they ask nothing of single values. Throws for a
 * rule that is not known here: an API that brings a new one needs it added.
 */
export function compileValue(rules: Rules, type: ValueType): ValueCheck | undefined {
  const checks: ValueCheck[] = []
  for (const [kind, inner] of Object.entries(rules)) {
    if (!isRules(inner) || kind === 'message' || kind === 'repeated' || kind === 'map') continue
    const check = compileKind(kind, inner, type)
    checks.push(inner.ignoreEmpty === true ? unlessEmpty(check) : check)
  }
  return checks.length === 0 ? undefined : (value) => firstFault(checks, value)
}

const firstFault = (checks: readonly ValueCheck[], value: unknown): string | undefined => {
  for (const check of checks) {
    const fault = check(value)
    if (fault !== undefined) return fault
  }
  return undefined
}

const unlessEmpty =
  (check: ValueCheck): ValueCheck =>
  (value) =>
    value === '' || value === 0 || value === '0' ? undefined : check(value)

function compileKind(kind: string, rules: Rules, type: ValueType): ValueCheck {
  if (kind === 'string') return all(rules, stringRule)
  if (kind === 'bytes') return all(rules, bytesRule)
  if (kind === 'bool') return all(rules, boolRule)
  if (kind === 'enum') return all(rules, (rule, wanted) => enumRule(rule, wanted, type))
  if (kind === 'any') return all(rules, anyRule)
  if (kind === 'duration') return comparison(rules, durationNanos, (value) => `${Number(value) / 1e9}s`)
  if (integers64.has(kind)) return comparison(rules, toInteger, String)
  if (numbers.has(kind)) return comparison(rules, toNumber, String)
  throw new Error(`validate.rules of the kind ${kind} are not held here`)
}

/** One check of every rule, by its name and its argument. */
function all(
  rules: Rules,
  rule: (name: string, wanted: Json, rules: Rules) => ValueCheck | undefined,
): ValueCheck {
  const checks = Object.entries(rules).flatMap(([name, wanted]) => {
    if (name === 'ignoreEmpty' || name === 'required') return []
    const check = rule(name, wanted, rules)
    return check === undefined ? [] : [check]
  })
  return (value) => firstFault(checks, value)
}

const quoted = (value: unknown): string => {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 80 ? `${text.slice(0, 77)}...` : text
}
const texts = (wanted: Json): readonly string[] => (Array.isArray(wanted) ? wanted.map(String) : [])
const noRule = (kind: string, name: string): never => {
  throw new Error(`the rule ${name} of ${kind} is not held here`)
}
const onText =
  (isRight: (text: string) => boolean, wanted: string): ValueCheck =>
  (value) =>
    typeof value !== 'string' || isRight(value) ? undefined : `wanted ${wanted}, found ${quoted(value)}`

function stringRule(name: string, wanted: Json, rules: Rules): ValueCheck | undefined {
  const number = Number(wanted)
  const text = String(wanted)
  switch (name) {
    case 'minLen':
      return onText(
        (value) => characters(value) >= number,
        number === 1 ? 'a text that is not empty' : `at least ${number} characters`,
      )
    case 'maxLen':
      return onText((value) => characters(value) <= number, `at most ${number} characters`)
    case 'minBytes':
      return onText((value) => Buffer.byteLength(value) >= number, `at least ${number} bytes`)
    case 'maxBytes':
      return onText((value) => Buffer.byteLength(value) <= number, `at most ${number} bytes`)
    case 'prefix':
      return onText((value) => value.startsWith(text), `a text that starts with ${quoted(text)}`)
    case 'suffix':
      return onText((value) => value.endsWith(text), `a text that ends with ${quoted(text)}`)
    case 'const':
      return onText((value) => value === text, quoted(text))
    case 'in': {
      const allowed = new Set(texts(wanted))
      return onText((value) => allowed.has(value), `one of ${[...allowed].map(quoted).join(', ')}`)
    }
    case 'notIn': {
      const refused = new Set(texts(wanted))
      return onText((value) => !refused.has(value), `none of ${[...refused].map(quoted).join(', ')}`)
    }
    case 'pattern': {
      const pattern = compileRe2(text)
      return onText((value) => pattern.test(value), `a text that matches ${text}`)
    }
    case 'wellKnownRegex': {
      const known = wellKnownPattern(text, rules.strict !== false)
      return onText((value) => known.pattern.test(value), known.wanted)
    }
    // Part of wellKnownRegex.
    case 'strict':
      return undefined
    default:
      return noRule('string', name)
  }
}

/** Unicode characters, as PGV counts them; most texts are short and plain. */
function characters(text: string): number {
  let count = 0
  for (const _ of text) count += 1
  return count
}

function bytesRule(name: string, wanted: Json): ValueCheck {
  const size = (value: string): number => Buffer.from(value, 'base64').length
  const number = Number(wanted)
  if (name === 'minLen') return onText((value) => size(value) >= number, `at least ${number} bytes`)
  if (name === 'maxLen') return onText((value) => size(value) <= number, `at most ${number} bytes`)
  return noRule('bytes', name)
}

function boolRule(name: string, wanted: Json): ValueCheck {
  if (name !== 'const') return noRule('bool', name)
  return (value) =>
    typeof value !== 'boolean' || value === wanted ? undefined : `wanted ${wanted}, found ${value}`
}

function enumRule(name: string, wanted: Json, type: ValueType): ValueCheck | undefined {
  const schema = type.kind === 'enum' ? enumSchema(type.name) : undefined
  if (schema === undefined) throw new Error(`rules of an enum on a field of another type`)
  const numberOf = (value: unknown): number | undefined =>
    typeof value === 'string' ? schema.numbers.get(value) : typeof value === 'number' ? value : undefined
  const nameOf = (number: number): string => schema.names.get(number) ?? String(number)
  const onNumber =
    (isRight: (number: number) => boolean, text: string): ValueCheck =>
    (value) => {
      const number = numberOf(value)
      return number === undefined || isRight(number) ? undefined : `wanted ${text}, found ${nameOf(number)}`
    }
  const listed = Array.isArray(wanted) ? wanted.map(Number) : []
  const names = listed.map(nameOf).join(', ')
  if (name === 'definedOnly') {
    return wanted === true
      ? onNumber((number) => schema.names.has(number), `a value that ${schema.name} defines`)
      : undefined
  }
  if (name === 'in') return onNumber((number) => listed.includes(number), `one of ${names}`)
  if (name === 'notIn') return onNumber((number) => !listed.includes(number), `none of ${names}`)
  if (name === 'const') return onNumber((number) => number === Number(wanted), nameOf(Number(wanted)))
  return noRule('enum', name)
}

function anyRule(name: string, wanted: Json): ValueCheck {
  const listed = texts(wanted)
  if (name !== 'in' && name !== 'notIn') return noRule('any', name)
  return (value) => {
    const typeUrl = isRules(value) ? value['@type'] : undefined
    if (typeof typeUrl !== 'string' || listed.includes(typeUrl) === (name === 'in')) return undefined
    return `wanted ${name === 'in' ? 'one' : 'none'} of ${listed.join(', ')}, found ${quoted(typeUrl)}`
  }
}

const toNumber = (value: unknown): number | undefined => {
  const number = typeof value === 'number' ? value : typeof value === 'string' ? Number(value) : undefined
  return number === undefined || Number.isNaN(number) ? undefined : number
}
const toInteger = (value: unknown): bigint | undefined => {
  if (typeof value === 'number' && Number.isInteger(value)) return BigInt(value)
  return typeof value === 'string' && /^-?\d+$/.test(value) ? BigInt(value) : undefined
}
const durationNanos = (value: unknown): bigint | undefined => {
  const duration = typeof value === 'string' ? parseDuration(value) : undefined
  return duration === undefined
    ? undefined
    : BigInt(duration.seconds) * 1_000_000_000n + BigInt(duration.nanos)
}

/**
 * Bounds and lists of whatever can be compared. An upper bound that is not above the lower one means "outside of
 * both" (PGV).
 */
function comparison<T extends number | bigint>(
  rules: Rules,
  read: (value: unknown) => T | undefined,
  show: (value: T) => string,
): ValueCheck {
  for (const name of Object.keys(rules)) {
    if (!/^(lt|lte|gt|gte|in|notIn|const|ignoreEmpty|required)$/.test(name)) noRule('numbers', name)
  }
  const lower = read(rules.gt ?? rules.gte)
  const upper = read(rules.lt ?? rules.lte)
  const aboveLower = (value: T): boolean =>
    lower === undefined || (rules.gt === undefined ? value >= lower : value > lower)
  const belowUpper = (value: T): boolean =>
    upper === undefined || (rules.lt === undefined ? value <= upper : value < upper)
  const outside = lower !== undefined && upper !== undefined && upper <= lower
  const bounds = [
    ...(lower === undefined ? [] : [`${rules.gt === undefined ? 'at least' : 'more than'} ${show(lower)}`]),
    ...(upper === undefined ? [] : [`${rules.lt === undefined ? 'at most' : 'less than'} ${show(upper)}`]),
  ].join(outside ? ' or ' : ' and ')
  const listed = (rule: Json | undefined): readonly T[] =>
    (Array.isArray(rule) ? rule : rule === undefined ? [] : [rule]).flatMap((item) => read(item) ?? [])
  const allowed = [...listed(rules.in), ...listed(rules.const)]
  const refused = listed(rules.notIn)
  return (raw) => {
    const value = read(raw)
    if (value === undefined) return undefined
    const inside = outside ? aboveLower(value) || belowUpper(value) : aboveLower(value) && belowUpper(value)
    if (!inside) return `wanted ${bounds}, found ${show(value)}`
    if (allowed.length > 0 && !allowed.includes(value)) {
      return `wanted one of ${allowed.map(show).join(', ')}, found ${show(value)}`
    }
    return refused.includes(value)
      ? `wanted none of ${refused.map(show).join(', ')}, found ${show(value)}`
      : undefined
  }
}

// What validate.rules ask of one message type, compiled once: a check per field that may be set, the faults of
// fields that are not, the oneofs of which a member is wanted.
import {
  decodeJson,
  type FieldSchema,
  isWellKnown,
  type MessageSchema,
  messageSchema,
  optionBytes,
  optionNumber,
  type ValueType,
} from '../../envoy-api/index.ts'
import { compileValue, isRules, type Rules, type ValueCheck } from './values.ts'

/** Extension numbers of validate.proto: `rules` of a field, `required` of a oneof, `disabled` and `ignored` of a message. */
const rulesExtension = 1071
const requiredExtension = 1071
const disabledExtension = 1071
const ignoredExtension = 1072

/** How to check one value of a field, list element or map value. */
export interface ValuePlan {
  readonly check: ValueCheck | undefined
  /** The message to descend into. */
  readonly message: string | undefined
  /** It is an Any: descend into what it holds. */
  readonly any: boolean
  /** It is a message with a form of its own that is asked about beyond its constraints: a duration or an Any. */
  readonly special: string | undefined
}

export interface FieldPlan {
  readonly field: FieldSchema
  readonly value: ValuePlan
  /** Check of a map's keys. */
  readonly key: ValueCheck | undefined
  /** Check of a list or map as a whole: how many, unique. */
  readonly whole: ValueCheck | undefined
}

export interface MessagePlan {
  /** Fields that have something to check, by every name they may be written under. */
  readonly fields: ReadonlyMap<string, FieldPlan>
  /** Fields whose absence is a fault, and which. */
  readonly absent: readonly { readonly field: FieldSchema; readonly fault: string }[]
  readonly oneofs: readonly { readonly members: readonly FieldSchema[]; readonly fault: string }[]
}

const plans = new Map<string, MessagePlan>()

/** The plan of a message of Envoy's API; undefined when there is no such message. */
export function planOf(messageName: string): MessagePlan | undefined {
  const known = plans.get(messageName)
  if (known !== undefined) return known
  const schema = messageSchema(messageName)
  if (schema === undefined) return undefined
  const plan = compilePlan(schema)
  plans.set(messageName, plan)
  return plan
}

/** `validate.rules` of a field in proto3 JSON; undefined when it has none. */
export function rulesOf(field: FieldSchema): Rules | undefined {
  const bytes = optionBytes(field.options, rulesExtension)
  const rules = bytes === undefined ? undefined : decodeJson('validate.FieldRules', bytes)
  return isRules(rules) ? rules : undefined
}

function compilePlan(schema: MessageSchema): MessagePlan {
  const off = [disabledExtension, ignoredExtension].some(
    (option) => optionNumber(schema.options, option) === 1,
  )
  if (off) return { fields: new Map(), absent: [], oneofs: [] }
  const fields = new Map<string, FieldPlan>()
  const absent: { field: FieldSchema; fault: string }[] = []
  for (const field of schema.fields) {
    const rules = rulesOf(field) ?? {}
    const plan = compileField(field, rules)
    if (hasWork(plan)) for (const name of [field.name, field.jsonName]) fields.set(name, plan)
    const fault = faultOfAbsence(plan, rules)
    if (fault !== undefined) absent.push({ field, fault })
  }
  const oneofs = schema.oneofs
    .filter((oneof) => optionNumber(oneof.options, requiredExtension) === 1)
    .map((oneof) => {
      const members = schema.fields.filter((field) => field.oneof === oneof.name)
      return {
        members,
        fault: `wanted one of ${members.map((field) => field.jsonName).join(', ')}, found none`,
      }
    })
  return { fields, absent, oneofs }
}

const hasWork = ({ value, key, whole }: FieldPlan): boolean =>
  value.check !== undefined ||
  value.message !== undefined ||
  value.special !== undefined ||
  key !== undefined ||
  whole !== undefined

function compileField(field: FieldSchema, rules: Rules): FieldPlan {
  const list = isRules(rules.repeated) ? rules.repeated : {}
  const map = isRules(rules.map) ? rules.map : {}
  if (field.shape === 'repeated') {
    const value = compileElement(inner(list.items), field.type)
    return { field, value, key: undefined, whole: compileList(list) }
  }
  if (field.shape === 'map') {
    const value = compileElement(inner(map.values), field.type)
    const keyType: ValueType = { kind: 'scalar', scalar: field.mapKey ?? 'string' }
    return { field, value, key: compileValue(inner(map.keys), keyType), whole: compileMap(map) }
  }
  return { field, value: compileElement(rules, field.type), key: undefined, whole: undefined }
}

const inner = (rules: unknown): Rules => (isRules(rules) ? rules : {})

function compileElement(rules: Rules, type: ValueType): ValuePlan {
  const skip = isRules(rules.message) && rules.message.skip === true
  const name = type.kind === 'message' ? type.name : undefined
  return {
    check: compileValue(rules, type),
    message: name === undefined || skip || isWellKnown(name) ? undefined : name,
    any: name === 'google.protobuf.Any' && !skip,
    special: name === 'google.protobuf.Duration' || name === 'google.protobuf.Any' ? name : undefined,
  }
}

/** The fault of a field that is not set, or set to its default where that is the same. */
function faultOfAbsence({ field, value, whole }: FieldPlan, rules: Rules): string | undefined {
  const required = Object.values(rules).some((kind) => isRules(kind) && kind.required === true)
  // A oneof says itself whether a member is wanted.
  if (field.oneof !== undefined) return undefined
  if (field.shape === 'repeated') return whole?.([])
  if (field.shape === 'map') return whole?.({})
  if (field.presence) return required ? 'wanted a value, found none' : undefined
  return value.check?.(defaultOf(field.type))
}

function defaultOf(type: ValueType): string | number | boolean {
  if (type.kind !== 'scalar') return 0
  if (type.scalar === 'bool') return false
  return type.scalar === 'string' || type.scalar === 'bytes' ? '' : 0
}

function known(rules: Rules, kind: string, names: readonly string[]): void {
  for (const name of Object.keys(rules)) {
    if (!names.includes(name)) throw new Error(`the rule ${name} of ${kind} is not held here`)
  }
}

function compileList(rules: Rules): ValueCheck | undefined {
  known(rules, 'lists', ['minItems', 'maxItems', 'unique', 'items', 'ignoreEmpty'])
  const count = compileCount(rules.minItems, rules.maxItems, rules.ignoreEmpty === true, 'item')
  if (rules.unique !== true) return count
  return (value) => {
    const fault = count?.(value)
    if (fault !== undefined || !Array.isArray(value)) return fault
    const seen = new Set<unknown>()
    for (const item of value) {
      if (seen.has(item)) return `wanted no item twice, found ${JSON.stringify(item)} again`
      seen.add(item)
    }
    return undefined
  }
}

function compileMap(rules: Rules): ValueCheck | undefined {
  known(rules, 'maps', ['minPairs', 'maxPairs', 'keys', 'values', 'ignoreEmpty'])
  return compileCount(rules.minPairs, rules.maxPairs, rules.ignoreEmpty === true, 'entry')
}

function compileCount(
  least: unknown,
  most: unknown,
  emptyIsFine: boolean,
  what: string,
): ValueCheck | undefined {
  if (least === undefined && most === undefined) return undefined
  const from = Number(least ?? 0)
  const to = Number(most ?? Number.POSITIVE_INFINITY)
  return (value) => {
    if (typeof value !== 'object' || value === null) return undefined
    const count = Object.keys(value).length
    if (emptyIsFine && count === 0) return undefined
    if (count < from) return `wanted ${from} ${what} or more, found ${count}`
    return count > to ? `wanted ${to} ${what} or fewer, found ${count}` : undefined
  }
}

// Envoy's own field constraints (`validate.rules`, protoc-gen-validate) over a message in proto3 JSON: what Envoy
// would refuse, found before anything is sent. Semantics are those of PGV's C++ code, which Envoy runs.
import { limits, type Violation } from '../../base/index.ts'
import { formatPath, type JsonPath, messageOfTypeUrl } from '../../envoy-api/index.ts'
import { type FieldPlan, type MessagePlan, planOf, type ValuePlan } from './plan.ts'

/**
 * Constraint violations of a message, with their JSON paths; none when Envoy would take it. Descends into messages
 * and into every Any whose type Envoy's API knows. Unknown fields and wrong types are not found here: encoding
 * refuses them. At most limits.violationsReported. A pure function of its arguments: remember it by identity.
 */
export function violationsOf(
  messageName: string,
  json: unknown,
  beyond: Beyond = () => [],
): readonly Violation[] {
  const walk: Walk = { path: [], found: [], beyond }
  checkMessage(messageName, json, walk)
  return walk.found
}

/**
 * Faults beyond the constraints: asked of every message that is met, durations and Anys included, before those inside
 * it. `root` is the resource itself.
 */
export type Beyond = (
  messageName: string,
  value: unknown,
  root: boolean,
) => Iterable<{ readonly path: JsonPath; readonly message: string }>

interface Walk {
  readonly beyond: Beyond
  readonly path: (string | number)[]
  readonly found: Violation[]
}

const report = (walk: Walk, message: string): void => reportAt(walk, walk.path, message)

function reportAt(walk: Walk, path: JsonPath, message: string): void {
  if (walk.found.length < limits.violationsReported) walk.found.push({ path: formatPath(path), message })
}

/** Calls `check` one step deeper, unless this is deeper than a message may be: encoding refuses that. */
function at(walk: Walk, step: string | number, check: () => void): void {
  if (walk.path.length > 2 * limits.protobufDepth) return
  walk.path.push(step)
  check()
  walk.path.pop()
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isSet = (value: unknown): boolean => value !== undefined && value !== null

function checkMessage(messageName: string, json: unknown, walk: Walk): void {
  const plan = planOf(messageName)
  if (plan === undefined || !isObject(json)) return
  for (const [name, value] of Object.entries(json)) {
    const field = plan.fields.get(name)
    if (field !== undefined && isSet(value)) at(walk, name, () => checkField(field, value, walk))
  }
  checkAbsent(plan, json, walk)
  askBeyond(messageName, json, walk)
}

function askBeyond(messageName: string, value: unknown, walk: Walk): void {
  for (const { path, message } of walk.beyond(messageName, value, walk.path.length === 0)) {
    reportAt(walk, [...walk.path, ...path], message)
  }
}

function checkAbsent(plan: MessagePlan, json: Readonly<Record<string, unknown>>, walk: Walk): void {
  for (const { field, fault } of plan.absent) {
    if (!isSet(json[field.jsonName]) && !isSet(json[field.name])) {
      at(walk, field.jsonName, () => report(walk, fault))
    }
  }
  for (const { members, fault } of plan.oneofs) {
    if (!members.some((field) => isSet(json[field.jsonName]) || isSet(json[field.name]))) report(walk, fault)
  }
}

function checkField({ field, value: plan, key, whole }: FieldPlan, value: unknown, walk: Walk): void {
  const fault = whole?.(value)
  if (fault !== undefined) report(walk, fault)
  if (field.shape === 'singular') checkValue(plan, value, walk)
  else if (field.shape === 'repeated' && Array.isArray(value)) {
    for (const [index, item] of value.entries()) at(walk, index, () => checkValue(plan, item, walk))
  } else if (field.shape === 'map' && isObject(value)) {
    for (const [name, item] of Object.entries(value)) {
      at(walk, name, () => {
        const keyFault = key?.(name)
        if (keyFault !== undefined) report(walk, `as a key: ${keyFault}`)
        checkValue(plan, item, walk)
      })
    }
  }
}

function checkValue(plan: ValuePlan, value: unknown, walk: Walk): void {
  const fault = plan.check?.(value)
  if (fault !== undefined) report(walk, fault)
  if (plan.message !== undefined) checkMessage(plan.message, value, walk)
  else if (plan.special !== undefined) askBeyond(plan.special, value, walk)
  if (plan.any && isObject(value) && typeof value['@type'] === 'string') {
    const held = messageOfTypeUrl(value['@type'])
    if (held === 'google.protobuf.Any' && isObject(value.value)) {
      at(walk, 'value', () => checkValue({ ...plan, check: undefined }, value.value, walk))
    } else checkMessage(held, value, walk)
  }
}

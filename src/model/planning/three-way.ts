// Putting back what one change did, field by field, where others have changed the rest since. Works on what people write.
import { canonicalJson, type Json } from '../../base/index.ts'
import { pathText } from '../manifests/faults.ts'
import { nameOf } from './diff.ts'

/** The value before the change, after it, and now; undefined: there was none. */
export interface ThreeWay {
  readonly before: Json | undefined
  readonly after: Json | undefined
  readonly now: Json | undefined
}

/** A field that the change wrote, and that is another now. */
export interface Clash {
  /** `spec.environments[green].release.version`. */
  readonly path: string
  readonly after: Json | undefined
  readonly now: Json | undefined
}

/**
 * What is now, with what the change did put back. Fields of objects, and items of lists that have names, stand for themselves;
 * any other list is one value. What was changed again since is a clash, and stays as it is.
 */
export function putBack(values: ThreeWay, path: string, clashes: Clash[]): Json | undefined {
  const { before, after, now } = values
  if (same(now, after)) return before
  if (same(before, after) || same(now, before)) return now
  const fields = [before, after, now].map(fieldsOf)
  if (fields.every((each) => each !== undefined)) return fieldsBack(fields, path, clashes)
  const items = [before, after, now].map(itemsOf)
  if (items.every((each) => each !== undefined)) {
    const list = itemsBack(items, path, clashes)
    if (list !== undefined) return list
  }
  clashes.push({ path, after, now })
  return now
}

const same = (a: Json | undefined, b: Json | undefined): boolean =>
  a === undefined || b === undefined ? a === b : canonicalJson(a) === canonicalJson(b)

type Members = ReadonlyMap<string, Json>

/** An object's fields; what is not there has none. */
function fieldsOf(value: Json | undefined): Members | undefined {
  if (value === undefined) return new Map()
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  return new Map(Object.entries(value))
}

/** A list's items by their names, in order; undefined where they have none, or not each its own. */
function itemsOf(value: Json | undefined): Members | undefined {
  if (value === undefined) return new Map()
  if (!Array.isArray(value)) return undefined
  const items = new Map<string, Json>()
  for (const item of value as readonly Json[]) {
    const name = nameOf(item)
    if (name === undefined || items.has(name)) return undefined
    items.set(name, item)
  }
  return items
}

const none: Members = new Map()

function fieldsBack(
  [before = none, after = none, now = none]: readonly (Members | undefined)[],
  path: string,
  clashes: Clash[],
): Json | undefined {
  const kept: [string, Json][] = []
  for (const name of new Set([...now.keys(), ...before.keys(), ...after.keys()])) {
    const step = pathText([name])
    const under = path === '' ? step : step.startsWith('[') ? `${path}${step}` : `${path}.${step}`
    const value = putBack(
      { before: before.get(name), after: after.get(name), now: now.get(name) },
      under,
      clashes,
    )
    if (value !== undefined) kept.push([name, value])
  }
  return kept.length === 0 && before.size === 0 ? undefined : Object.fromEntries(kept)
}

/** Undefined where the order was changed twice. */
function itemsBack(
  [before = none, after = none, now = none]: readonly (Members | undefined)[],
  path: string,
  clashes: Clash[],
): Json | undefined {
  const order = orderBack([...before.keys()], [...after.keys()], [...now.keys()])
  if (order === undefined) return undefined
  return order.flatMap((name) => {
    const value = putBack(
      { before: before.get(name), after: after.get(name), now: now.get(name) },
      `${path}[${name}]`,
      clashes,
    )
    return value === undefined ? [] : [value]
  })
}

/** All names that may be there, in the order that is wanted. */
function orderBack(
  before: readonly string[],
  after: readonly string[],
  now: readonly string[],
): readonly string[] | undefined {
  const isReordered = !inSameOrder(before, after)
  if (isReordered && !inSameOrder(after, now)) return undefined
  const [first, second] = isReordered ? [before, now] : [now, before]
  const order = [...first]
  for (const [at, name] of second.entries()) {
    if (order.includes(name)) continue
    const neighbour = second.slice(0, at).findLast((each) => order.includes(each))
    order.splice(neighbour === undefined ? 0 : order.indexOf(neighbour) + 1, 0, name)
  }
  return order
}

/** Of the names that both have. */
function inSameOrder(a: readonly string[], b: readonly string[]): boolean {
  const inB = new Set(b)
  const inA = new Set(a)
  const [left, right] = [a.filter((name) => inB.has(name)), b.filter((name) => inA.has(name))]
  return left.every((name, at) => right[at] === name)
}

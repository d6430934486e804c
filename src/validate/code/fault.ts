// What checks of one message share: reading fields under either of their names, and saying what is wrong where.
import type { JsonPath } from '../../envoy-api/index.ts'

/** A message in proto3 JSON. */
export type Fields = Readonly<Record<string, unknown>>

export interface Fault {
  /** From the message that was checked. */
  readonly path: JsonPath
  readonly message: string
}

/** The faults of one message. `root`: it is the resource itself and stands in no other message. */
export type Check = (message: Fields, root: boolean) => Iterable<Fault>

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A field by its JSON name, or by the name of the proto file; undefined when it is not set. */
export function get(message: unknown, jsonName: string): unknown {
  if (!isFields(message)) return undefined
  const value = message[jsonName] ?? message[protoNameOf(jsonName)]
  return value === null ? undefined : value
}

/** Names of the checks' own fields, so there are few. */
const protoNames = new Map<string, string>()

function protoNameOf(jsonName: string): string {
  let name = protoNames.get(jsonName)
  if (name === undefined) {
    name = jsonName.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
    protoNames.set(jsonName, name)
  }
  return name
}

export const has = (message: unknown, jsonName: string): boolean => get(message, jsonName) !== undefined

/** A text field; '' when it is not set. */
export function text(message: unknown, jsonName: string): string {
  const value = get(message, jsonName)
  return typeof value === 'string' ? value : ''
}

/** The text of a DataSource that holds it itself; '' when it does not. */
export function sourceText(source: unknown): string {
  const inline = text(source, 'inlineString')
  return inline === '' ? Buffer.from(text(source, 'inlineBytes'), 'base64').toString('utf8') : inline
}

/** A repeated field; empty when it is not set. */
export function list(message: unknown, jsonName: string): readonly unknown[] {
  const value = get(message, jsonName)
  return Array.isArray(value) ? value : []
}

/** An enum by its name, given by name or by number; the name of 0 when it is not set. */
export function enumName(message: unknown, jsonName: string, names: readonly string[]): string {
  const value = get(message, jsonName) ?? 0
  return typeof value === 'number' ? (names[value] ?? String(value)) : String(value)
}

/** A number, also of a wrapper; undefined when it is not set. */
export function number(message: unknown, jsonName: string): number | undefined {
  const value = get(message, jsonName)
  return value === undefined ? undefined : Number(value)
}

/** A duration in seconds; undefined when it is not set. */
export const seconds = (message: unknown, jsonName: string): number | undefined =>
  has(message, jsonName) ? Number.parseFloat(String(get(message, jsonName))) : undefined

/** `"a", "b" or "c"`. */
export const either = (names: Iterable<string>): string =>
  [...names]
    .map((name) => `"${name}"`)
    .join(', ')
    .replace(/, ([^,]*)$/, ' or $1')

// Finds what is forbidden in a resource in Envoy's own words, however deep it is.
import type { Violation } from '../../base/index.ts'
import { eachMessage, formatPath, type JsonPath } from '../../envoy-api/index.ts'
import { fieldReason, type Reason, reasonOf } from './forbidden.ts'

/** What of a message is refused unless the configuration allows it; paths are JSON paths. */
export function unsafeFaults(messageName: string, json: unknown): readonly Violation[] {
  const found = new Map<string, Violation>()
  const say = (path: JsonPath, what: string, reason: Reason): void => {
    const text = formatPath(path)
    // What is inside of a refused message is refused with it.
    if ([...found.keys()].some((outer) => text.startsWith(outer))) return
    const message = `${what} ${reason}: refused, unless the control plane is started with --allow-unsafe-extensions`
    found.set(text, { path: text, message })
  }
  eachMessage(messageName, json, ({ message, path, fields }) => {
    const reason = reasonOf(message)
    if (reason !== undefined) say(path, message, reason)
    for (const { field, key, value } of fields) {
      const why = value === '' ? undefined : fieldReason(message, field.jsonName)
      if (why !== undefined)
        say([...path, key], `${message.slice(message.lastIndexOf('.') + 1)}.${field.name}`, why)
    }
  })
  for (const path of textsWith('%ENVIRONMENT(', json)) say(path, '%ENVIRONMENT()%', 'reads the environment')
  return [...found.values()]
}

/** Where texts with this in them are: formats of logs and headers may stand anywhere. */
function* textsWith(part: string, json: unknown, path: JsonPath = []): Iterable<JsonPath> {
  if (typeof json === 'string') {
    if (json.includes(part)) yield path
  } else if (Array.isArray(json)) {
    for (const [index, item] of json.entries()) yield* textsWith(part, item, [...path, index])
  } else if (typeof json === 'object' && json !== null) {
    for (const [key, value] of Object.entries(json)) yield* textsWith(part, value, [...path, key])
  }
}

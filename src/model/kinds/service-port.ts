// A port of a Service that somebody refers to: it must be there, and its requests must be readable.
import type { Mismatch } from '../kind-definition.ts'
import type { ObjectContent } from '../objects.ts'

/** What is wrong with a reference to this port. `reader` is who reads the requests: `a Route`. */
export function portMismatch(
  target: ObjectContent,
  port: string | undefined,
  at: string,
  reader: string,
): readonly Mismatch[] {
  if (target.kind !== 'Service') return []
  const { ports } = target.spec
  const names = ports.map((each) => each.name)
  if (port === undefined && names.length > 1) {
    return [
      { path: at, message: `missing: Service "${target.name}" has several ports, wanted ${quoted(names)}` },
    ]
  }
  const chosen = port === undefined ? ports[0] : ports.find((each) => each.name === port)
  if (chosen === undefined) {
    return [{ path: at, message: `Service "${target.name}" has no port "${port}", wanted ${quoted(names)}` }]
  }
  if (chosen.protocol !== 'TCP') return []
  const message = `port "${chosen.name}" of Service "${target.name}" speaks TCP, wanted HTTP, HTTP2 or GRPC: ${reader} reads requests`
  return [{ path: at, message }]
}

/** `"a"`, `one of "a", "b"`. */
export const quoted = (names: readonly string[]): string =>
  `${names.length === 1 ? '' : 'one of '}${names.map((each) => `"${each}"`).join(', ')}`
